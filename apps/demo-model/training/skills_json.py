"""Skill of writing a small JSON value from a description."""

from __future__ import annotations

import json
from random import Random

import words
from split import Exchange, one_of, user

TEXT_KEYS = (
    'name',
    'city',
    'color',
    'title',
    'word',
    'animal',
    'fruit',
    'country',
    'status',
    'kind',
    'label',
    'material',
    'author',
    'tag',
)
NUMBER_KEYS = ('age', 'count', 'price', 'year', 'size', 'level', 'score', 'weight', 'height', 'id', 'rank', 'speed')
FLAG_KEYS = ('active', 'open', 'ready', 'done', 'visible')


def value_for(rng: Random, key: str, held_back: bool) -> str | int | float | bool:
    """A value that suits the key; any other key gets a word."""
    if key in FLAG_KEYS:
        return rng.random() < 0.5
    if key in NUMBER_KEYS:
        return number(rng)
    if key in ('name', 'author'):
        return words.name(rng, held_back)
    if key == 'city':
        return words.city(rng, held_back)
    return words.word(rng, held_back)


def number(rng: Random) -> int | float:
    """Mostly a small whole number, at times a large one or one with a fraction."""
    kind = rng.random()
    if kind < 0.1:
        return rng.randint(1, 99) + rng.choice((0.5, 0.25, 0.1, 0.75, 0.9, 0.2))
    return rng.randint(0, 99) if kind < 0.7 else rng.randint(100, 9999)


def spoken(value: str | float | bool) -> str:
    """The value as it stands in a request."""
    return json.dumps(value) if isinstance(value, bool) else str(value)


def write_json(rng: Random, held_back: bool) -> Exchange:
    """An object of one to four keys, or an array of words or numbers."""
    if rng.random() < 0.2:
        items: list[str | int | float] = [
            number(rng) if rng.random() < 0.4 else words.word(rng, held_back) for _ in range(rng.randint(2, 5))
        ]
        row = [str(item) for item in items]
        joined = ', '.join(row[:-1]) + one_of(rng, ' and ', ', ') + row[-1]
        text = one_of(
            rng,
            'Write a JSON array with {}.',
            'Give me a JSON array of {}.',
            'Make a JSON list with {}.',
            'JSON array: {}',
            'Write {} as a JSON array.',
        ).format(joined)
        return _exchange(text, items)
    keys = rng.sample(
        (*TEXT_KEYS, *NUMBER_KEYS, *TEXT_KEYS[:2], *NUMBER_KEYS[:2], *FLAG_KEYS[:2]), rng.choice((1, 2, 2, 2, 3, 3, 4))
    )
    value = {key: value_for(rng, key, held_back) for key in dict.fromkeys(keys)}
    if not held_back and rng.random() < 0.15:
        value = {words.word(rng, False): item for item in value.values()}
    link = one_of(rng, '{} {}', '{} {}', '{}: {}', '{} = {}', '{} is {}', '{}={}', '{} "{}"')
    pairs = [
        (link if '"' not in link or isinstance(item, str) else '{} {}').format(key, spoken(item))
        for key, item in value.items()
    ]
    last = one_of(rng, ' and ', ' and ', ', ')
    joined = pairs[0] if len(pairs) == 1 else ', '.join(pairs[:-1]) + last + pairs[-1]
    text = one_of(
        rng,
        'Write a JSON object with {}.',
        'Write a JSON object with {}.',
        'Give me a JSON object with {}.',
        'Make a JSON object with {}.',
        'Return JSON with {}.',
        'JSON object: {}',
        'Create a JSON object: {}',
        'Write JSON with {}.',
        'Answer in JSON: {}',
        'Write as JSON: {}',
        'Please write a JSON object with {}.',
        'Return a JSON object with {}',
        'I need a JSON object with {}.',
        'Output JSON: {}.',
    ).format(joined)
    return _exchange(text, value)


def _exchange(text: str, value: object) -> Exchange:
    return Exchange('json', [user(text)], json.dumps(value), 'I write JSON.', {'kind': 'json', 'value': value})
