"""Decides whether an answer is right, by the `check` that came with its prompt."""

from __future__ import annotations

import json
import re
from typing import Any

_CALL = re.compile(r'<tool_call>\n(.*?)\n</tool_call>', re.DOTALL)
_THINK = re.compile(r'<think>\n.+?\n</think>\n\n', re.DOTALL)


def is_right(answer: str, check: dict[str, Any]) -> bool:
    """True when the answer passes. No check but `think` accepts a think block."""
    match check['kind']:
        case 'exact':
            return answer == check['text']
        case 'contains':
            return '<' not in answer and all(part in answer for part in check['all'])
        case 'prefix':
            return answer.startswith(check['text'])
        case 'json':
            return _parsed(answer) == check['value']
        case 'tool_calls':
            calls = [_parsed(text) for text in _CALL.findall(answer)]
            return calls == check['calls'] and not _CALL.sub('', answer).strip()
        case 'think':
            block = _THINK.match(answer)
            return block is not None and is_right(answer[block.end() :], check['answer'])
        case kind:
            raise ValueError(f'unknown check {kind}')


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return None
