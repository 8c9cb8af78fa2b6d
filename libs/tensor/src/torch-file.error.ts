/** The bytes are no file of `torch.save` that this lib reads. The only error it throws over bytes; `message` is safe to show. */
export class TorchFileError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'TorchFileError';
  }
}
