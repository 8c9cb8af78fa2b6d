/** Id of the largest logit; of equal ones the lowest id. 0 when every logit is -Infinity. */
export function argmax(logits: Float32Array): number {
  let best = 0;
  let bestLogit = -Infinity;
  for (let id = 0; id < logits.length; id += 1) {
    if (logits[id] > bestLogit) {
      best = id;
      bestLogit = logits[id];
    }
  }
  return best;
}

/** Ids of the `count` largest logits, largest first, equal ones by id. `count` may exceed the vocabulary. No logit may be NaN. */
export function largestLogits(logits: Float32Array, count: number): Int32Array {
  const byRank = (a: number, b: number): number => logits[b] - logits[a] || a - b;
  if (count >= logits.length) {
    return Int32Array.from(logits.keys()).sort(byRank);
  }
  if (count <= 0) {
    return new Int32Array(0);
  }
  return keepLargest(logits, count).sort(byRank);
}

/** A heap of `count` ids with the weakest at the root: one pass over the vocabulary, O(log count) for each id that gets in. */
function keepLargest(logits: Float32Array, count: number): Int32Array {
  const heap = new Int32Array(count);
  for (let id = 0; id < count; id += 1) {
    heap[id] = id;
  }
  for (let start = (count >> 1) - 1; start >= 0; start -= 1) {
    sink(heap, start, logits);
  }
  for (let id = count; id < logits.length; id += 1) {
    // Ids come in ascending order, so an equal logit never displaces an earlier id.
    if (logits[id] > logits[heap[0]]) {
      heap[0] = id;
      sink(heap, 0, logits);
    }
  }
  return heap;
}

function sink(heap: Int32Array, start: number, logits: Float32Array): void {
  const moved = heap[start];
  let at = start;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) {
      break;
    }
    if (child + 1 < heap.length && isWeaker(heap[child + 1], heap[child], logits)) {
      child += 1;
    }
    if (!isWeaker(heap[child], moved, logits)) {
      break;
    }
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = moved;
}

function isWeaker(a: number, b: number, logits: Float32Array): boolean {
  return logits[a] < logits[b] || (logits[a] === logits[b] && a > b);
}
