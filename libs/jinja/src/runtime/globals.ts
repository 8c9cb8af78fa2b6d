import { fail, TemplateError } from '../errors.js';
import { formatDate } from '../formatting/date-text.js';
import { bindArguments, integerArgument, textArgument } from '../values/arguments.js';
import { Cycler, FunctionObject, Joiner, TypeObject } from '../values/callables.js';
import { Dict } from '../values/dict.js';
import { isTrue, toList } from '../values/iteration.js';
import { isText, Markup, textOf } from '../values/markup.js';
import { Namespace } from '../values/namespace.js';
import { Range } from '../values/range.js';
import { toText } from '../values/repr.js';
import type { CallArguments, Value } from '../values/value.js';
import type { Budget } from './budget.js';
import { loremIpsum } from './lorem-ipsum.js';

/** Jinja's own globals and those that Hugging Face adds. */
export function createGlobals(now: () => Date): ReadonlyMap<string, Value> {
  return new Map<string, Value>([
    ['range', new FunctionObject('range', (args) => Range.of(args))],
    ['dict', new TypeObject('dict', makeDict)],
    ['namespace', new TypeObject('jinja2.utils.Namespace', makeNamespace)],
    ['cycler', new TypeObject('jinja2.utils.Cycler', ({ positional }) => new Cycler(positional))],
    [
      'joiner',
      new TypeObject(
        'jinja2.utils.Joiner',
        (args) => new Joiner(bindArguments('Joiner.__init__', [['sep', ', ']], args)[0]),
      ),
    ],
    ['lipsum', new FunctionObject('generate_lorem_ipsum', lipsum)],
    ['raise_exception', new FunctionObject('raise_exception', raiseException)],
    [
      'strftime_now',
      new FunctionObject('strftime_now', (args) => {
        const [format] = bindArguments('strftime_now', ['format'], args);
        return formatDate(now(), textArgument(format, 'strftime() argument 1'));
      }),
    ],
  ]);
}

function lipsum(args: CallArguments, budget: Budget): Value {
  const [count, html, min, max] = bindArguments(
    'generate_lorem_ipsum',
    [
      ['n', 5n],
      ['html', true],
      ['min', 20n],
      ['max', 100n],
    ],
    args,
  );
  const options = {
    paragraphs: Math.max(0, integerArgument(count)),
    html: isTrue(html),
    minWords: Math.max(0, integerArgument(min)),
    maxWords: Math.max(0, integerArgument(max)),
  };
  budget.list(options.paragraphs * Math.max(options.minWords, options.maxWords));
  budget.list(options.paragraphs);
  const text = loremIpsum(options);
  return options.html ? new Markup(text) : text;
}

function raiseException(args: CallArguments, budget: Budget): Value {
  const [message] = bindArguments('raise_exception', ['message'], args);
  throw new TemplateError('TemplateError', toText(message, budget));
}

function makeDict(args: CallArguments, budget: Budget): Dict {
  return Dict.of(dictPairs('dict', args, budget), budget);
}

function makeNamespace(args: CallArguments, budget: Budget): Namespace {
  const attributes = new Map<string, Value>();
  for (const [key, value] of dictPairs('dict', args, budget)) {
    attributes.set(isText(key) ? textOf(key) : toText(key, budget), value);
  }
  return new Namespace(attributes);
}

/** The pairs of `dict(mapping or pairs, **keywords)`. */
function dictPairs(
  callee: string,
  { positional, keyword }: CallArguments,
  budget: Budget,
): (readonly [Value, Value])[] {
  if (positional.length > 1) {
    fail('TypeError', `${callee} expected at most 1 argument, got ${positional.length}`);
  }
  const pairs: (readonly [Value, Value])[] = [];
  const source = positional[0];
  if (source instanceof Dict) {
    pairs.push(...source.pairs());
  } else if (source !== undefined) {
    toList(source, budget).forEach((item, index) => pairs.push(asPair(item, index, budget)));
  }
  return [...pairs, ...keyword];
}

function asPair(item: Value, index: number, budget: Budget): readonly [Value, Value] {
  if (item === null || typeof item === 'bigint' || typeof item === 'number' || typeof item === 'boolean') {
    fail('TypeError', `cannot convert dictionary update sequence element #${index} to a sequence`);
  }
  const parts = toList(item, budget);
  if (parts.length !== 2) {
    fail('ValueError', `dictionary update sequence element #${index} has length ${parts.length}; 2 is required`);
  }
  return [parts[0], parts[1]];
}
