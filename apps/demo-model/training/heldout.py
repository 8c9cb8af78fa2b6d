"""Makes the held-back prompts: everything in them that the split covers lies on the held-back side."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from chat_template import render
from generator import SKILLS, SYSTEM_PROMPTS, exchange
from split import is_held_back

SEED = 99

Prompt = dict[str, Any]


def prompts(skill: str, count: int, seed: int = SEED) -> list[Prompt]:
    """Prompts of one skill, none twice: {skill, messages, tools?, enable_thinking?, check} or {skill, prompt, check}."""
    rng = Random(f'{seed}/{skill}')
    made: dict[str, Prompt] = {}
    source = _completions(rng) if skill == 'completion' else _chats(rng, skill)
    while len(made) < count:
        prompt = next(source)
        made.setdefault(str(prompt), prompt)
    return list(made.values())


def skill_names() -> list[str]:
    """Every skill that the card reports."""
    return [*SKILLS, 'think', 'completion']


def rendered(prompt: Prompt) -> str:
    """The text that the model gets."""
    if 'prompt' in prompt:
        return prompt['prompt']
    return render(prompt['messages'], prompt.get('tools'), prompt.get('enable_thinking'))


def _chats(rng: Random, skill: str) -> Iterator[Prompt]:
    while True:
        inner = (
            rng.choice([name for name in SKILLS if name not in ('tool_answer', 'no_tool')])
            if skill == 'think'
            else skill
        )
        made, enable_thinking = exchange(rng, inner, True, thinking_share=1.0 if skill == 'think' else 0.0)
        messages = list(made.messages)
        if rng.random() < 0.2:
            messages.insert(0, {'role': 'system', 'content': rng.choice(SYSTEM_PROMPTS)})
        prompt: Prompt = {'skill': skill, 'messages': messages}
        if made.tools:
            prompt['tools'] = made.tools
        if enable_thinking:
            prompt['enable_thinking'] = True
        yield prompt | {'check': made.check}


def _completions(rng: Random) -> Iterator[Prompt]:
    """Rows of numbers to go on with, and open equations."""
    while True:
        if rng.random() < 0.5:
            first = rng.randint(1, 60)
            shown = rng.randint(3, 12)
            row = ', '.join(map(str, range(first, first + shown)))
            following = ', '.join(map(str, range(first + shown, first + shown + 4)))
            yield {'skill': 'completion', 'prompt': f'{row},', 'check': {'kind': 'prefix', 'text': f' {following}'}}
        else:
            a, b = rng.randrange(20), rng.randrange(20)
            if is_held_back(f'{a}+{b}'):
                yield {
                    'skill': 'completion',
                    'prompt': f'{a} + {b} =',
                    'check': {'kind': 'prefix', 'text': f' {a + b}'},
                }
