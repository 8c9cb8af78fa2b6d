/**
 * The text whole, character by character (UTF-16 units), and cut in two and in three pieces: in all ways, or a spread of at most `most` cuts in three
 * pieces and ten times as many in two, which leaves out cuts in two of long texts only.
 */
export function* everySplit(text: string, most = 4000): Generator<readonly string[]> {
  yield [text];
  yield [...Array(text.length).keys()].map((i) => text[i]);
  const step = strideFor(text.length, 10 * most);
  for (let i = 0; i <= text.length; i += step) yield [text.slice(0, i), text.slice(i)];
  const stride = strideFor((text.length * (text.length - 1)) / 2, most);
  let count = 0;
  for (let i = 1; i < text.length; i++) {
    for (let j = i + 1; j < text.length; j++) {
      if (count++ % stride === 0) yield [text.slice(0, i), text.slice(i, j), text.slice(j)];
    }
  }
}

function strideFor(cuts: number, most: number): number {
  return Math.max(1, Math.ceil(cuts / most));
}
