import { describe, expect, it } from 'vitest';
import {
  anyText,
  constString,
  oneOf,
  optional,
  plus,
  sequence,
  tag,
  tagList,
  triggeredTags,
  withSingleCall,
} from './format.js';

const call = tag('<call>', anyText(), '</call>');

describe('withSingleCall', () => {
  it('stops every list of tags after the first, wherever it stands', () => {
    const list = tagList([call]);
    const one = tagList([call], { onlyOne: true });
    expect(withSingleCall(optional(sequence(constString('a'), plus(list), tag('b', list, 'c'))))).toEqual(
      optional(sequence(constString('a'), plus(one), tag('b', one, 'c'))),
    );
    expect(withSingleCall(triggeredTags({ triggers: ['<'], tags: [tag('<', list, '>')] }))).toEqual({
      ...triggeredTags({ triggers: ['<'], tags: [tag('<', one, '>')] }),
      stop_after_first: true,
    });
  });

  it('leaves what lists no tags as it is', () => {
    for (const format of [anyText(), call, oneOf([constString('a'), constString('b')])]) {
      expect(withSingleCall(format)).toEqual(format);
    }
  });
});

describe('oneOf', () => {
  it('is the thing itself when there is but one', () => {
    expect(oneOf([call])).toBe(call);
    expect(oneOf([call, call])).toEqual({ type: 'or', elements: [call, call] });
  });
});
