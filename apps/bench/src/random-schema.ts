type Random = () => number;

/** Numbers from 0 to 1, the same for the same seed. */
export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A JSON schema whose values are short. `depth`: levels that may still nest. */
export function randomSchema(random: Random, depth = 3): Record<string, unknown> {
  const pick = Math.floor(random() * (depth > 0 ? 9 : 6));
  switch (pick) {
    case 0:
      return { type: 'integer', minimum: -whole(random, 500), maximum: whole(random, 5000) };
    case 1:
      return { type: 'number', minimum: 0, exclusiveMaximum: 1 + whole(random, 9) / 4 };
    case 2:
      return { type: 'string', minLength: whole(random, 2), maxLength: 2 + whole(random, 10) };
    case 3:
      return { enum: ['red', 'green', whole(random, 99), null, { x: [1] }] };
    case 4:
      return { type: 'string', pattern: '^[A-Z]{2}-[0-9]{1,3}$' };
    case 5:
      return { type: 'string', format: ['date', 'time', 'uuid', 'ipv4'][whole(random, 4)] };
    case 6:
      return { type: 'array', items: randomSchema(random, depth - 1), minItems: whole(random, 2), maxItems: 3 };
    case 7:
      return { anyOf: [randomSchema(random, depth - 1), { type: 'boolean' }] };
    default:
      return randomObject(random, depth);
  }
}

function randomObject(random: Random, depth: number): Record<string, unknown> {
  const names = ['name', 'count', 'tags', 'é "x"'].slice(0, 1 + whole(random, 4));
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, randomSchema(random, depth - 1)])),
    required: names.filter(() => random() < 0.5),
    ...(random() < 0.3 && { additionalProperties: false }),
  };
}

/** From 0 to below `below`. */
function whole(random: Random, below: number): number {
  return Math.floor(random() * below);
}
