/** An adapter of the model's weights (engine protocol §5.9). */
export interface LoraRequest {
  /** Not empty. */
  readonly name: string;
  /** At least 1. By it the engine knows adapters apart, so every adapter has its own for as long as the engine lives. */
  readonly id: number;
  /** Folder or repository, not empty; resolved where the engine runs. */
  readonly path: string;
  /** Served name of the model that it was made for. */
  readonly baseModelName?: string | undefined;
  /** Load it again, though the engine has one with this id. */
  readonly loadInplace?: boolean | undefined;
  /** Its weights for mixture-of-experts layers have three dimensions. */
  readonly is3dWeight?: boolean | undefined;
}
