import { InvalidRequestError } from '@app/errors';

/** Arguments for processing media, which cost what the caller likes. */
export interface MediaKwargs {
  readonly mm_processor_kwargs?: object | undefined;
  readonly media_io_kwargs?: object | undefined;
}

/** Throws `InvalidRequestError` when there are any (completions-and-chat.md §2). */
export function checkMediaKwargs({ mm_processor_kwargs, media_io_kwargs }: MediaKwargs): void {
  mustBeEmpty('mm_processor_kwargs', mm_processor_kwargs, 'multimodal preprocessing');
  mustBeEmpty('media_io_kwargs', media_io_kwargs, 'multimodal media loading');
}

function mustBeEmpty(param: keyof MediaKwargs, kwargs: object = {}, work: string): void {
  if (Object.keys(kwargs).length === 0) return;
  throw new InvalidRequestError(
    `Per-request ${param} are disabled by default because they can change ${work} resource usage. ` +
      'Start the server with --trust-request-mm-kwargs only when clients are trusted.',
    { param },
  );
}
