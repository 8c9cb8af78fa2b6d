import { IsLaxBool, IsLiteral } from '@server/http/validation/index';
import { PAUSE_MODES } from '../../shared/pause-mode.js';
import type { PauseMode } from '../../shared/pause-mode.js';

/** Query of `POST /pause`. */
export class PauseQuery {
  @IsLiteral(PAUSE_MODES, { default: 'abort' })
  readonly mode!: PauseMode;

  /** Requests that stand still keep theirs. */
  @IsLaxBool({ default: true })
  readonly clear_cache!: boolean;
}
