"""Writes model.onnx in the GroupQueryAttention layout, with config.json and generation_config.json.

Inputs  input_ids int64 [batch, sequence], attention_mask int64 [batch, total],
        past_key_values.N.key|value float32 [batch, kv_heads, past, head_dim]
Outputs logits float32 [batch, sequence, vocab], present.N.key|value (as the inputs, with `total` rows)

Attention lengths come from the mask alone, as in graphs of onnxruntime-genai's model builder. Matrices are MatMulNBits
weights of 8 or 4 bits in blocks of 32 along the inner dimension; the embedding stays float16 or float32.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from data import Encoder
from model import DemoModel, ModelConfig, rope_caches

BLOCK = 32
MICROSOFT = 'com.microsoft'


def quantise(weight: np.ndarray, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric quantisation by blocks. weight: [N, K] → packed uint8 [N, K / 32, 32 * bits / 8], scales float32 [N * K / 32]."""
    rows, columns = weight.shape
    blocks = weight.reshape(rows, columns // BLOCK, BLOCK)
    middle = 2 ** (bits - 1)
    extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(-1, keepdims=True), -1)
    scales = np.where(extreme == 0, 1.0, -extreme / middle)
    levels = np.clip(np.round(blocks / scales) + middle, 0, 2 * middle - 1).astype(np.uint8)
    if bits == 4:
        levels = levels[..., 0::2] | (levels[..., 1::2] << 4)
    return levels, scales.reshape(rows, -1).astype(np.float32)


class Graph:
    """Collects nodes and constants; each method adds one operation and returns the name of its output."""

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        """Adds an initializer."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], outputs: list[str], domain: str = '', **attributes: Any) -> str:
        """Adds a node; its name is that of its first output."""
        self.nodes.append(
            helper.make_node(kind, inputs, outputs, name=outputs[0].replace('.', '/'), domain=domain, **attributes)
        )
        return outputs[0]

    def linear(self, name: str, x: str, weight: np.ndarray, output: str | None = None) -> str:
        """x [.., K] times the transpose of weight [N, K]; 32 bits stay a plain MatMul."""
        output = output or f'{name}.out'
        if self.bits == 32:
            return self.node('MatMul', [x, self.constant(f'{name}.weight', weight.T)], [output])
        levels, scales = quantise(weight, self.bits)
        inputs = [x, self.constant(f'{name}.weight_q', levels), self.constant(f'{name}.scales', scales)]
        rows, columns = weight.shape
        return self.node(
            'MatMulNBits',
            inputs,
            [output],
            MICROSOFT,
            K=columns,
            N=rows,
            bits=self.bits,
            block_size=BLOCK,
            accuracy_level=4,
        )

    def norm(self, name: str, x: str, weight: np.ndarray, eps: float) -> str:
        """RMSNorm over the last axis."""
        inputs = [x, self.constant(f'{name}.weight', weight)]
        return self.node('SimplifiedLayerNormalization', inputs, [f'{name}.out'], axis=-1, epsilon=eps, stash_type=1)

    def add_norm(self, name: str, x: str, residual: str, weight: np.ndarray, eps: float) -> tuple[str, str]:
        """Adds to the residual stream and normalises; returns the normalised value and the new residual."""
        inputs = [x, residual, self.constant(f'{name}.weight', weight)]
        outputs = [f'{name}.out', '', '', f'{name}.residual']
        self.node('SkipSimplifiedLayerNormalization', inputs, outputs, MICROSOFT, epsilon=eps)
        return outputs[0], outputs[3]


def build_graph(
    config: ModelConfig, weights: dict[str, np.ndarray], bits: int, half_embedding: bool
) -> onnx.ModelProto:
    """The whole network as one ONNX model."""
    graph = Graph(bits)
    mask_sum = graph.node(
        'ReduceSum', ['attention_mask', graph.constant('one_axis', np.array([1], np.int64))], ['mask.sum'], keepdims=0
    )
    minus_one = graph.node('Sub', [mask_sum, graph.constant('one', np.array(1, np.int64))], ['mask.last'])
    seqlens = graph.node('Cast', [minus_one], ['seqlens_k'], to=TensorProto.INT32)
    shape = graph.node('Shape', ['attention_mask'], ['mask.shape'])
    width = graph.node('Gather', [shape, graph.constant('one_index', np.array(1, np.int64))], ['mask.width'], axis=0)
    total = graph.node('Cast', [width], ['total_sequence_length'], to=TensorProto.INT32)
    cos, sin = (
        graph.constant(name, cache.numpy())
        for name, cache in zip(('cos_cache', 'sin_cache'), rope_caches(config), strict=True)
    )

    table = weights['embedding.weight']
    x = graph.node(
        'Gather',
        [graph.constant('embedding', table.astype(np.float16) if half_embedding else table), 'input_ids'],
        ['embedded'],
        axis=0,
    )
    residual = graph.node('Cast', [x], ['embedded.float'], to=TensorProto.FLOAT) if half_embedding else x
    normed = graph.norm('layers.0.attention_norm', residual, weights['layers.0.attention_norm.weight'], config.norm_eps)
    for layer in range(config.layers):
        at = f'layers.{layer}'
        q, k, v = (graph.linear(f'{at}.{part}', normed, weights[f'{at}.{part}.weight']) for part in 'qkv')
        inputs = [q, k, v, f'past_key_values.{layer}.key', f'past_key_values.{layer}.value', seqlens, total, cos, sin]
        mixed = graph.node(
            'GroupQueryAttention',
            inputs,
            [f'{at}.attention', f'present.{layer}.key', f'present.{layer}.value'],
            MICROSOFT,
            num_heads=config.heads,
            kv_num_heads=config.kv_heads,
            scale=config.head_dim**-0.5,
            do_rotary=1,
            rotary_interleaved=0,
        )
        attended = graph.linear(f'{at}.o', mixed, weights[f'{at}.o.weight'])
        normed, residual = graph.add_norm(
            f'{at}.ffn_norm', attended, residual, weights[f'{at}.ffn_norm.weight'], config.norm_eps
        )
        gate = graph.linear(f'{at}.gate', normed, weights[f'{at}.gate.weight'])
        up = graph.linear(f'{at}.up', normed, weights[f'{at}.up.weight'])
        gated = graph.node('Mul', [gate, graph.node('Sigmoid', [gate], [f'{at}.sigmoid'])], [f'{at}.silu'])
        down = graph.linear(
            f'{at}.down', graph.node('Mul', [gated, up], [f'{at}.product']), weights[f'{at}.down.weight']
        )
        following = f'layers.{layer + 1}.attention_norm' if layer + 1 < config.layers else 'final_norm'
        normed, residual = graph.add_norm(following, down, residual, weights[f'{following}.weight'], config.norm_eps)
    graph.linear('head', normed, table, 'logits')

    kv = ['batch', config.kv_heads, 'past', config.head_dim]
    kv_out = ['batch', config.kv_heads, 'total', config.head_dim]
    names = [f'{layer}.{part}' for layer in range(config.layers) for part in ('key', 'value')]
    value = helper.make_tensor_value_info
    inputs = [
        value('input_ids', TensorProto.INT64, ['batch', 'sequence']),
        value('attention_mask', TensorProto.INT64, ['batch', 'total']),
    ]
    inputs += [value(f'past_key_values.{name}', TensorProto.FLOAT, kv) for name in names]
    outputs = [value('logits', TensorProto.FLOAT, ['batch', 'sequence', config.vocab])]
    outputs += [value(f'present.{name}', TensorProto.FLOAT, kv_out) for name in names]
    opsets = [helper.make_opsetid('', 21), helper.make_opsetid(MICROSOFT, 1)]
    proto = helper.make_graph(graph.nodes, 'aerie-demo', inputs, outputs, graph.constants)
    return helper.make_model(proto, opset_imports=opsets, ir_version=10, producer_name='aerie-demo-model')


def config_json(config: ModelConfig, encoder: Encoder) -> dict[str, Any]:
    """config.json as transformers has it for LlamaForCausalLM, with the parsers that read the model's answers."""
    return {
        'aerie': {'tool_call_parser': 'hermes', 'reasoning_parser': 'think_tag'},
        'architectures': ['LlamaForCausalLM'],
        'attention_bias': False,
        'attention_dropout': 0.0,
        'bos_token_id': None,
        'eos_token_id': encoder.end,
        'head_dim': config.head_dim,
        'hidden_act': 'silu',
        'hidden_size': config.hidden,
        'initializer_range': 0.02,
        'intermediate_size': config.ffn,
        'max_position_embeddings': config.max_positions,
        'mlp_bias': False,
        'model_type': 'llama',
        'num_attention_heads': config.heads,
        'num_hidden_layers': config.layers,
        'num_key_value_heads': config.kv_heads,
        'pad_token_id': encoder.pad,
        'rms_norm_eps': config.norm_eps,
        'rope_scaling': None,
        'rope_theta': config.rope_theta,
        'tie_word_embeddings': True,
        'torch_dtype': 'float32',
        'use_cache': True,
        'vocab_size': config.vocab,
    }


