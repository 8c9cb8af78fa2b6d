"""Turns generated texts into batches of token ids: an endless stream that a seed and a position determine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from tokenizers import Tokenizer
from torch import Tensor

from generator import Text, sample

POOL_TEXTS = 3000
MAX_LENGTH = 2048


@dataclass(frozen=True)
class Batch:
    """`ids` [B, S], padded on the right; `targets` [B, S] holds the next token where it is to be learnt and -1 elsewhere."""

    ids: Tensor
    targets: Tensor


class Encoder:
    """Text → token ids and, for each, whether the model has to learn to write it."""

    def __init__(self, model_folder: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(model_folder / 'tokenizer.json'))
        self.start, self.end, self.pad = (
            self.tokenizer.token_to_id(text) for text in ('<|im_start|>', '<|im_end|>', '<|endoftext|>')
        )
        self.opening = self.tokenizer.encode('<|im_start|>assistant\n').ids

    def encode(self, text: Text) -> tuple[list[int], list[bool]]:
        """In chats the assistant's turns are learnt, `<|im_end|>` included; in plain text the tokens that begin in its spans."""
        encoding = self.tokenizer.encode(text.text)
        ids = encoding.ids
        if not text.is_chat:
            return ids, [any(start <= offset[0] < end for start, end in text.spans) for offset in encoding.offsets]
        learnt, inside = [False] * len(ids), False
        width = len(self.opening)
        for index, token in enumerate(ids):
            learnt[index] = inside
            if token == self.end:
                inside = False
            head = index + 1 - width
            if head >= 0 and ids[head : index + 1] == self.opening and encoding.offsets[head][0] >= text.learn_from:
                inside = True
        return ids, learnt


def pool_batches(encoder: Encoder, seed: int, pool: int, batch_tokens: int) -> Iterator[Batch]:
    """The batches of one pool of texts: sorted by length, cut into batches of about `batch_tokens`, in random order."""
    rng = Random(f'{seed}/{pool}')
    rows = [encoder.encode(sample(rng, pool)) for _ in range(POOL_TEXTS)]
    rows = sorted((row for row in rows if len(row[0]) <= MAX_LENGTH), key=lambda row: len(row[0]))
    groups: list[list[tuple[list[int], list[bool]]]] = [[]]
    for row in rows:
        if groups[-1] and len(row[0]) * (len(groups[-1]) + 1) > batch_tokens:
            groups.append([])
        groups[-1].append(row)
    rng.shuffle(groups)
    for group in groups:
        yield _batch(group, encoder.pad)


def _batch(rows: list[tuple[list[int], list[bool]]], pad: int) -> Batch:
    length = max(len(ids) for ids, _ in rows)
    ids = torch.full((len(rows), length), pad)
    targets = torch.full((len(rows), length), -1)
    for index, (tokens, learnt) in enumerate(rows):
        ids[index, : len(tokens)] = torch.tensor(tokens)
        wanted = [token if use else -1 for token, use in zip(tokens, learnt, strict=True)]
        targets[index, : len(tokens) - 1] = torch.tensor(wanted[1:])
    return Batch(ids, targets)
