import { Injectable } from '@nestjs/common';
import { Chat } from '@app/chat';
import { ServedModels } from '@server/engine/served-models';
import type { RequestContext } from '@server/http/request-context';
import { generateRequestJson } from '@server/language/generate-request/generate-request-json';
import { parseContextJson } from '@server/language/generate-request/parse-context-json';
import { jsonText } from '@server/language/answers/json-text';
import { refuseBeamSearch } from '@server/api/openai/shared/render.rules';
import { checkChat } from '../chat-completion.rules.js';
import type { ChatCompletionRequest } from '../dto/chat-completion-request.dto.js';
import { toChatRequest } from '../to-chat-request.js';

/** Everything that an ordinary chat request goes through before the engine, which is not asked. */
@Injectable()
export class RenderChatService {
  constructor(
    private readonly chat: Chat,
    private readonly models: ServedModels,
  ) {}

  /** The request for `/inference/v1/generate`, as JSON text; one object for a stream, too. */
  async render(body: ChatCompletionRequest, context: RequestContext): Promise<string> {
    this.models.mustServe(body.model);
    refuseBeamSearch(body);
    checkChat(body, this.chat.readsToolCalls);
    const requestId = `chatcmpl-${context.requestId(body.request_id)}`;
    const request = { ...toChatRequest(body, requestId, context), promptOffsets: body.return_token_offsets };
    const { text } = await this.chat.prepare(request);
    return jsonText(
      generateRequestJson(text, {
        requestId,
        model: body.model,
        priority: body.priority,
        streamOptions: body.stream_options,
        returnTokenIds: body.return_token_ids,
        parseContext: parseContextJson(request, this.chat.templateKwargs(request.prompt)),
      }),
    );
  }
}
