import type { SleepLevel } from '@app/metrics';
import { IsLaxInt, IsLiteral } from '@server/http/validation/index';
import { PAUSE_MODES } from '../../shared/pause-mode.js';
import type { PauseMode } from '../../shared/pause-mode.js';

/** Query of `POST /sleep`. */
export class SleepQuery {
  /** 0: nothing is scheduled. 1: weights wait in main memory, the KV cache is gone. 2: both are gone. */
  @IsLaxInt({ ge: 0, le: 2, default: 1 })
  readonly level!: SleepLevel;

  @IsLiteral(PAUSE_MODES, { default: 'abort' })
  readonly mode!: PauseMode;
}
