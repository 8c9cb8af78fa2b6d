import { inSlices } from '@app/async';

/** A multiple of four characters, about a millisecond of work. */
const SLICE_CHARACTERS = 1 << 17;

/** The bytes of a base64 text, in slices; undefined when it is none: other characters (line breaks too), missing or misplaced padding. */
export async function decodeBase64(text: string): Promise<Buffer | undefined> {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (text.length % 4 !== 0) {
    return undefined;
  }
  const digits = text.length - padding;
  const bytes = Buffer.alloc((text.length / 4) * 3 - padding);
  let valid = true;
  await inSlices(digits, SLICE_CHARACTERS, (from, to) => {
    const slice = text.slice(from, to);
    valid &&= !/[^A-Za-z0-9+/]/.test(slice);
    if (valid) {
      bytes.write(slice, (from / 4) * 3, 'base64');
    }
  });
  return valid ? bytes : undefined;
}
