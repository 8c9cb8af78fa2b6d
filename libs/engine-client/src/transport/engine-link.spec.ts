import { describe, expect, it } from 'vitest';
import { Dealer } from 'zeromq';
import { ConfigurationError } from '@app/errors';
import { engineIdentity } from '@app/engine-protocol';
import { EngineLink } from './engine-link.js';
import { zmqContext } from './zmq-context.js';

const anywhere = { address: 'tcp://127.0.0.1:*' };

async function connectedDealer(link: EngineLink): Promise<{ dealer: Dealer; lost: Promise<void> }> {
  const dealer = new Dealer({ context: zmqContext, routingId: '\u0000\u0000', linger: 0 });
  let lost!: () => void;
  const disconnected = new Promise<void>((resolve) => (lost = resolve));
  const arrived = new Promise<void>((resolve) =>
    link.listen({ input: () => resolve(), outputs: () => undefined, disconnected: lost, broken: () => undefined }),
  );
  dealer.connect(link.inputAddress);
  await dealer.send('registration');
  await arrived;
  return { dealer, lost: disconnected };
}

describe('EngineLink', () => {
  it('resolves wildcard ports and refuses a taken one', async () => {
    const link = await EngineLink.bind(anywhere, anywhere);
    expect([link.inputAddress, link.outputAddress]).toEqual(
      Array(2).fill(expect.stringMatching(/^tcp:\/\/127\.0\.0\.1:\d+$/)),
    );
    await expect(EngineLink.bind(anywhere, { address: link.inputAddress })).rejects.toThrow(ConfigurationError);
    link.close();
  });

  it('rejects every send to an engine that is gone, also when no other is connected', async () => {
    const link = await EngineLink.bind(anywhere, anywhere);
    const { dealer, lost } = await connectedDealer(link);
    await link.send(engineIdentity(0), [Buffer.from('here')]);
    dealer.close();
    await lost;
    const codes = new Set<unknown>();
    // The first ones may still go into the dying connection.
    while (!codes.has('EHOSTUNREACH')) {
      await link
        .send(engineIdentity(0), [Buffer.from('gone')])
        .catch((error: { code: string }) => codes.add(error.code));
    }
    for (let attempt = 0; attempt < 5; attempt++) {
      await expect(link.send(engineIdentity(0), [Buffer.from('gone')])).rejects.toMatchObject({ code: 'EHOSTUNREACH' });
    }
    link.close();
  });

  it('lets an engine take the place of one that is still connected, where it hands over', async () => {
    const link = await EngineLink.bind(anywhere, anywhere, { handover: true });
    const { dealer: leaving } = await connectedDealer(link);
    const { dealer: newcomer } = await connectedDealer(link);
    await link.send(engineIdentity(0), [Buffer.from('for the newcomer')]);
    expect((await newcomer.receive()).map(String)).toEqual(['for the newcomer']);
    [leaving, newcomer, link].forEach((socket) => socket.close());
  });
});
