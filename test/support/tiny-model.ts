import { join } from 'node:path';
import { describeModel } from '@app/model-repository';
import { loadTokenizer } from '@app/tokenization';
import type { LoadTokenizerOptions } from '@app/tokenization';
import { LoadedModel } from '@server/index';

/** A tokenizer and configs without weights, for servers over a scripted engine. */
export async function loadTinyModel(options: LoadTokenizerOptions = {}): Promise<LoadedModel> {
  const description = await describeModel(join(process.cwd(), 'libs/tokenization/fixtures/tiny-chat'));
  return new LoadedModel(description, await loadTokenizer(description, options));
}
