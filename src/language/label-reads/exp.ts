/** ln 2 in two parts: the first has so few bits that its product with a small integer is exact. */
const LN2_HIGH = 0.69314718036912381649;
const LN2_LOW = 1.90821492927058770002e-10;
/** 1/n! for n = 2…, as many as a double needs below ln(2)/2. */
const TERMS = 18;

/**
 * e^x for x ≤ 0, rounded correctly but for one case in some thousands. V8's `Math.exp` misses the last bit in about one of ten, and then a score does not
 * read as the same number that Python's `math.exp` gives.
 */
export function exp(x: number): number {
  if (x < -745.2) return 0;
  const power = Math.round(x / Math.LN2);
  // x − power·ln 2, as the unevaluated sum of two doubles.
  const high = x - power * LN2_HIGH;
  const low = -power * LN2_LOW;
  const value = series(high, low);
  return value * 2 ** Math.trunc(power / 2) * 2 ** (power - Math.trunc(power / 2));
}

/** Taylor's series in double-double arithmetic, from its last term: 1 + r/1·(1 + r/2·(1 + …)). */
function series(high: number, low: number): number {
  let sum: Pair = [1, 0];
  for (let n = TERMS; n >= 1; n--) {
    const term = divide(multiply(sum, [high, low]), n);
    sum = add([1, 0], term);
  }
  return sum[0] + sum[1];
}

/** An unevaluated sum: a double and what it misses. */
type Pair = readonly [high: number, low: number];

function add([a, aLow]: Pair, [b, bLow]: Pair): Pair {
  const sum = a + b;
  const rest = a - (sum - (sum - a)) + (b - (sum - a));
  return normal(sum, rest + aLow + bLow);
}

function multiply([a, aLow]: Pair, [b, bLow]: Pair): Pair {
  const [product, error] = exactProduct(a, b);
  return normal(product, error + a * bLow + aLow * b);
}

function divide([a, aLow]: Pair, by: number): Pair {
  const quotient = a / by;
  const [product, error] = exactProduct(quotient, by);
  return normal(quotient, (a - product - error + aLow) / by);
}

/** Dekker's product. */
function exactProduct(a: number, b: number): Pair {
  const product = a * b;
  const [aHigh, aLow] = split(a);
  const [bHigh, bLow] = split(b);
  return [product, aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow];
}

/** Veltkamp's split into halves of 26 bits. */
function split(value: number): Pair {
  const scaled = 134217729 * value;
  const high = scaled - (scaled - value);
  return [high, value - high];
}

function normal(high: number, low: number): Pair {
  const sum = high + low;
  return [sum, low - (sum - high)];
}
