"""Runs the exported model in ONNX Runtime, greedily, with its KV cache."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime

from data import Encoder

Cache = dict[str, np.ndarray]


class Runner:
    """One session and its tokenizer."""

    def __init__(self, model_folder: Path, model_file: Path | None = None, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry('session.set_denormal_as_zero', '1')
        self.session = onnxruntime.InferenceSession(
            str(model_file or model_folder / 'model.onnx'), options, ['CPUExecutionProvider']
        )
        self.encoder = Encoder(model_folder)
        self.past = [tensor for tensor in self.session.get_inputs() if tensor.name.startswith('past_key_values.')]
        self.outputs = [tensor.name for tensor in self.session.get_outputs()]

    def empty_cache(self, batch: int) -> Cache:
        """A cache without rows."""
        return {tensor.name: np.zeros((batch, tensor.shape[1], 0, tensor.shape[3]), np.float32) for tensor in self.past}

    def step(self, ids: np.ndarray, mask: np.ndarray, cache: Cache) -> tuple[np.ndarray, Cache]:
        """ids [B, S], mask [B, total] → logits [B, S, vocab] and the cache with the new rows."""
        feeds = {'input_ids': ids.astype(np.int64), 'attention_mask': mask.astype(np.int64), **cache}
        results = dict(zip(self.outputs, self.session.run(self.outputs, feeds), strict=True))
        logits = results.pop('logits')
        return logits, {name.replace('present', 'past_key_values'): value for name, value in results.items()}

    def generate(self, prompt: str, max_tokens: int = 400) -> str:
        """The answer to a rendered prompt, without the end marker."""
        ids = self.encoder.tokenizer.encode(prompt).ids
        logits, cache = self.step(np.array([ids]), np.ones((1, len(ids))), self.empty_cache(1))
        written: list[int] = []
        length = len(ids)
        while len(written) < max_tokens:
            token = int(logits[0, -1].argmax())
            if token in (self.encoder.end, self.encoder.pad):
                break
            written.append(token)
            length += 1
            if length > 2048:
                break
            logits, cache = self.step(np.array([[token]]), np.ones((1, length)), cache)
        return self.encoder.tokenizer.decode(written, skip_special_tokens=False)
