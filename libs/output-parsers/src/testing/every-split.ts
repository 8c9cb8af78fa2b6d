/** The text whole, in all ways to cut it in two and three pieces (for long texts: a spread of them), and character by character (UTF-16 units). */
export function* everySplit(text: string, maxPieces = 4000): Generator<readonly string[]> {
  yield [text];
  yield [...Array(text.length).keys()].map((i) => text[i]);
  for (let i = 0; i <= text.length; i++) yield [text.slice(0, i), text.slice(i)];
  const pairs = (text.length * (text.length - 1)) / 2;
  const stride = Math.max(1, Math.ceil(pairs / maxPieces));
  let count = 0;
  for (let i = 1; i < text.length; i++) {
    for (let j = i + 1; j < text.length; j++) {
      if (count++ % stride === 0) yield [text.slice(0, i), text.slice(i, j), text.slice(j)];
    }
  }
}
