import { WIRE_RELEASE } from '@server/engine/wire-release';

/**
 * Replaces what changes from run to run by the corpus's placeholders. The numbered ones count in the order of first appearance within a
 * case: one instance per case, answers first.
 */
export class Normaliser {
  private readonly seen = new Map<string, string>();
  private readonly counts = new Map<string, number>();

  normalise(text: string): string {
    return text
      .replace(/(?<=[-_"'/` ])[0-9a-f]{32}(?![0-9a-f])/g, (id) => this.number('hex32', id))
      .replace(/(?<=cmpl-|tool-)[0-9a-f]{16}(?![0-9a-f])/g, (id) => this.number('hex16', id))
      .replace(/(?<=[-_"'/` ])(?=[0-9]*[a-f])[0-9a-f]{16}(?![0-9a-f])/g, (id) => this.number('hex16', id))
      .replaceAll(new RegExp(`vllm-${WIRE_RELEASE.replaceAll('.', '\\.')}-[0-9a-f]{8}`, 'g'), '<fingerprint>')
      .replaceAll(WIRE_RELEASE, '<version>')
      .replace(/("created": ?)(\d{10})/g, '$1"<created>"');
  }

  private number(kind: string, id: string): string {
    const known = this.seen.get(id);
    if (known) return known;
    const count = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, count);
    this.seen.set(id, `<${kind}:${count}>`);
    return `<${kind}:${count}>`;
  }
}
