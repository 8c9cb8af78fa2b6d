import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '@app/errors';
import { TcpStore } from './tcp-store.js';

const python = process.env['AERIE_VLLM_PYTHON'];

let store: TcpStore;
const clients: RawClient[] = [];

beforeEach(async () => {
  store = await TcpStore.listen('127.0.0.1');
});

afterEach(() => {
  clients.splice(0).forEach((client) => client.close());
  store.close();
});

/** A connection that sends bytes and reads as many as it expects. */
class RawClient {
  private constructor(private readonly socket: Socket) {
    clients.push(this);
  }

  static async connected(): Promise<RawClient> {
    const socket = connect(store.port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  /** As torch greets: VALIDATE and PING. */
  static async greeted(): Promise<RawClient> {
    const client = await RawClient.connected();
    client.send('00 ce f7 85 3c 0d 70 4f 00 00');
    expect(await client.receive(4)).toBe('70 4f 00 00');
    return client;
  }

  send(hex: string): void {
    this.socket.write(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  }

  async receive(count: number): Promise<string> {
    for (;;) {
      const bytes = this.socket.read(count) as Buffer | null;
      if (bytes !== null) {
        return bytes.toString('hex').replace(/(..)(?=.)/g, '$1 ');
      }
      await once(this.socket, 'readable');
    }
  }

  async closed(): Promise<void> {
    this.socket.resume();
    await once(this.socket, 'close');
  }

  close(): void {
    this.socket.destroy();
  }
}

const length = (count: number) => `0${count.toString(16)} 00 00 00 00 00 00 00`;
const text = (value: string) => `${length(value.length)} ${Buffer.from(value).toString('hex')}`;

describe('TcpStore', () => {
  it('answers as torch’s own server did in this conversation with torch’s own client', async () => {
    const client = await RawClient.greeted();
    for (const [sent, answer] of [
      // set, get (after a wait)
      ['01 02 00 00 00 00 00 00 00 2f 61 03 00 00 00 00 00 00 00 78 79 7a', ''],
      ['06 01 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00 2f 61', '00'],
      ['03 02 00 00 00 00 00 00 00 2f 61', '03 00 00 00 00 00 00 00 78 79 7a'],
      // add 5, add -7, get
      ['04 02 00 00 00 00 00 00 00 2f 6e 05 00 00 00 00 00 00 00', '05 00 00 00 00 00 00 00'],
      ['04 02 00 00 00 00 00 00 00 2f 6e f9 ff ff ff ff ff ff ff', 'fe ff ff ff ff ff ff ff'],
      ['03 02 00 00 00 00 00 00 00 2f 6e', '02 00 00 00 00 00 00 00 2d 32'],
      // check of a key that is there and one that is not, wait for two that are
      ['05 02 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00 2f 61 03 00 00 00 00 00 00 00 2f 7a 7a', '01'],
      ['06 02 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00 2f 61 02 00 00 00 00 00 00 00 2f 6e', '00'],
      // wait for one that is not, given up
      ['06 01 00 00 00 00 00 00 00 03 00 00 00 00 00 00 00 2f 7a 7a', ''],
      ['0c', '01'],
      // number of keys, delete twice
      ['07', '02 00 00 00 00 00 00 00'],
      ['08 02 00 00 00 00 00 00 00 2f 61', '01 00 00 00 00 00 00 00'],
      ['08 02 00 00 00 00 00 00 00 2f 61', '00 00 00 00 00 00 00 00'],
      // append twice
      ['09 02 00 00 00 00 00 00 00 2f 62 02 00 00 00 00 00 00 00 31 32', ''],
      ['09 02 00 00 00 00 00 00 00 2f 62 02 00 00 00 00 00 00 00 33 34', ''],
      ['03 02 00 00 00 00 00 00 00 2f 62', '04 00 00 00 00 00 00 00 31 32 33 34'],
      // compare and set: a new key, a wrong value, a wrong value of no key, the right value
      [
        '02 03 00 00 00 00 00 00 00 2f 63 73 00 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00 76 31',
        '02 00 00 00 00 00 00 00 76 31',
      ],
      [
        '02 03 00 00 00 00 00 00 00 2f 63 73 02 00 00 00 00 00 00 00 7a 7a 02 00 00 00 00 00 00 00 76 32',
        '02 00 00 00 00 00 00 00 76 31',
      ],
      [
        '02 04 00 00 00 00 00 00 00 2f 63 73 32 02 00 00 00 00 00 00 00 7a 7a 02 00 00 00 00 00 00 00 76 32',
        '02 00 00 00 00 00 00 00 7a 7a',
      ],
      [
        '02 03 00 00 00 00 00 00 00 2f 63 73 02 00 00 00 00 00 00 00 76 31 02 00 00 00 00 00 00 00 76 32',
        '02 00 00 00 00 00 00 00 76 32',
      ],
      // two keys at once
      [
        '0b 02 00 00 00 00 00 00 00 03 00 00 00 00 00 00 00 2f 6d 31 01 00 00 00 00 00 00 00 31 03 00 00 00 00 00 00 00 2f 6d 32 01 00 00 00 00 00 00 00 32',
        '',
      ],
      [
        '0a 02 00 00 00 00 00 00 00 03 00 00 00 00 00 00 00 2f 6d 31 03 00 00 00 00 00 00 00 2f 6d 32',
        '01 00 00 00 00 00 00 00 31 01 00 00 00 00 00 00 00 32',
      ],
    ]) {
      client.send(sent);
      if (answer !== '') {
        expect(await client.receive(answer.split(' ').length), sent).toBe(answer);
      }
    }
  });

  it('lets clients and its owner wait for keys that others set, however the bytes are cut', async () => {
    const [waiting, setting] = [await RawClient.greeted(), await RawClient.greeted()];
    waiting.send(`06 ${length(2)} ${text('/one')} ${text('/two')}`);
    const owner = store.wait(['one', 'two']);
    for (const byte of `01 ${text('/one')} ${text('')} 01 ${text('/two')} ${text('v')}`
      .replaceAll(' ', '')
      .match(/../g)!) {
      setting.send(byte);
    }
    expect(await waiting.receive(1)).toBe('00');
    await owner;
    await store.wait(['two']);
  });

  it('forgets the wait of a client that gave up', async () => {
    const [waiting, setting] = [await RawClient.greeted(), await RawClient.greeted()];
    waiting.send(`06 ${length(1)} ${text('/k')} 0c`);
    expect(await waiting.receive(1)).toBe('01');
    setting.send(`01 ${text('/k')} ${text('v')} 07`);
    await setting.receive(8);
    waiting.send('07');
    expect(await waiting.receive(8)).toBe('01 00 00 00 00 00 00 00');
  });

  it.each([
    ['greets otherwise', '47 45 54 20 2f'],
    ['asks what is not served', '00 ce f7 85 3c 11'],
    ['announces an endless key', '00 ce f7 85 3c 03 ff ff ff ff ff ff ff ff'],
    ['announces a huge value', `00 ce f7 85 3c 01 ${text('/k')} 00 00 00 10 00 00 00 00`],
    ['asks for a key that is not there', `00 ce f7 85 3c 03 ${text('/k')}`],
    ['adds to what is no number', `00 ce f7 85 3c 01 ${text('/k')} ${text('v')} 04 ${text('/k')} ${length(1)}`],
  ])('hangs up on a client that %s, and serves the others', async (_, hex) => {
    const [good, bad] = [await RawClient.greeted(), await RawClient.connected()];
    bad.send(hex);
    await bad.closed();
    good.send('0d 01 02 03 04');
    expect(await good.receive(4)).toBe('01 02 03 04');
  });

  it('says when it cannot listen', async () => {
    await expect(TcpStore.listen('192.0.2.1')).rejects.toThrow(ConfigurationError);
  });

  it.skipIf(python === undefined)('serves torch', { timeout: 120_000 }, async () => {
    const script = `
import datetime, sys
from torch.distributed import PrefixStore, TCPStore
store = TCPStore('127.0.0.1', int(sys.argv[1]), is_master=False, wait_for_workers=False)
store.set('k', 'v')
seen = [store.get('k'), store.add('n', 2), store.check(['n', 'x']), store.compare_set('k', 'v', 'w'), store.num_keys()]
store.append('k', '!')
store.multi_set(['a', 'b'], ['1', '2'])
seen += [store.multi_get(['a', 'b', 'k']), store.delete_key('a')]
try:
    store.wait(['never'], datetime.timedelta(milliseconds=100))
except Exception as error:
    seen.append(type(error).__name__)
PrefixStore('group', store.clone()).set('rank', 'here')
print(seen)
`;
    const told = store.wait(['group/rank']);
    const { stdout } = await promisify(execFile)(python!, ['-W', 'ignore', '-c', script, String(store.port)]);
    expect(stdout.trim()).toBe("[b'v', 2, False, b'w', 2, [b'1', b'2', b'w!'], True, 'DistStoreError']");
    await told;
  });
});
