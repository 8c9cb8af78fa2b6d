import { describe, expect, it } from 'vitest';
import { CallWriter } from './call-writer.js';

const text = (value: string) => ({ type: 'text-delta', text: value });
const start = (index: number, name: string) => ({ type: 'tool-call-start', index, name });
const delta = (index: number, value: string) => ({ type: 'tool-call-delta', index, delta: value });

function write(use: (writer: CallWriter) => void, cutOff = false): unknown {
  const writer = new CallWriter();
  use(writer);
  writer.finish({ cutOff });
  return writer.take();
}

describe('call writer', () => {
  it('takes white space next to a call for layout, and for text where text follows', () => {
    const events = write((writer) => {
      for (const piece of [' ', '\n', 'a', ' ']) writer.text(piece);
      writer.start({ name: 'f' });
      writer.text('\n');
      writer.start({ name: 'g' });
      for (const piece of [' ', 'b ']) writer.text(piece);
      writer.text('\n');
    });
    expect(events).toEqual([
      ...[text(' \na'), text(' ')],
      ...[start(0, 'f'), delta(0, '{}')],
      ...[start(1, 'g'), text(' b '), text('\n'), delta(1, '{}')],
    ]);
  });

  it('says white space that is all of the answer', () => {
    expect(write((writer) => writer.text(' \n'))).toEqual([text(' \n')]);
  });

  it('tells the id that the model wrote, and arguments without the white space around them', () => {
    const events = write((writer) => {
      writer.start({ name: 'f', id: 'functions.f:0' });
      for (const piece of [' ', '\n{"a": ', ' ', '1', '} ', ' ']) writer.argument(piece);
      writer.end();
    });
    expect(events).toEqual([
      { type: 'tool-call-start', index: 0, name: 'f', id: 'functions.f:0' },
      ...[delta(0, '{"a":'), delta(0, '  1'), delta(0, '}')],
    ]);
  });

  it('leaves a call that was cut off as it is', () => {
    expect(write((writer) => writer.start({ name: 'f' }), true)).toEqual([start(0, 'f')]);
  });
});
