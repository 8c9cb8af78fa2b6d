"""What is held back from training, and the exchange that every skill makes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from zlib import crc32

from chat_template import Message, Tool

HELD_BACK_SHARE = 8


def is_held_back(item: str) -> bool:
    """The split rule: an item is held back when CRC-32 of its text is divisible by 8."""
    return crc32(item.encode()) % HELD_BACK_SHARE == 0


def normal_form(prompt: str) -> str:
    """A prompt without case and punctuation, so that spellings of one prompt fall on the same side of the split."""
    return ' '.join(re.findall(r'[\w/+=-]+', prompt.lower()))


def side(items: Sequence[str], held_back: bool) -> list[str]:
    """The items of one side of the split."""
    return [item for item in items if is_held_back(item) == held_back]


def draw(make: Callable[[], str], held_back: bool, always_trained: frozenset[str] = frozenset()) -> str:
    """Draws texts until one lies on the wanted side; `always_trained` lists normal forms that are never held back."""
    while True:
        text = make()
        form = normal_form(text)
        if (is_held_back(form) and form not in always_trained) == held_back:
            return text


@dataclass(frozen=True)
class Exchange:
    """A piece of conversation that ends with the answer to learn.

    `messages` start with a user turn and end before the answer; `thought` is what a think block would hold;
    `check` says, for a machine, which answers are right.
    """

    skill: str
    messages: list[Message]
    answer: str
    thought: str
    check: dict[str, Any]
    tools: list[Tool] | None = None
    think: bool = False
    asks_to_think: bool = field(default=False)


def user(content: str) -> Message:
    """A user turn."""
    return {'role': 'user', 'content': content}


def one_of(rng: Random, *options: str) -> str:
    """One of the options, each as likely."""
    return rng.choice(options)
