"""Skills of tools: calling the right one in the Hermes format, and using what it answered."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from chat_template import Message, Tool
from knowledge import NO_TOOL_ANSWER
from split import Exchange, one_of, user
from tool_requests import REQUESTS, Arguments, Request, clock, search, weather


def render_calls(calls: list[tuple[str, Arguments]]) -> str:
    """Calls as the template writes those of earlier turns."""
    return '\n'.join(
        f'<tool_call>\n{{"name": "{name}", "arguments": {json.dumps(arguments)}}}\n</tool_call>'
        for name, arguments in calls
    )


def other_tools(rng: Random, held_back: bool, chosen: Tool | None, count: int) -> list[Tool]:
    """Tools that the request does not need, with names unlike the chosen one's."""
    kinds = {_kind(chosen)} if chosen else set()
    others: list[Tool] = []
    while len(others) < count:
        candidate = rng.choice(REQUESTS)(rng, held_back).tool
        if _kind(candidate) not in kinds:
            kinds.add(_kind(candidate))
            others.append(candidate)
    return others


def _kind(made: Tool) -> str:
    """Tools of one kind would compete for a request; an invented tool is a kind of its own."""
    name = str(made['function']['name'])
    return next(
        (kind for kind in ('weather', 'time', 'search') if kind in name),
        'add' if name in ('add', 'add_numbers', 'sum') else name,
    )


def _with_others(rng: Random, held_back: bool, chosen: Tool) -> list[Tool]:
    tools = [chosen, *other_tools(rng, held_back, chosen, rng.choice((0, 0, 1, 1, 2, 3)))]
    rng.shuffle(tools)
    return tools


def _pair(rng: Random, held_back: bool) -> tuple[Request, Request, str]:
    """Two requests of one kind in one question."""
    make = one_of_requests(rng)
    first = make(rng, held_back)
    second = make(rng, held_back)
    while next(iter(first.arguments.values())) == next(iter(second.arguments.values())):
        second = make(rng, held_back)
    thing = 'weather' if make is weather else 'time'
    key = next(iter(first.arguments))
    left, right = next(iter(first.arguments.values())), next(iter(second.arguments.values()))
    text = one_of(
        rng,
        'What is the {} in {} and {}?',
        'Tell me the {} in {} and in {}.',
        'What is the {} in {} and in {}?',
        '{} in {} and {}',
    ).format(thing, left, right)
    return first, Request(second.text, first.tool, {key: right}, second.result, second.told), text


def one_of_requests(rng: Random) -> Any:
    """A request maker whose question may name two cities."""
    return weather if rng.random() < 0.5 else clock


def tool_call(rng: Random, held_back: bool) -> Exchange:
    """Calls the tool that fits; one question in twelve needs two calls."""
    if rng.random() < 0.08:
        first, second, text = _pair(rng, held_back)
        requests = [first, second]
    else:
        requests = [rng.choice(REQUESTS)(rng, held_back)]
        text = requests[0].text
    name = str(requests[0].tool['function']['name'])
    calls = [(name, request.arguments) for request in requests]
    check = {'kind': 'tool_calls', 'calls': [{'name': name, 'arguments': arguments} for name, arguments in calls]}
    return Exchange(
        'tool_call',
        [user(text)],
        render_calls(calls),
        f'I call {name}.',
        check,
        _with_others(rng, held_back, requests[0].tool),
    )


def tool_answer(rng: Random, held_back: bool) -> Exchange:
    """Tells the user what the tool answered."""
    if rng.random() < 0.12:
        first, second, text = _pair(rng, held_back)
        requests = [first, second]
    else:
        requests = [rng.choice(REQUESTS)(rng, held_back)]
        text = requests[0].text
    name = str(requests[0].tool['function']['name'])
    calls = [
        {'id': f'call_{index}', 'type': 'function', 'function': {'name': name, 'arguments': request.arguments}}
        for index, request in enumerate(requests)
    ]
    messages: list[Message] = [user(text), {'role': 'assistant', 'content': None, 'tool_calls': calls}]
    messages += [
        {'role': 'tool', 'tool_call_id': f'call_{index}', 'content': request.result}
        for index, request in enumerate(requests)
    ]
    answer = '\n'.join(request.told for request in requests)
    tools = _with_others(rng, held_back, requests[0].tool)
    return Exchange(
        'tool_answer', messages, answer, 'I use the answer of the tool.', {'kind': 'exact', 'text': answer}, tools
    )


def no_tool(rng: Random, held_back: bool) -> Exchange:
    """A request that needs a tool which is not in the list."""
    make = rng.choice((weather, clock, search))
    request = make(rng, held_back)
    tools = other_tools(rng, held_back, request.tool, rng.randint(1, 3))
    return Exchange(
        'no_tool',
        [user(request.text)],
        NO_TOOL_ANSWER,
        'No tool fits.',
        {'kind': 'contains', 'all': ["don't know"]},
        tools,
    )
