"""Renders conversations with the shipped chat template, in the environment Hugging Face transformers uses for it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

TEMPLATE_FILE = Path(__file__).with_name('chat_template.jinja')

Message = dict[str, Any]
Tool = dict[str, Any]


def template_text() -> str:
    """The template as it goes into tokenizer_config.json."""
    return TEMPLATE_FILE.read_text(encoding='utf-8').removesuffix('\n')


@cache
def _template() -> Template:
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.filters['tojson'] = lambda value: json.dumps(value, ensure_ascii=False)
    return environment.from_string(template_text())


def render(
    messages: list[Message],
    tools: list[Tool] | None = None,
    enable_thinking: bool | None = None,
    add_generation_prompt: bool = True,
) -> str:
    """Messages in OpenAI's form → the prompt text."""
    names: dict[str, Any] = {'messages': messages, 'tools': tools, 'add_generation_prompt': add_generation_prompt}
    if enable_thinking is not None:
        names['enable_thinking'] = enable_thinking
    return _template().render(**names)
