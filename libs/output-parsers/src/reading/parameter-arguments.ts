import type { OfferedFunction } from '../tool/tool-parser.js';
import { nameAttribute } from './attribute-markup.js';
import type { Attributes } from './attribute-markup.js';
import { typedBySchema, TypedArgumentsWriter } from './typed-arguments.writer.js';
import type { ValueTyping } from './typed-arguments.writer.js';

/** Makes JSON of what stands in one call. Every method gives the JSON text that has become certain; all of them joined are the arguments. */
export interface CallArguments {
  beginParameter(attributes: Attributes): string;
  /** A piece of the value begun last; of the call, where calls have no parameters. */
  write(text: string): string;
  endParameter(): string;
  end(): string;
}

/** How the attributes of a parameter are read. */
export interface ParameterReading {
  /** By `name` when absent; undefined: the parameter has none, and is dropped. */
  readonly nameOf?: (attributes: Attributes) => string | undefined;
  /** By the schema when absent. */
  readonly typingOf?: (attributes: Attributes) => ValueTyping;
}

/** One member for each parameter that has a name. */
export class ParameterArguments implements CallArguments {
  private readonly writer: TypedArgumentsWriter;
  private named = false;

  /** `name`: of the called function. */
  constructor(
    name: string,
    tools: readonly OfferedFunction[],
    private readonly reading: ParameterReading = {},
  ) {
    this.writer = new TypedArgumentsWriter(name, tools);
  }

  beginParameter(attributes: Attributes): string {
    const { nameOf = nameAttribute, typingOf = () => typedBySchema } = this.reading;
    const name = nameOf(attributes);
    this.named = name !== undefined;
    return name === undefined ? '' : this.writer.beginValue(name, typingOf(attributes));
  }

  write(text: string): string {
    return this.named ? this.writer.write(text) : '';
  }

  endParameter(): string {
    return this.named ? this.writer.endValue() : '';
  }

  end(): string {
    return this.writer.end();
  }
}
