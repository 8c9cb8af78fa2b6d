import { describe, expect, it } from 'vitest';
import { NotFoundError } from '@app/errors';
import { ServedModels } from './served-models.js';

const models = new ServedModels(['tiny', 'tiny-alias'], 'tiny-chat', 512);

describe('ServedModels', () => {
  it.each([undefined, '', 'tiny', 'tiny-alias'])('answers %o in the first name', (requested) => {
    expect(models.mustServe(requested)).toBe('tiny');
  });

  it('names the aliases to who asks for another', () => {
    expect(() => models.mustServe('gpt')).toThrow(
      new NotFoundError('The model `gpt` does not exist. Valid aliases: tiny, tiny-alias.', { param: 'model' }),
    );
  });

  it('takes any name when told to', () => {
    expect(new ServedModels(['tiny'], 'tiny-chat', 512, { acceptsAnyName: true }).mustServe('gpt')).toBe('tiny');
  });
});
