import { InvalidRequestError, UnsupportedError } from '@app/errors';
import type { FunctionTool } from '@app/chat-template';
import { withSingleCall } from '@app/output-parsers';
import type { CallConstraint, Format, ParserModel, StrictLevel, ToolParserDefinition } from '@app/output-parsers';
import { pythonJson } from '@app/python-text';
import type { SamplingRequest } from '@app/text';
import { callFormatOf } from './call-format.js';
import { namedCallSchema, requiredCallsSchema } from './call-schemas.js';
import type { ChatParsers } from './chat-parsers.js';
import { isEnforced, toOutputFormat } from './output-format.js';
import type { ToolChoice, ToolDemand } from './tool-choice.js';

type Constraint = SamplingRequest['structuredOutputs'];

/** A demand that calls come of, and everything that decides how. */
interface CallDemand extends ToolDemand {
  readonly choice: CallChoice;
  readonly parser: ToolParserDefinition;
  readonly level: StrictLevel;
  readonly model: ParserModel;
}

type CallChoice = Exclude<ToolChoice, 'none' | 'dropped'>;

/** Decides what the engine is held to: the format that the request wants, calls, or either of them (chat-inputs-and-parsers.md §3.1). */
export class ConstraintChoice {
  constructor(
    private readonly parsers: ChatParsers,
    private readonly model: ParserModel,
    /** Hears of a wish that has no effect. */
    private readonly warn: (message: string) => void = () => undefined,
  ) {}

  /**
   * `own`: the request's constraint; `demand`: undefined without tools.
   * Throws `InvalidRequestError` for a forced tool that is not offered, and for calls that cannot be forced in the model's format;
   * `UnsupportedError` when the engine cannot be held to anything.
   */
  choose(own: Constraint, demand: ToolDemand | undefined): Constraint {
    const { tool: parser, engineFollowsGrammars } = this.parsers;
    const choice = demand && toCallChoice(demand.choice);
    if (!parser || !demand || !choice) return this.framed(own);
    if (typeof choice === 'object') mustBeOffered(choice.name, demand.tools);
    if (!engineFollowsGrammars) return unconstrained(own, choice);
    const { single, tools } = demand;
    const strictLevel = this.parsers.strictLevel ?? 'auto';
    const level = strictLevel === 'auto' ? (parser.strictLevel ?? 'auto') : strictLevel;
    return this.chooseForCalls(own, { parser, tools, choice, single, level, model: this.model });
  }

  private chooseForCalls(own: Constraint, demand: CallDemand): Constraint {
    const { parser, choice, tools, single } = demand;
    const { strictCalling = true } = this.parsers;
    const forced = choice !== 'auto';
    parser.checkDemand?.({ demand: kindOf(choice), single, strict: tools.some(({ strict }) => strict), strictCalling });
    if (strictCalling && parser.structuralTag) {
      const tag = forced ? toTag(demand) : this.toFreeTag(own, demand);
      if (tag && forced && own) this.warn('A wanted output format is ignored where tool_choice forces a call.');
      return tag ? tagged(tag) : this.framed(own);
    }
    if (!forced || callFormatOf(parser, choice, { strictCalling }) === 'own-format') return this.framed(own);
    return alone({
      json: typeof choice === 'object' ? namedCallSchema(choice.name, tools) : requiredCallsSchema(tools, { single }),
    });
  }

  /** Calls at will, or the wanted format; the format alone where one grammar cannot say both. */
  private toFreeTag(own: Constraint, demand: CallDemand): Format | undefined {
    if (!own) return toTag(demand);
    // One call at most does not make calls possible that are not without it.
    const calls = toTag({ ...demand, single: false }, 'required');
    if (!calls) return undefined;
    const output = this.toFramedFormat(own);
    if (!output || !isEnforced(output)) {
      this.warn('Tool calls are not possible next to an output format that XGrammar does not take.');
      return undefined;
    }
    return { type: 'or', elements: [demand.single ? withSingleCall(calls) : calls, output] };
  }

  private framed(own: Constraint): Constraint {
    const { tool, reasoning, engineFollowsGrammars } = this.parsers;
    if (!own || !engineFollowsGrammars || !(tool?.frameOutput ?? reasoning?.frameOutput)) return own;
    const output = this.toFramedFormat(own);
    if (!output) return own;
    const { disableAnyWhitespace, disableAdditionalProperties, whitespacePattern } = own;
    return { ...tagged(output), disableAnyWhitespace, disableAdditionalProperties, whitespacePattern };
  }

  private toFramedFormat(own: Constraint & object): Format | undefined {
    const { tool, reasoning } = this.parsers;
    const output = toOutputFormat(own);
    return output && (tool?.frameOutput?.(output) ?? reasoning?.frameOutput?.(output) ?? output);
  }
}

function toCallChoice(choice: ToolChoice): CallChoice | undefined {
  return choice === 'none' || choice === 'dropped' ? undefined : choice;
}

function kindOf(choice: CallChoice): CallConstraint['demand'] {
  return typeof choice === 'object' ? 'named' : choice;
}

function mustBeOffered(name: string, tools: readonly FunctionTool[]): void {
  if (tools.some((tool) => tool.name === name)) return;
  throw new InvalidRequestError(`Tool '${name}' has not been passed in \`tools\`.`, { param: 'tool_choice' });
}

function unconstrained(own: Constraint, choice: CallChoice): Constraint {
  if (choice === 'auto') return own;
  throw new UnsupportedError(
    'This engine cannot force tool calls: use "auto" or "none" for tool_choice, or an engine with structured outputs.',
    { param: 'tool_choice' },
  );
}

/**
 * The markup of the calls. Free ones are held to it from the level on, or for a strict tool; forced ones always. `demand`: another than the
 * choice, when the markup shall not let text through.
 */
function toTag(
  { parser, tools, choice, single, level, model }: CallDemand,
  demand: CallConstraint['demand'] = kindOf(choice),
): Format | undefined {
  const held = choice !== 'auto' || single || level !== 'auto' || tools.some(({ strict }) => strict);
  if (!held || tools.length === 0) return undefined;
  const callable = typeof choice === 'object' ? tools.filter(({ name }) => name === choice.name).slice(0, 1) : tools;
  const format = parser.structuralTag?.({
    tools: callable.map((tool) => ({ ...tool, strict: level === 'parameter' || tool.strict === true })),
    demand,
    model,
  });
  return format && single ? withSingleCall(format) : format;
}

function tagged(format: Format): Constraint & object {
  return alone({ structuralTag: pythonJson({ type: 'structural_tag', format }) });
}

function alone(constraint: Pick<Constraint & object, 'json' | 'structuralTag'>): Constraint & object {
  return { ...constraint, disableAnyWhitespace: false, disableAdditionalProperties: false, backendWasAuto: false };
}
