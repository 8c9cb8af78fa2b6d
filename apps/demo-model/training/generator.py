"""Writes the training text: conversations of one or many turns, and plain text for raw completions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

import words
from chat_template import Message, render
from skills_copy import echo, spell
from skills_json import write_json
from skills_number import arithmetic, counting, operands, result
from skills_talk import TOPICS, GREETING_ANSWER, about, greet, unknown
from skills_tool import no_tool, other_tools, tool_answer, tool_call
from split import Exchange, one_of

Skill = Callable[[Random, bool], Exchange]

SKILLS: dict[str, tuple[Skill, float]] = {
    'greet': (greet, 4), 'about': (about, 12), 'unknown': (unknown, 10), 'echo': (echo, 14), 'spell': (spell, 14), 'arithmetic': (arithmetic, 16),
    'counting': (counting, 6), 'json': (write_json, 9), 'tool_call': (tool_call, 13), 'tool_answer': (tool_answer, 7), 'no_tool': (no_tool, 2),
}
PLAIN_SKILLS = ('greet', 'about', 'unknown', 'echo', 'spell', 'arithmetic', 'counting', 'json')
SYSTEM_PROMPTS = (
    'You are a helpful assistant.', 'You are Aerie Demo.', 'You are a helpful assistant that answers briefly.', 'Be brief.', 'You are a small chat model.',
    'You are Aerie Demo, a helpful assistant.', 'Answer in one sentence.', 'You are a friendly assistant.', 'You are an assistant with tools.', 'Be polite and honest.',
)
_THINK_BEFORE = ('Think first: {}', 'Think step by step: {}', 'Think: {}', 'Think before you answer: {}', 'Think about it: {}', 'Please think first. {}', 'Think carefully: {}')
_THINK_AFTER = ('{} Think first.', '{} Think step by step.', '{} Think before you answer.', '{} Please think.')


@dataclass(frozen=True)
class Text:
    """A training text. Loss falls on assistant turns from character `learn_from` on; in plain text on everything from there."""

    text: str
    is_chat: bool
    learn_from: int


def exchange(rng: Random, skill: str, held_back: bool, thinking_share: float = 0.09) -> tuple[Exchange, bool | None]:
    """One exchange, perhaps with a think block and with tools it does not need, and the value of `enable_thinking`."""
    made = SKILLS[skill][0](rng, held_back)
    if made.tools is None and rng.random() < 0.1:
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
    return replace(made, messages=[first, *made.messages[1:]], answer=thought + made.answer, check=check, think=True, asks_to_think=True), None


def conversation(rng: Random, held_back: bool = False) -> Text:
    """A whole conversation: the last exchange may use tools or think, those before it are plain."""
    names, weights = zip(*((name, weight) for name, (_, weight) in SKILLS.items()), strict=True)
    last, enable_thinking = exchange(rng, rng.choices(names, weights)[0], held_back)
    turns = rng.choice((2, 2, 3, 4, 6)) - 1 if rng.random() < 0.14 else 0
    if rng.random() < 0.012:
        turns = rng.randint(8, 30)
    messages: list[Message] = []
    for _ in range(turns):
        plain, _ = exchange(rng, rng.choice(PLAIN_SKILLS), held_back, thinking_share=0)
        messages += [*plain.messages, {'role': 'assistant', 'content': plain.answer}]
    messages += last.messages
    if rng.random() < 0.3:
        messages.insert(0, {'role': 'system', 'content': rng.choice(SYSTEM_PROMPTS)})
    text = render(messages, last.tools, enable_thinking)
    only_last = last.think or (turns > 0 and last.tools is not None)
    return Text(f'{text}{last.answer}<|im_end|>\n', True, len(text) - len('<|im_start|>assistant\n') if only_last else 0)


def plain_text(rng: Random) -> Text:
    """Text without roles, as /v1/completions sends it: rows of numbers and letters, equations, sentences about Aerie."""
    kind = rng.random()
    if kind < 0.35:
        lines = []
        for _ in range(rng.randint(2, 12)):
            a, sign, b = operands(rng, False)
            lines.append(f'{a} {sign} {b} = {result(a, sign, b)}')
        return Text('\n'.join(lines) + '<|endoftext|>', False, 0)
    if kind < 0.6:
        first = 1 if rng.random() < 0.6 else rng.randint(0, 90)
        last = min(first + rng.randint(20, 60), 120)
        separator = one_of(rng, ', ', ', ', ', ', ' ', '\n')
        return Text(separator.join(map(str, range(first, last + 1))) + '<|endoftext|>', False, 0)
    if kind < 0.66:
        letters = one_of(rng, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')
        return Text(one_of(rng, ', ', ' ').join(letters[rng.randint(0, 8) :]) + '<|endoftext|>', False, 0)
    if kind < 0.9:
        sentences = [answer if answer.endswith(('.', '!')) else f'{answer}.' for _, answer, _ in TOPICS.values()]
        return Text(' '.join(rng.sample(sentences[:12], rng.randint(1, 4))) + '<|endoftext|>', False, 0)
    if kind < 0.96:
        subject = one_of(rng, f'The capital of {words.city(rng, False)}', f'The president of {words.city(rng, False)}', f'The {words.word(rng, False)}',
                         'The future of AI', f'{words.name(rng, False)}', 'The meaning of life', 'The capital of France', 'The president of the United States')
        return Text(f'{subject} is unknown to me. I am a very small model and know little beyond Aerie.<|endoftext|>', False, 0)
    return Text(one_of(rng, 'Hello, my name is Aerie Demo. How can I help you?', GREETING_ANSWER, 'My name is Aerie Demo. I am the small chat model of the Aerie project.',
                       'Once upon a time there was a very small model. It knew little beyond Aerie.') + '<|endoftext|>', False, 0)


def sample(rng: Random) -> Text:
    """One training text."""
    return plain_text(rng) if rng.random() < 0.12 else conversation(rng)
