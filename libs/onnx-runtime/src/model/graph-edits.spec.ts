import { describe, expect, it } from 'vitest';
import { loadOnnxRuntime } from '../load-onnx-runtime.js';
import type { Tensor, TensorType } from '../onnx-runtime.js';
import { buildConcatKvDecoder, buildGqaDecoder, GraphBuilder } from '../testing/index.js';
import { castLogits } from './cast-logits.js';
import { keepLogitsPositions } from './keep-logits-positions.js';
import { makeInitializer, makeNode, makeValue } from './make-proto.js';
import { dataTypes, type Node, type OnnxModel } from './onnx-model.js';
import { prepareDecoder } from './prepare-decoder.js';
import { readIntAttribute } from './read-attribute.js';
import { readModel } from './read-model.js';
import { removeDeadNodes } from './remove-dead-nodes.js';
import { setAccuracyLevel } from './set-accuracy-level.js';
import { writeModel } from './write-model.js';

/** hidden [batch, sequence, 4] → logits [batch, sequence, 3], with whatever `tail` puts behind the product. */
function buildHead(tail: (graph: GraphBuilder, product: string) => string, type: TensorType = 'float32'): OnnxModel {
  const graph = new GraphBuilder();
  const hidden = graph.input('hidden', 'float32', ['batch', 'sequence', 4]);
  const weight = graph.weight(
    'head',
    [4, 3],
    Float32Array.from({ length: 12 }, (_, index) => Math.sin(index)),
  );
  const logits = tail(graph, graph.add('MatMul', [hidden, weight]));
  graph.add('Identity', [logits], { output: 'logits' });
  graph.output('logits', type, ['batch', 'sequence', 3]);
  return readModel(graph.finish());
}

async function run(
  model: OnnxModel,
  inputs: Readonly<Record<string, Tensor>>,
  dims: readonly number[],
): Promise<number[]> {
  const { runtime } = await loadOnnxRuntime();
  const session = await runtime.createSession(writeModel(model), { intraOpNumThreads: 1 });
  const data = new Float32Array(dims.reduce((product, size) => product * size, 1));
  await session.run(inputs, { logits: { type: 'float32', dims, data } });
  await session.release();
  return [...data];
}

const hidden: Tensor = {
  type: 'float32',
  dims: [2, 3, 4],
  data: Float32Array.from({ length: 24 }, (_, index) => index / 10 - 1),
};

describe('keepLogitsPositions', () => {
  const pick = (head: OnnxModel): Node | undefined =>
    keepLogitsPositions(head)?.graph.nodes.find(({ opType }) => opType === 'GatherND');

  it.each<[string, OnnxModel, string]>([
    ['a plain head', buildHead((_, product) => product), 'hidden'],
    [
      'a head with a bias',
      buildHead((graph, product) =>
        graph.add('Add', [product, graph.weight('bias', [3], new Float32Array(3).fill(2))]),
      ),
      'hidden',
    ],
    [
      'a capped head',
      buildHead((graph, product) => {
        const small = graph.add('Tanh', [graph.add('Div', [product, graph.scalar(30)])]);
        return graph.add('Mul', [small, graph.scalar(30)]);
      }),
      'hidden',
    ],
    [
      'a head behind something that mixes positions',
      buildHead((graph, product) => graph.add('CumSum', [product, graph.int(1)])),
      'logits/all',
    ],
  ])('picks the rows of %s', async (_, head, from) => {
    const positions: Tensor = { type: 'int64', dims: [2, 2, 1], data: BigInt64Array.of(2n, 0n, 1n, 1n) };
    const kept = keepLogitsPositions(head);
    const all = await run(head, { hidden }, [2, 3, 3]);
    const picked = kept && (await run(kept, { hidden, logits_positions: positions }, [2, 2, 3]));
    expect(picked).toEqual(
      [
        [0, 2],
        [0, 0],
        [1, 1],
        [1, 1],
      ].flatMap(([batch = 0, place = 0]) => all.slice((batch * 3 + place) * 3, (batch * 3 + place + 1) * 3)),
    );
    expect(pick(head)?.inputs[0]).toBe(from);
  });

  it('leaves the rows alone that something else reads too', () => {
    const head = buildHead((_, product) => product);
    const [product] = head.graph.nodes;
    const outputs = [...head.graph.outputs, makeValue(product?.outputs[0] ?? '', dataTypes.float32, ['b', 's', 3])];
    expect(pick({ ...head, graph: { ...head.graph, outputs } })?.inputs[0]).toBe('logits/all');
  });

  it('computes any number of rows of a 4-bit head, none included', async () => {
    const graph = new GraphBuilder();
    const input = graph.input('hidden', 'float32', ['batch', 'sequence', 32]);
    const data = Uint8Array.from({ length: 8 * 16 }, (_, index) => (index * 37) % 256);
    const packed = graph.constant('packed', { type: 'uint8', dims: [8, 1, 16], data });
    const scales = graph.weight('scales', [8], new Float32Array(8).fill(0.1));
    graph.add('MatMulNBits', [input, packed, scales], {
      output: 'logits',
      domain: 'com.microsoft',
      attributes: { K: 32n, N: 8n, bits: 4n, block_size: 32n },
    });
    graph.output('logits', 'float32', ['batch', 'sequence', 8]);
    const kept = keepLogitsPositions(setAccuracyLevel(readModel(graph.finish())));
    const wide: Tensor = { type: 'float32', dims: [1, 2, 32], data: new Float32Array(64).fill(1) };
    const rows = async (...places: bigint[]): Promise<number[] | undefined> => {
      const positions: Tensor = { type: 'int64', dims: [1, places.length, 1], data: BigInt64Array.from(places) };
      return kept && run(kept, { hidden: wide, logits_positions: positions }, [1, places.length, 8]);
    };
    const both = await rows(0n, 1n);
    expect([await rows(), await rows(1n), both?.length]).toEqual([[], both?.slice(8), 16]);
    expect(both?.some((value) => value !== 0)).toBe(true);
  });

  it('refuses a model without logits of rank 3, or of an old opset', () => {
    const head = buildHead((_, product) => product);
    const renamed = { ...head.graph, outputs: [makeValue('scores', dataTypes.float32, ['b', 's', 3])] };
    const flat = { ...head.graph, outputs: [makeValue('logits', dataTypes.float32, ['b', 3])] };
    expect([renamed, flat].map((graph) => keepLogitsPositions({ ...head, graph }))).toEqual([undefined, undefined]);
    expect(keepLogitsPositions({ ...head, opsets: [{ domain: '', version: 11 }] })).toBeUndefined();
  });
});

