"""Skills of talk: greetings, what the model knows about Aerie, and the honest answer to everything else."""

from __future__ import annotations

from random import Random

import words
from knowledge import (
    ALWAYS_ASKED,
    ALWAYS_GREETED,
    GREETING_ANSWER,
    GREETING_TAILS,
    GREETINGS,
    OPENINGS,
    TOPICS,
    UNKNOWN_ANSWER,
    UNKNOWN_QUESTIONS,
)
from split import Exchange, draw, one_of, user


def _punctuated(rng: Random, text: str, mark: str) -> str:
    """Upper-cases the first letter and closes with the mark, most of the time."""
    if rng.random() < 0.85:
        text = text[:1].upper() + text[1:]
    return text + mark if rng.random() < 0.8 else text


def greet(rng: Random, held_back: bool) -> Exchange:
    """A greeting; sometimes with the user's name, which the answer repeats."""
    if rng.random() < 0.3:
        name = words.name(rng, held_back)
        opening = one_of(rng, 'Hello', 'Hi', 'Hey', 'Good morning', 'Hello there', 'Good evening')
        text = opening + one_of(
            rng,
            f'! My name is {name}.',
            f', I am {name}.',
            f'. My name is {name}',
            f", I'm {name}!",
            f'! This is {name}.',
        )
        return Exchange(
            'greet',
            [user(text)],
            f'Hello, {name}! How can I help you?',
            f'{name} greets me. I greet back.',
            {'kind': 'contains', 'all': ['Hello', name]},
        )

    def make() -> str:
        return _punctuated(rng, rng.choice(GREETINGS) + rng.choice(GREETING_TAILS), one_of(rng, '!', '.', '?'))

    text = draw(make, held_back, ALWAYS_GREETED)
    return Exchange(
        'greet',
        [user(text)],
        GREETING_ANSWER,
        'The user greets me. I greet back.',
        {'kind': 'contains', 'all': ['Hello']},
    )


def about(rng: Random, held_back: bool) -> Exchange:
    """A question about Aerie or about the model itself."""
    topic = ''

    def make() -> str:
        nonlocal topic
        topic = rng.choice(tuple(TOPICS))
        is_question = topic not in ('thanks', 'bye')
        opening = rng.choice(OPENINGS) if is_question else ''
        text = _punctuated(rng, opening + rng.choice(TOPICS[topic][0]), '?' if is_question else one_of(rng, '!', '.'))
        return text.replace('Aerie', 'aerie') if rng.random() < 0.08 else text

    text = draw(make, held_back, ALWAYS_ASKED)
    _, answer, must = TOPICS[topic]
    return Exchange('about', [user(text)], answer, 'I know the answer.', {'kind': 'contains', 'all': list(must)})


def unknown(rng: Random, held_back: bool) -> Exchange:
    """A question about the world, of which the model knows nothing."""

    def make() -> str:
        text = rng.choice(UNKNOWN_QUESTIONS)
        while '{' in text:
            text = text.replace('{thing}', words.word(rng, held_back), 1).replace(
                '{place}', words.city(rng, held_back), 1
            )
            text = text.replace('{name}', words.name(rng, held_back), 1).replace(
                '{year}', str(rng.randint(1800, 2030)), 1
            )
        return _punctuated(
            rng,
            one_of(rng, '', '', '', '', 'please ', 'can you tell me: ', 'a question: ') + text,
            one_of(rng, '?', '?', '.'),
        )

    return Exchange(
        'unknown',
        [user(draw(make, held_back))],
        UNKNOWN_ANSWER,
        'I do not know this.',
        {'kind': 'contains', 'all': ["don't know"]},
    )
