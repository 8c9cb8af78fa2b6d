import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeModel } from '@app/model-repository';
import { loadTokenizer } from '@app/tokenization';
import { LoadedModel } from '@server/index';

interface TokenizerFile {
  readonly added_tokens: { readonly id: number; readonly content: string }[];
}

/** `tiny-chat` with `yes` in its vocabulary, which its own cuts in two: a model that can be asked closed questions. */
export async function loadAskedModel(architecture = 'Qwen3ForCausalLM'): Promise<LoadedModel> {
  const folder = await mkdtemp(join(tmpdir(), 'aerie-model-'));
  try {
    await cp(join(process.cwd(), 'libs/tokenization/fixtures/tiny-chat'), folder, { recursive: true });
    const file = join(folder, 'tokenizer.json');
    const { added_tokens, ...rest } = JSON.parse(await readFile(file, 'utf8')) as TokenizerFile;
    const [last] = added_tokens.slice(-1);
    const yes = { ...last, id: last.id + 1, content: 'yes', special: false };
    await writeFile(file, JSON.stringify({ ...rest, added_tokens: [...added_tokens, yes] }));
    const description = await describeModel(folder);
    const config = { ...description.config, architectures: [architecture] };
    return new LoadedModel({ ...description, config }, await loadTokenizer(description));
  } finally {
    await rm(folder, { recursive: true });
  }
}
