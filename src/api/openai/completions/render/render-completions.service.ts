import { Injectable } from '@nestjs/common';
import { Text } from '@app/text';
import { ServedModels } from '@server/engine/served-models';
import type { RequestContext } from '@server/http/request-context';
import { generateRequestJson } from '@server/language/generate-request/generate-request-json';
import { jsonText } from '@server/language/answers/json-text';
import { refuseBeamSearch } from '@server/api/openai/shared/render.rules';
import { checkCompletion } from '../completion.rules.js';
import type { CompletionRequest } from '../dto/completion-request.dto.js';
import { toTextRequests } from '../to-text-requests.js';

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
    return jsonText(
      prepared.map((text, index) =>
        generateRequestJson(text, {
          requestId: prepared.length === 1 ? id : `${id}-${index}`,
          model: body.model,
          priority: body.priority,
          streamOptions: body.stream_options,
          returnTokenIds: body.return_token_ids,
        }),
      ),
    );
  }
}
