import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Engine } from '@app/engine-protocol';
import { AnswersConfig, ChatConfig } from '@server/config/index';
import { ServedModels } from '@server/engine/served-models';
import { WIRE_RELEASE } from '@server/engine/wire-release';

/** What the operator decided about the looks of every answer. */
@Injectable()
export class AnswerStyle {
  /** Equal for servers that answer alike (completions-and-chat.md §8). */
  readonly systemFingerprint: string | null;
  readonly returnTokensAsTokenIds: boolean;
  readonly forceIncludeUsage: boolean;
  readonly promptTokensDetails: boolean;
  readonly requestMetrics: boolean;
  /** Thoughts stand under their older name, `reasoning_content`, too. */
  readonly reasoningContent: boolean;
  /** Role of chat answers. */
  readonly responseRole: string;

  constructor(answers: AnswersConfig, chat: ChatConfig, engine: Engine, models: ServedModels) {
    this.systemFingerprint = toFingerprint(answers, [models.root, engine.info]);
    this.returnTokensAsTokenIds = answers.returnTokensAsTokenIds;
    this.forceIncludeUsage = answers.enableForceIncludeUsage;
    this.promptTokensDetails = answers.enablePromptTokensDetails;
    this.requestMetrics = answers.enablePerRequestMetrics;
    this.reasoningContent = answers.enableReasoningContent;
    this.responseRole = chat.responseRole;
  }
}

function toFingerprint(
  { fingerprintMode, fingerprintValue }: AnswersConfig,
  whatDecidesAnswers: readonly unknown[],
): string | null {
  if (fingerprintMode === 'none') return null;
  if (fingerprintMode === 'custom') return fingerprintValue ?? '';
  const hash = createHash('sha256').update(JSON.stringify(whatDecidesAnswers)).digest('hex').slice(0, 8);
  return `vllm-${WIRE_RELEASE}-${hash}`;
}
