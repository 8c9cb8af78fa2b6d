import { Option } from './option.decorator.js';

/** How answers are read: tool calls and thoughts. Names are checked against the catalogues of libs/output-parsers. */
export class ParsersConfig {
  @Option({
    flag: '--enable-auto-tool-choice',
    kind: 'boolean',
    default: false,
    help: 'Let the model call tools; needs --tool-call-parser.',
  })
  readonly enableAutoToolChoice!: boolean;

  @Option({
    flag: '--tool-call-parser',
    kind: 'text',
    help: 'How the model writes tool calls, e.g. hermes; auto: by its name or architecture. Default: what the model says of itself ("aerie" in config.json), else none.',
  })
  readonly toolCallParser?: string;

  @Option({
    flag: '--tool-strict-level',
    kind: 'text',
    choices: ['auto', 'function', 'parameter'],
    default: 'auto',
    isNullable: true,
    help: "What tool calls are held to, where the parser's format has a grammar. auto: forced calls and those of strict tools to the format, arguments of strict tools to their schemas; function: all calls to the format; parameter: and all arguments to their schemas.",
  })
  readonly toolStrictLevel!: 'auto' | 'function' | 'parameter';

  @Option({
    flag: '--enforce-strict-tool-calling',
    kind: 'boolean',
    default: true,
    env: 'VLLM_ENFORCE_STRICT_TOOL_CALLING',
    help: "Hold tool calls to the format of the parser. Without, forced calls are plain JSON of the tools' schemas, where the parser's format allows it.",
  })
  readonly enforceStrictToolCalling!: boolean;

  @Option({
    flag: '--reasoning-parser',
    kind: 'text',
    help: 'How the model marks its thoughts, e.g. qwen3; auto: by its name or architecture; none: not at all. Default: what the model says of itself ("aerie" in config.json), else none.',
  })
  readonly reasoningParser?: string;

  @Option({
    flag: '--tool-parser-plugin',
    kind: 'text',
    help: 'ES module (./file.mjs, a package) whose export toolParsers lists parsers of your own: { name, create(reading) } (libs/output-parsers).',
  })
  readonly toolParserPlugin?: string;

  @Option({
    flag: '--reasoning-parser-plugin',
    kind: 'text',
    help: 'The same for thoughts: its export reasoningParsers.',
  })
  readonly reasoningParserPlugin?: string;
}
