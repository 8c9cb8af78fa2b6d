import { makeNode, makeValue } from './make-proto.js';
import { dataTypes, type OnnxModel } from './onnx-model.js';
import { renameProduced } from './rename-produced.js';

/** Makes 16-bit `logits` come out as float32, which is what a sampler reads. */
export function castLogits(model: OnnxModel): OnnxModel {
  const logits = model.graph.outputs.find(({ name }) => name === 'logits');
  if (!logits || (logits.type !== dataTypes.float16 && logits.type !== dataTypes.bfloat16)) {
    return model;
  }
  const inner = 'logits/16-bit';
  const graph = renameProduced(model.graph, 'logits', inner);
  const cast = makeNode('Cast', [inner], ['logits'], { attributes: { to: BigInt(dataTypes.float32) } });
  return {
    ...model,
    graph: {
      ...graph,
      nodes: [...graph.nodes, cast],
      outputs: graph.outputs.map((output) =>
        output === logits ? makeValue('logits', dataTypes.float32, logits.dims ?? []) : output,
      ),
    },
  };
}
