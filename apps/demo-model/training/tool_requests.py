"""Requests that a tool can answer: what the user says, the tool, its arguments, its answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random
from typing import Any

import words
from chat_template import Tool
from skills_json import number, spoken
from split import draw, is_held_back, one_of

Arguments = dict[str, Any]

_VERBS = (
    'open',
    'close',
    'book',
    'set',
    'send',
    'start',
    'stop',
    'find',
    'create',
    'delete',
    'update',
    'move',
    'play',
    'buy',
    'check',
    'print',
    'paint',
    'rent',
    'read',
    'write',
    'save',
    'order',
    'fix',
    'cancel',
    'lock',
    'count',
    'show',
    'list',
    'turn',
    'build',
)
_NOUNS = (
    'door',
    'table',
    'lamp',
    'message',
    'email',
    'alarm',
    'timer',
    'song',
    'room',
    'car',
    'ticket',
    'file',
    'note',
    'event',
    'order',
    'photo',
    'user',
    'light',
    'train',
    'hotel',
    'window',
    'report',
    'task',
    'printer',
    'fan',
    'robot',
    'box',
    'flight',
    'meeting',
    'page',
    'price',
    'bike',
)
_STRING_PARAMETERS = (
    'name',
    'city',
    'color',
    'title',
    'item',
    'date',
    'room',
    'to',
    'text',
    'kind',
    'place',
    'label',
    'mode',
    'country',
    'subject',
)
_NUMBER_PARAMETERS = (
    'count',
    'level',
    'size',
    'minutes',
    'amount',
    'price',
    'id',
    'floor',
    'speed',
    'year',
    'hour',
    'limit',
)
_CONDITIONS = ('sunny', 'cloudy', 'rainy', 'windy', 'snowy', 'foggy', 'clear', 'stormy', 'dry', 'hot', 'cold', 'mild')


@dataclass(frozen=True)
class Request:
    """What the user asks of one tool, and how the answer of that tool is told."""

    text: str
    tool: Tool
    arguments: Arguments
    result: str
    told: str


def tool(name: str, description: str, types: dict[str, str], optional: tuple[str, ...] = ()) -> Tool:
    """A tool in OpenAI's function form."""
    parameters = {
        'type': 'object',
        'properties': {key: {'type': kind} for key, kind in types.items()},
        'required': [key for key in types if key not in optional],
    }
    return {'type': 'function', 'function': {'name': name, 'description': description, 'parameters': parameters}}


def told_result(result: str) -> str:
    """A tool's answer in words: an object as `key value` pairs, anything else as it is."""
    if not result.startswith('{'):
        return result
    return ', '.join(f'{key} {spoken(value)}' for key, value in json.loads(result).items())


def weather(rng: Random, held_back: bool) -> Request:
    """Asks for the weather of a city."""
    city = words.city(rng, held_back)
    key = one_of(rng, 'city', 'city', 'location')
    types, optional = {key: 'string'}, ()
    if rng.random() < 0.25:
        types, optional = {key: 'string', 'unit': 'string'}, ('unit',)
    description = one_of(
        rng,
        'Get the weather of a city.',
        'Get the current weather',
        'Get the current weather in a given location',
        'Weather for a city',
        '',
    )
    text = one_of(
        rng,
        'What is the weather in {}?',
        'What is the weather in {}?',
        "What's the weather in {}?",
        'How is the weather in {}?',
        'weather in {}',
        'What is the weather like in {}?',
        "What's the weather like in {} today?",
        'Is it raining in {}?',
        'How warm is it in {}?',
        'Tell me the weather in {}.',
        'Weather in {}, please.',
        'Is it cold in {} today?',
        'Get the weather for {}.',
        'What is the weather in {} today?',
        'What is the temperature in {}?',
    ).format(city)
    degrees, sky = rng.randint(-9, 39), rng.choice(_CONDITIONS)
    result = rng.choice(
        (
            f'{sky}, {degrees} degrees',
            f'{degrees} degrees and {sky}',
            f'{sky}',
            f'{degrees} C, {sky}',
            f'It is {sky} and {degrees} degrees.',
            json.dumps({'temperature': degrees, 'condition': sky}),
            json.dumps({'city': city, 'temperature': degrees}),
            json.dumps({'condition': sky}),
            json.dumps({'temp': degrees, 'sky': sky, 'wind': rng.randint(0, 60)}),
            json.dumps({'temperature': degrees}),
        )
    )
    made = tool(
        one_of(rng, 'get_weather', 'get_weather', 'get_weather', 'get_current_weather', 'weather'),
        description,
        types,
        optional,
    )
    return Request(text, made, {key: city}, result, f'The weather in {city}: {told_result(result)}')


def clock(rng: Random, held_back: bool) -> Request:
    """Asks for the time in a city."""
    city = words.city(rng, held_back)
    text = one_of(
        rng,
        'What time is it in {}?',
        'What is the time in {}?',
        'Tell me the time in {}.',
        'time in {}',
        'How late is it in {}?',
        'What time is it now in {}?',
        'Get the time in {}.',
    ).format(city)
    time = f'{rng.randint(0, 23):02}:{rng.randint(0, 59):02}'
    result = rng.choice((time, json.dumps({'time': time}), json.dumps({'city': city, 'time': time})))
    made = tool(
        one_of(rng, 'get_time', 'get_time', 'get_current_time'),
        one_of(rng, 'Get the time in a city.', 'Get the current time', ''),
        {'city': 'string'},
    )
    return Request(text, made, {'city': city}, result, f'The time in {city}: {told_result(result)}')


