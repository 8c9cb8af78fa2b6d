import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { randomSchema, seededRandom } from './random-schema.js';

export interface StructuredMeasurement {
  /** Answers that came to an end and are what their schema says. */
  readonly valid: number;
  /** Answers that came to an end and are not. */
  readonly invalid: readonly string[];
  /** Answers that the token limit cut off. */
  readonly cut: number;
  /** Requests that were refused, by message. */
  readonly refused: ReadonlyMap<string, number>;
  readonly seconds: number;
  readonly tokens: number;
}

export interface StructuredLoad {
  readonly requests: number;
  readonly parallel: number;
  /** How many different schemas there are. */
  readonly schemas: number;
}

const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);

/** Sends requests with generated schemas, at the highest temperature, and judges the answers with ajv. */
export async function measureStructured(url: string, load: StructuredLoad): Promise<StructuredMeasurement> {
  const { requests, parallel, schemas } = load;
  const random = seededRandom(1);
  const cases = Array.from({ length: schemas }, () => {
    const schema = randomSchema(random);
    return { schema, isValid: ajv.compile(schema) };
  });
  const counts = { valid: 0, invalid: [] as string[], cut: 0, refused: new Map<string, number>(), tokens: 0 };
  const model = await firstModel(url);
  const started = performance.now();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < requests; index = next++) {
      const { schema, isValid } = cases[index % cases.length];
      const answer = await ask(url, { model, schema, seed: index });
      counts.tokens += answer.tokens;
      if (answer.refusal !== undefined) {
        counts.refused.set(answer.refusal, (counts.refused.get(answer.refusal) ?? 0) + 1);
      } else if (answer.wasCut) counts.cut++;
      else if (isJson(answer.text, isValid)) counts.valid++;
      else counts.invalid.push(`${JSON.stringify(schema)} → ${answer.text}`);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return { ...counts, seconds: (performance.now() - started) / 1000 };
}

interface Answer {
  readonly text: string;
  readonly wasCut: boolean;
  readonly tokens: number;
  readonly refusal?: string | undefined;
}

interface CompletionBody {
  readonly choices?: readonly { readonly text: string; readonly finish_reason: string }[];
  readonly usage?: { readonly completion_tokens: number };
  readonly error?: { readonly message: string };
}

async function ask(
  url: string,
  { model, schema, seed }: { readonly model: string; readonly schema: unknown; readonly seed: number },
): Promise<Answer> {
  const response = await fetch(`${url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model,
      prompt: `A value, number ${seed}:`,
      max_tokens: 400,
      temperature: 2,
      seed,
      structured_outputs: { json: schema },
    }),
  });
  const body = (await response.json()) as CompletionBody;
  const choice = body.choices?.at(0);
  return {
    text: choice?.text ?? '',
    wasCut: choice?.finish_reason === 'length',
    tokens: body.usage?.completion_tokens ?? 0,
    refusal: choice === undefined ? (body.error?.message ?? `status ${response.status}`) : undefined,
  };
}

function isJson(text: string, isValid: (value: unknown) => boolean): boolean {
  try {
    return isValid(JSON.parse(text));
  } catch {
    return false;
  }
}

async function firstModel(url: string): Promise<string> {
  const response = await fetch(`${url}/v1/models`);
  const { data } = (await response.json()) as { readonly data: readonly { readonly id: string }[] };
  return data[0].id;
}
