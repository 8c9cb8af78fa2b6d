import { Injectable } from '@nestjs/common';
import { inTurns } from '@app/async';
import { InvalidRequestError } from '@app/errors';
import { Text } from '@app/text';
import { ServedModels } from '@server/engine/served-models';
import type { RequestContext } from '@server/http/request-context';
import { generateRequestJson } from '@server/language/generate-request/generate-request-json';
import { jsonText } from '@server/language/answers/json-text';
import { refuseBeamSearch } from '@server/api/openai/shared/render.rules';
import { checkCompletion } from '../completion.rules.js';
import type { CompletionRequest } from '../dto/completion-request.dto.js';
import { toTextRequests } from '../to-text-requests.js';

/** Ours: what prompts have in common stands in the request of each. */
const MAX_CHARACTERS = 64 * 1024 * 1024;

/** Everything that an ordinary completion request goes through before the engine, which is not asked. */
@Injectable()
export class RenderCompletionsService {
  constructor(
    private readonly text: Text,
    private readonly models: ServedModels,
  ) {}

  /** One request for `/inference/v1/generate` per prompt, as a JSON list. */
  async render(body: CompletionRequest, context: RequestContext): Promise<string> {
    this.models.mustServe(body.model);
    refuseBeamSearch(body);
    checkCompletion(body);
    const id = `cmpl-${context.requestId(body.request_id)}`;
    const requests = toTextRequests(body, id, context);
    const prepared = await Promise.all(
      requests.map((request) => this.text.prepare({ ...request, promptOffsets: body.return_token_offsets })),
    );
    let characters = 0;
    const texts = await inTurns([...prepared.entries()], 1, ([[index, text]]) => {
      context.signal.throwIfAborted();
      const rendered = jsonText(
        generateRequestJson(text, {
          requestId: prepared.length === 1 ? id : `${id}-${index}`,
          model: body.model,
          priority: body.priority,
          streamOptions: body.stream_options,
          returnTokenIds: body.return_token_ids,
        }),
      );
      characters += rendered.length;
      if (characters > MAX_CHARACTERS) throw tooLarge();
      return rendered;
    });
    return `[${texts.join(',')}]`;
  }
}

function tooLarge(): InvalidRequestError {
  return new InvalidRequestError(
    `The requests for all prompts have more than ${MAX_CHARACTERS} characters together: send fewer prompts at a time.`,
    { param: 'prompt' },
  );
}
