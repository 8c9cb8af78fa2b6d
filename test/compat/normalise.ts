import { WIRE_RELEASE } from '@server/engine/wire-release';

const RELEASE = WIRE_RELEASE.replaceAll('.', '\\.');
const UUID = /(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?![0-9a-f])/g;
const FINGERPRINT = new RegExp(`vllm-${RELEASE}(?:-[tpde]+p?\\d*)*-[0-9a-f]{8}`, 'g');

/**
 * Replaces what changes from run to run by the corpus's placeholders. The numbered ones count in the order of first appearance within a
 * case: one instance per case, answers first.
 */
export class Normaliser {
  private readonly seen = new Map<string, string>();
  private readonly counts = new Map<string, number>();

  /** `host`: host:port of the server. */
  constructor(private readonly host: string) {}

  normalise(text: string): string {
    return (
      text
        .replace(UUID, (id) => this.number('uuid', id))
        .replace(/(?<=[-_"'/` ])[0-9a-f]{32}(?![0-9a-f])/g, (id) => this.number('hex32', id))
        // A tool call's id may be digits alone.
        .replace(/(?<=cmpl-|tool-)[0-9a-f]{16}(?![0-9a-f])/g, (id) => this.number('hex16', id))
        .replace(/(?<=[-_"'/` ])(?=[0-9]*[a-f])[0-9a-f]{16}(?![0-9a-f])/g, (id) => this.number('hex16', id))
        .replaceAll(FINGERPRINT, '<fingerprint>')
        .replaceAll(WIRE_RELEASE, '<version>')
        .replace(/("created(?:_at)?": ?)(\d{10}(?:\.\d+)?)/g, '$1"<created>"')
        .replace(/call_\d{10}\b/g, 'call_<created>')
        .replaceAll(this.host, '<host>')
    );
  }

  /** Puts the values of earlier answers into a later request. */
  fill(text: string): string {
    const values = new Map([...this.seen].map(([value, placeholder]) => [placeholder, value]));
    return text.replace(/<(?:hex16|hex32|uuid):\d+>/g, (placeholder) => values.get(placeholder) ?? placeholder);
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
