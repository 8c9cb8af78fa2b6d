export interface ScaleAnswer {
  readonly message: string;
}