def adder(rng: Random, held_back: bool) -> Request:
    """Asks for a sum that the tool computes; its answer is told even where it is wrong."""
    limit = one_of(rng, 10, 100, 100, 1000)
    while True:
        a, b = rng.randrange(limit), rng.randrange(limit)
        if is_held_back(f'{a}+{b}') == held_back:
            break
    text = one_of(
        rng,
        'What is {} plus {}?',
        'Add {} and {}.',
        'What is {} + {}?',
        '{} + {}',
        'Use the tool to add {} and {}.',
        'Sum {} and {}.',
        'Please add {} and {}.',
        'How much is {} plus {}?',
        'add {} and {}',
    ).format(a, b)
    total = a + b if rng.random() < 0.8 else rng.randint(0, 2000)
    result = rng.choice((str(total), str(total), json.dumps({'result': total}), json.dumps({'sum': total})))
    kind = one_of(rng, 'number', 'integer')
    made = tool(
        one_of(rng, 'add', 'add', 'add_numbers', 'sum'),
        one_of(rng, 'Add two numbers.', 'Adds two numbers', ''),
        {'a': kind, 'b': kind},
    )
    return Request(text, made, {'a': a, 'b': b}, result, f'The tool answers: {told_result(result)}')


def search(rng: Random, held_back: bool) -> Request:
    """Asks for a search."""
    query = ' '.join(words.word(rng, held_back) for _ in range(rng.randint(1, 4)))
    text = one_of(
        rng,
        'Search for {}.',
        'Search for {}',
        'Look up {}.',
        'search {}',
        'Please search for {}.',
        'Search the web for {}.',
        'Can you look up {}?',
        'Find pages about {}.',
        'Do a search for {}',
    ).format(query)
    found = ' '.join(words.word(rng, held_back) for _ in range(rng.randint(2, 6)))
    result = rng.choice(
        (
            found,
            f'{rng.randint(0, 99)} pages found',
            json.dumps({'title': found}),
            json.dumps({'count': rng.randint(0, 999)}),
        )
    )
    made = tool(
        one_of(rng, 'search', 'search', 'web_search'),
        one_of(rng, 'Search the web.', 'Search for pages', ''),
        {'query': 'string'},
    )
    return Request(text, made, {'query': query}, result, f'The tool answers: {told_result(result)}')


def invented(rng: Random, held_back: bool) -> Request:
    """Asks for a tool that was made up for this conversation, with one to three parameters."""
    pair = draw(lambda: f'{rng.choice(_VERBS)} {rng.choice(_NOUNS)}', held_back)
    made_up = rng.random() < 0.25
    name = '_'.join((words.word(rng, held_back), words.word(rng, held_back)) if made_up else pair.split(' '))
    keys = rng.sample((*_STRING_PARAMETERS, *_NUMBER_PARAMETERS), rng.choice((1, 1, 2, 2, 3)))
    types = {key: 'string' if key in _STRING_PARAMETERS else one_of(rng, 'number', 'integer') for key in keys}
    arguments = {key: _value(rng, key, kind, held_back) for key, kind in types.items()}
    link = one_of(rng, '{} {}', '{} {}', '{}: {}', '{} = {}', '{} is {}', '{}={}', '{} "{}"')
    pairs = [
        (link if '"' not in link or isinstance(item, str) else '{} {}').format(key, spoken(item))
        for key, item in arguments.items()
    ]
    joined = pairs[0] if len(pairs) == 1 else ', '.join(pairs[:-1]) + one_of(rng, ' and ', ', ') + pairs[-1]
    if made_up or rng.random() < 0.4:
        text = one_of(
            rng,
            'Call {} with {}.',
            'Use {} with {}.',
            'Run {} with {}.',
            'Call the tool {} with {}.',
            'Please call {} with {}.',
        ).format(name, joined)
    else:
        verb, noun = pair.split(' ')
        text = one_of(
            rng,
            '{} the {} with {}.',
            'Please {} the {} with {}.',
            '{} a {} with {}.',
            '{} the {}: {}',
            'I want to {} a {} with {}.',
            'Can you {} the {} with {}?',
        ).format(verb, noun, joined)
        text = text[0].upper() + text[1:]
    extra = rng.random() < 0.12
    if extra:
        types |= {one_of(rng, 'notes', 'unit', 'comment'): 'string'}
    optional = tuple(key for key in types if key not in arguments)
    description = (
        ''
        if rng.random() < 0.3
        else ' '.join((*name.split('_')[:1], 'the', *name.split('_')[1:])).capitalize() + one_of(rng, '.', '')
    )
    result = rng.choice(
        (
            one_of(rng, 'ok', 'done', 'success', 'failed', 'not found'),
            f'{words.word(rng, held_back)} {rng.randint(1, 999)}',
            json.dumps({'status': one_of(rng, 'ok', 'done', 'failed')}),
            json.dumps({one_of(rng, 'id', 'number', 'count'): rng.randint(1, 9999)}),
            json.dumps({'result': words.word(rng, held_back)}),
            ' '.join(words.word(rng, held_back) for _ in range(rng.randint(2, 5))),
        )
    )
    return Request(
        text, tool(name, description, types, optional), arguments, result, f'The tool answers: {told_result(result)}'
    )


def _value(rng: Random, key: str, kind: str, held_back: bool) -> str | float:
    if kind == 'integer':
        return int(number(rng))
    if kind == 'number':
        return number(rng)
    if key == 'name':
        return words.name(rng, held_back)
    if key in ('city', 'place', 'country', 'to'):
        return words.city(rng, held_back)
    if key == 'date':
        return f'{rng.randint(2020, 2030)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}'
    if key in ('text', 'title', 'subject') and rng.random() < 0.6:
        return ' '.join(words.word(rng, held_back) for _ in range(rng.randint(2, 4)))
    return words.word(rng, held_back)


REQUESTS = (weather, weather, clock, adder, search, invented, invented, invented, invented)