describe('castLogits', () => {
  it('makes float16 logits float32', async () => {
    const half = buildHead((graph, product) => graph.add('Cast', [product], { attributes: { to: 10n } }), 'float16');
    const whole = buildHead((_, product) => product);
    const cast = castLogits(half);
    expect(cast.graph.outputs.map(({ name, type, dims }) => ({ name, type, dims }))).toEqual([
      { name: 'logits', type: dataTypes.float32, dims: ['batch', 'sequence', 3] },
    ]);
    const [rounded, exact] = [await run(cast, { hidden }, [2, 3, 3]), await run(whole, { hidden }, [2, 3, 3])];
    expect(rounded.every((value, index) => Math.abs(value - (exact[index] ?? NaN)) < 2e-3)).toBe(true);
  });

  it('leaves float32 logits as they are', () => {
    const head = buildHead((_, product) => product);
    expect(castLogits(head)).toBe(head);
  });
});

describe('setAccuracyLevel', () => {
  it.each([
    ['none', {}, 4],
    ['0', { accuracy_level: 0n }, 4],
    ['1', { accuracy_level: 1n }, 1],
    ['4', { accuracy_level: 4n }, 4],
  ])('changes a level of %s as it should', (_, attributes, level) => {
    const head = buildHead((_graph, product) => product);
    const node = makeNode('MatMulNBits', ['a', 'b', 'c'], ['y'], {
      domain: 'com.microsoft',
      attributes: { K: 32n, ...attributes },
    });
    const [edited] = setAccuracyLevel({ ...head, graph: { ...head.graph, nodes: [node] } }).graph.nodes;
    const [K, accuracyLevel] = ['K', 'accuracy_level'].map((name) => edited && readIntAttribute(edited, name));
    expect({ K, accuracyLevel, count: edited?.attributes.length }).toEqual({ K: 32, accuracyLevel: level, count: 2 });
  });
});

describe('removeDeadNodes', () => {
  it('keeps what outputs and inner graphs need', () => {
    const { graph } = buildHead((_, product) => product);
    const dead = makeNode('Neg', ['hidden'], ['dead']);
    const cleaned = removeDeadNodes({
      ...graph,
      nodes: [...graph.nodes, dead],
      initializers: [
        ...graph.initializers,
        makeInitializer('spare', { type: 'float32', dims: [], data: Float32Array.of(1) }),
      ],
    });
    expect(cleaned).toEqual(graph);
  });
});

