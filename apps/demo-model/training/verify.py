"""Checks an export: the same logits as PyTorch, the same through the cache, the same in a ragged batch; and its speed."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from export import load_checkpoint
from heldout import prompts, rendered
from runner import Cache, Runner


def padded(cache: Cache, rows: int) -> Cache:
    """The cache with room for `rows` rows; the new rows hold rubbish, which the lengths must keep out."""
    return {
        name: np.concatenate(
            [value, np.full((*value.shape[:2], rows - value.shape[2], value.shape[3]), 9e3, np.float32)], 2
        )
        for name, value in cache.items()
    }


def main() -> None:
    """Prints the differences and the speed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--checkpoint', type=Path, required=True)
    parser.add_argument('--model', type=Path, required=True)
    parser.add_argument('--onnx', type=Path)
    options = parser.parse_args()
    runner = Runner(options.model, options.onnx)
    model = load_checkpoint(options.checkpoint)
    encode = runner.encoder.tokenizer.encode
    texts = [rendered(prompt) for skill in ('echo', 'tool_call', 'counting') for prompt in prompts(skill, 4)]
    rows = [encode(text).ids for text in texts]

    worst, same, cached, positions = 0.0, 0, 0.0, 0
    prefills: list[tuple[np.ndarray, Cache]] = []
    for ids in rows:
        logits, cache = runner.step(np.array([ids]), np.ones((1, len(ids))), runner.empty_cache(1))
        with torch.no_grad():
            reference = model.logits(model(torch.tensor([ids]))).numpy()
        worst = max(worst, float(np.abs(logits - reference).max()))
        same += int((logits.argmax(-1) == reference.argmax(-1)).sum())
        positions += len(ids)
        prefills.append((logits, cache))
        first, walked = runner.step(np.array([ids[:1]]), np.ones((1, 1)), runner.empty_cache(1))
        for index in range(1, len(ids)):
            first, walked = runner.step(np.array([[ids[index]]]), np.ones((1, index + 1)), walked)
        cached = max(cached, float(np.abs(first[0, -1] - logits[0, -1]).max()))
    print(f'against PyTorch: largest difference {worst:.4f}, same choice at {same} of {positions} positions')
    print(f'token by token against the whole prompt: largest difference {cached:.6f}')

    # Each row decodes one token: alone, and all together in one batch whose rows have different lengths.
    width = max(map(len, rows)) + 1
    tokens = [int(logits[0, -1].argmax()) for logits, _ in prefills]
    alone = [
        runner.step(np.array([[token]]), np.ones((1, len(ids) + 1)), cache)[0][0, 0]
        for token, ids, (_, cache) in zip(tokens, rows, prefills, strict=True)
    ]
    mask = np.array([[1] * (len(ids) + 1) + [0] * (width - len(ids) - 1) for ids in rows])
    together: Cache = {
        name: np.concatenate([padded(cache, width)[name] for _, cache in prefills]) for name in prefills[0][1]
    }
    batched = runner.step(np.array(tokens)[:, None], mask, together)[0][:, 0]
    print(
        f'ragged batch of {len(rows)} against single rows: largest difference {np.abs(batched - np.stack(alone)).max():.6f}'
    )

    longest = 2047
    ids = (rows[1] * (longest // len(rows[1]) + 1))[:longest]
    started = time.perf_counter()
    logits, cache = runner.step(np.array([ids]), np.ones((1, longest)), runner.empty_cache(1))
    prefill = time.perf_counter() - started
    logits, _ = runner.step(np.array([[7]]), np.ones((1, longest + 1)), cache)
    print(
        f'position 2048: finite logits {bool(np.isfinite(logits).all())}; prefill of {longest} tokens {prefill:.2f} s'
    )
    started = time.perf_counter()
    text = runner.generate(rendered({'messages': [{'role': 'user', 'content': 'Count from 1 to 60.'}]}))
    spent = time.perf_counter() - started
    print(f'decode, one row, one thread: {len(encode(text).ids) / spent:.0f} tokens/s\n{text}')


if __name__ == '__main__':
    main()
