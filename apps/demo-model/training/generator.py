"""Writes the training text: conversations of one or many turns, and plain text for raw completions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

import words
from chat_template import Message, render
from knowledge import GREETING_ANSWER, TOPICS
from skills_copy import echo, phrase, spell
from skills_json import write_json
from skills_number import arithmetic, counting, operands, result
from skills_talk import about, greet, unknown
from skills_tool import no_tool, other_tools, tool_answer, tool_call
from split import Exchange, one_of

PLAIN_SHARE = 0.28
COUNTING_POOL = 34
LATER_POOL = 24
COPYING_POOLS = range(9, 13)

Skill = Callable[[Random, bool], Exchange]

SKILLS: dict[str, tuple[Skill, float]] = {
    'greet': (greet, 4),
    'about': (about, 12),
    'unknown': (unknown, 10),
    'echo': (echo, 14),
    'spell': (spell, 11),
    'arithmetic': (arithmetic, 13),
    'counting': (counting, 5),
    'json': (write_json, 9),
    'tool_call': (tool_call, 13),
    'tool_answer': (tool_answer, 7),
    'no_tool': (no_tool, 2),
}
LATER_WEIGHTS = {
    'greet': 3,
    'about': 9,
    'unknown': 7,
    'echo': 8,
    'spell': 18,
    'arithmetic': 15,
    'counting': 14,
    'json': 7,
    'tool_call': 12,
    'tool_answer': 7,
    'no_tool': 3,
}
PLAIN_SKILLS = ('greet', 'about', 'unknown', 'echo', 'spell', 'arithmetic', 'counting', 'json')
SYSTEM_PROMPTS = (
    'You are a helpful assistant.',
    'You are Aerie Demo.',
    'You are a helpful assistant that answers briefly.',
    'Be brief.',
    'You are a small chat model.',
    'You are Aerie Demo, a helpful assistant.',
    'Answer in one sentence.',
    'You are a friendly assistant.',
    'You are an assistant with tools.',
    'Be polite and honest.',
)
_THINK_BEFORE = (
    'Think first: {}',
    'Think step by step: {}',
    'Think: {}',
    'Think before you answer: {}',
    'Think about it: {}',
    'Please think first. {}',
    'Think carefully: {}',
)
_THINK_AFTER = ('{} Think first.', '{} Think step by step.', '{} Think before you answer.', '{} Please think.')


@dataclass(frozen=True)
class Text:
    """A training text. In a chat, assistant turns from character `learn_from` on are learnt; in plain text, the spans."""

    text: str
    is_chat: bool
    learn_from: int = 0
    spans: tuple[tuple[int, int], ...] = ()


def plain(*parts: str | tuple[str]) -> Text:
    """Plain text out of parts; the parts in a tuple are learnt, and so is the end marker."""
    text, spans = '', []
    for part in (*parts, ('<|endoftext|>',)):
        written = part if isinstance(part, str) else part[0]
        if not isinstance(part, str):
            spans.append((len(text), len(text) + len(written)))
        text += written
    return Text(text, False, spans=tuple(spans))


def exchange(rng: Random, skill: str, held_back: bool, thinking_share: float = 0.09) -> tuple[Exchange, bool | None]:
    """One exchange, perhaps with a think block and with tools it does not need, and the value of `enable_thinking`."""
    made = SKILLS[skill][0](rng, held_back)
    if made.tools is None and rng.random() < 0.06:
        avoided = {'type': 'function', 'function': {'name': 'add'}}
        made = replace(made, tools=other_tools(rng, held_back, avoided, rng.randint(1, 2)))
        if skill == 'unknown':
            made = SKILLS['no_tool'][0](rng, held_back)
    if rng.random() >= thinking_share:
        return made, None if rng.random() < 0.9 else False
    thought = f'<think>\n{made.thought}\n</think>\n\n'
    check = {'kind': 'think', 'answer': made.check}
    if rng.random() < 0.4:
        return replace(made, answer=thought + made.answer, check=check, think=True), True
    asked = rng.choice(_THINK_BEFORE + _THINK_AFTER if len(made.messages) == 1 else _THINK_BEFORE)
    first = {**made.messages[0], 'content': asked.format(made.messages[0]['content'])}
    return replace(
        made,
        messages=[first, *made.messages[1:]],
        answer=thought + made.answer,
        check=check,
        think=True,
        asks_to_think=True,
    ), None


def conversation(rng: Random, pool: int) -> Text:
    """A whole conversation: the last exchange may use tools or think, those before it are plain."""
    weights = {name: weight for name, (_, weight) in SKILLS.items()} if pool < LATER_POOL else LATER_WEIGHTS
    if pool >= COUNTING_POOL:
        weights = weights | {'counting': 30}
    skill = rng.choices(tuple(weights), tuple(weights.values()))[0]
    last, enable_thinking = exchange(rng, skill, False)
    turns = rng.choice((2, 2, 3, 4)) - 1 if rng.random() < 0.14 else 0
    if rng.random() < 0.005:
        turns = rng.randint(8, 30)
    messages: list[Message] = []
    for _ in range(turns):
        earlier, _ = exchange(rng, rng.choice(PLAIN_SKILLS), False, thinking_share=0)
        messages += [*earlier.messages, {'role': 'assistant', 'content': earlier.answer}]
    messages += last.messages
    if rng.random() < 0.3:
        messages.insert(0, {'role': 'system', 'content': rng.choice(SYSTEM_PROMPTS)})
    text = render(messages, last.tools, enable_thinking)
    only_last = last.think or (turns > 0 and last.tools is not None)
    return Text(
        f'{text}{last.answer}<|im_end|>\n', True, len(text) - len('<|im_start|>assistant\n') if only_last else 0
    )


def equations(rng: Random) -> Text:
    """Lines of sums and differences; the results are learnt."""
    parts: list[str | tuple[str]] = []
    for _ in range(rng.randint(3, 12)):
        a, sign, b = operands(rng, False)
        parts += [f'{a} {sign} {b} =', (f' {result(a, sign, b)}\n',)]
    return plain(*parts)


def spellings(rng: Random) -> Text:
    """Lines of words with their letters; the letters are learnt."""
    parts: list[str | tuple[str]] = []
    for _ in range(rng.randint(3, 10)):
        item = words.word(rng, False)
        item = item.capitalize() if rng.random() < 0.2 else item
        parts += [f'{item}:', (f' {"-".join(item)}\n',)]
    return plain(*parts)


def repetitions(rng: Random) -> Text:
    """A line of words, once or twice over; the copies are learnt. So copying is learnt early."""
    line = (
        phrase(rng, False)
        if rng.random() < 0.3
        else ' '.join(
            words.name(rng, False) if rng.random() < 0.2 else words.word(rng, False) for _ in range(rng.randint(4, 16))
        )
    )
    separator = one_of(rng, '\n', '\n', ' ', ': ', '. ')
    return plain(f'{line}', *((f'{separator}{line}',) for _ in range(rng.randint(1, 2))))


def number_rows(rng: Random) -> Text:
    """A row of numbers that goes on."""
    first = 1 if rng.random() < 0.6 else rng.randint(0, 90)
    last = min(first + rng.randint(20, 50), 120)
    separator = one_of(rng, ', ', ', ', ', ', ' ', '\n')
    return plain(str(first), (separator + separator.join(map(str, range(first + 1, last + 1))),))


def letter_rows(rng: Random) -> Text:
    """The alphabet, from one of its first letters."""
    letters = one_of(rng, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')[rng.randint(0, 8) :]
    separator = one_of(rng, ', ', ' ')
    return plain(letters[0], (separator + separator.join(letters[1:]),))


def sentences(rng: Random) -> Text:
    """What the model knows of Aerie, and that it knows nothing else."""
    if rng.random() < 0.65:
        known = [answer if answer.endswith(('.', '!')) else f'{answer}.' for _, answer, _ in TOPICS.values()]
        return plain((' '.join(rng.sample(known[:12], rng.randint(1, 3))),))
    if rng.random() < 0.6:
        subject = one_of(
            rng,
            f'The capital of {words.city(rng, False)}',
            f'The president of {words.city(rng, False)}',
            f'The {words.word(rng, False)}',
            'The future of AI',
            words.name(rng, False),
            'The meaning of life',
            'The capital of France',
            'The president of the United States',
        )
        return plain(f'{subject} is', (' unknown to me. I am a very small model and know little beyond Aerie.',))
    return plain(
        (
            one_of(
                rng,
                'Hello, my name is Aerie Demo. How can I help you?',
                GREETING_ANSWER,
                'My name is Aerie Demo. I am the small chat model of the Aerie project.',
                'Once upon a time there was a very small model. It knew little beyond Aerie.',
            ),
        )
    )


PLAIN_TEXTS = ((equations, 28), (spellings, 22), (repetitions, 30), (number_rows, 6), (letter_rows, 2), (sentences, 12))
LATER_PLAIN_TEXTS = (
    (equations, 50),
    (spellings, 25),
    (repetitions, 8),
    (number_rows, 5),
    (letter_rows, 2),
    (sentences, 10),
)


def plain_text(rng: Random, pool: int) -> Text:
    """Text without roles, as /v1/completions sends it, and dense practice of the skills that are hard to learn."""
    texts = PLAIN_TEXTS if pool < COPYING_POOLS.stop else LATER_PLAIN_TEXTS
    makers, weights = zip(*texts, strict=True)
    return rng.choices(makers, weights)[0](rng)


def sample(rng: Random, pool: int = 0) -> Text:
    """One training text. Some pools are mostly repetitions: copying appears late when it is only one skill of many."""
    if pool in COPYING_POOLS and rng.random() < 0.7:
        return repetitions(rng) if rng.random() < 0.85 else conversation_of(rng, 'echo')
    return plain_text(rng, pool) if rng.random() < PLAIN_SHARE else conversation(rng, pool)


def conversation_of(rng: Random, skill: str) -> Text:
    """A conversation of one plain exchange."""
    made, _ = exchange(rng, skill, False, thinking_share=0)
    return Text(f'{render(made.messages, made.tools)}{made.answer}<|im_end|>\n', True)