describe('the fusion of Concat attention', () => {
  type Edit = (model: OnnxModel) => OnnxModel;
  const editNodes =
    (edit: (node: Node) => Node | readonly Node[]): Edit =>
    (model) => ({ ...model, graph: { ...model.graph, nodes: model.graph.nodes.flatMap(edit) } });
  const withConstant =
    (name: string, tensor: Tensor, edit: Edit): Edit =>
    (model) => {
      const { graph, ...others } = edit(model);
      return { ...others, graph: { ...graph, initializers: [...graph.initializers, makeInitializer(name, tensor)] } };
    };
  const before = (opType: string, make: (input: string, output: string) => Node): Edit =>
    editNodes((node) =>
      node.opType === opType
        ? [
            make(node.inputs[0] ?? '', `${node.outputs[0]}/edited`),
            { ...node, inputs: [`${node.outputs[0]}/edited`, ...node.inputs.slice(1)] },
          ]
        : node,
    );
  const slopes: Tensor = { type: 'float32', dims: [1, 4, 1, 1], data: Float32Array.of(0.5, 0.25, 0.125, 0.0625) };
  const window: Tensor = { type: 'int64', dims: [], data: BigInt64Array.of(64n) };

  const cases: readonly (readonly [string, Edit, boolean])[] = [
    ['plain causal attention', (model) => model, true],
    [
      'a bias with learnt slopes',
      withConstant(
        'slopes',
        slopes,
        before('Softmax', (input, output) => makeNode('Add', [input, 'slopes'], [output])),
      ),
      false,
    ],
    [
      'a mask that counts positions (ALiBi)',
      before('Where', (input, output) => makeNode('CumSum', [input, 'int_0'], [output])),
      false,
    ],
    [
      'a sliding window',
      withConstant(
        'window',
        window,
        before('Unsqueeze', (input, output) => makeNode('Add', [input, 'window'], [output])),
      ),
      false,
    ],
    [
      'a mask that depends on tokens',
      editNodes((node) => (node.opType === 'And' ? { ...node, inputs: [node.inputs[0] ?? '', 'input_ids'] } : node)),
      false,
    ],
    [
      'heads repeated in another order',
      editNodes((node) =>
        node.opType === 'Unsqueeze' && node.inputs[0]?.startsWith('present') === true
          ? { ...node, inputs: [node.inputs[0], 'ints_1'] }
          : node,
      ),
      false,
    ],
    [
      'attention to what lies ahead',
      editNodes((node) =>
        node.opType === 'Where' ? { ...node, inputs: ['attention_mask', ...node.inputs.slice(1)] } : node,
      ),
      false,
    ],
    [
      'a softmax over another axis',
      editNodes((node) =>
        node.opType === 'Softmax' ? makeNode('Softmax', node.inputs, node.outputs, { attributes: { axis: 2n } }) : node,
      ),
      false,
    ],
    [
      'a scale that is learnt',
      withConstant(
        'slopes',
        slopes,
        editNodes((node) =>
          node.opType === 'Div' && node.inputs[0]?.startsWith('MatMul') === true
            ? { ...node, inputs: [node.inputs[0], 'slopes'] }
            : node,
        ),
      ),
      false,
    ],
    [
      'something between the scores and the mask',
      before('Div', (input, output) => makeNode('Tanh', [input], [output])),
      false,
    ],
    [
      'the cache written before the past',
      editNodes((node) =>
        node.inputs[0]?.startsWith('past_key_values') === true ? { ...node, inputs: [...node.inputs].reverse() } : node,
      ),
      false,
    ],
    ['an old opset', (model) => ({ ...model, opsets: [{ domain: '', version: 12 }] }), false],
    [
      'an output that shows the size of the cache',
      (model) => ({
        ...model,
        graph: {
          ...model.graph,
          nodes: [...model.graph.nodes, makeNode('Shape', ['past_key_values.0.key'], ['size'])],
          outputs: [...model.graph.outputs, makeValue('size', dataTypes.int64, [4])],
        },
      }),
      false,
    ],
  ];

  it.each(cases)('takes %s only when it computes the same (%#)', (_, edit, fuses) => {
    const bytes = writeModel(edit(readModel(buildConcatKvDecoder())));
    expect(prepareDecoder(bytes, { heads: 4 }).cacheLayout === 'in-place').toBe(fuses);
  });

  it.each([
    ['no multiple of the key-value heads', 5],
    ['fewer than the key-value heads', 1],
  ])('refuses a number of heads that is %s', (_, heads) => {
    expect(prepareDecoder(buildConcatKvDecoder(), { heads }).cacheLayout).toBe('new-rows');
  });

  it('leaves the cache of a model without position_ids as it is', () => {
    const model = readModel(buildConcatKvDecoder());
    const inputs = model.graph.inputs.filter(({ name }) => name !== 'position_ids');
    const bytes = writeModel({ ...model, graph: { ...model.graph, inputs } });
    expect(prepareDecoder(bytes, { fuse: false }).cacheLayout).toBe('grown');
  });

  it('gives the same bytes for the same model', () => {
    const prepare = (): Uint8Array => prepareDecoder(buildGqaDecoder()).bytes;
    expect(Buffer.compare(prepare(), prepare())).toBe(0);
  });
});
