import type { RoutesConfig } from '@server/config/index';

/** What decides which API families this server has. */
export interface ApiContext {
  /** From the engine: `generate`, `embed`, … */
  readonly tasks: ReadonlySet<string>;
  /** The model can turn text into token ids and back. */
  readonly hasTokenizer: boolean;
  /** Routes that the operator opened. */
  readonly opened: RoutesConfig;
}