def generation_config_json(encoder: Encoder) -> dict[str, Any]:
    """generation_config.json: both end markers stop; answers are close to greedy unless asked otherwise."""
    return {
        'bos_token_id': None,
        'eos_token_id': [encoder.end, encoder.pad],
        'pad_token_id': encoder.pad,
        'temperature': 0.3,
    }


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Writes an indented JSON file."""
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + '\n', encoding='utf-8')


def load_checkpoint(path: Path) -> DemoModel:
    """The model of a training run, ready to evaluate."""
    state = torch.load(path, map_location='cpu')
    model = DemoModel(ModelConfig(**state['config']))
    model.load_state_dict(state['model'])
    return model.eval()


def main() -> None:
    """Writes the model folder, apart from the tokenizer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--checkpoint', type=Path, required=True)
    parser.add_argument('--model', type=Path, required=True, help='the model folder; tokenizer.json is there already')
    parser.add_argument('--output', type=Path, help='another place for model.onnx')
    parser.add_argument('--bits', type=int, choices=(4, 8, 32), default=8)
    parser.add_argument('--float-embedding', action='store_true', help='float32 instead of float16')
    options = parser.parse_args()
    model = load_checkpoint(options.checkpoint)
    encoder = Encoder(options.model)
    weights = {name: parameter.detach().float().numpy() for name, parameter in model.named_parameters()}
    proto = build_graph(model.config, weights, options.bits, not options.float_embedding)
    target: Path = options.output or options.model / 'model.onnx'
    onnx.save(proto, str(target))
    write_json(options.model / 'config.json', config_json(model.config, encoder))
    write_json(options.model / 'generation_config.json', generation_config_json(encoder))
    print(f'{target}: {target.stat().st_size / 1e6:.2f} MB, {model.parameter_count()} parameters')


if __name__ == '__main__':
    main()
