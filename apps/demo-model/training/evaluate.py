"""Asks the exported model every held-back prompt at temperature 0 and prints the share of right answers per skill."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from checks import is_right
from heldout import prompts, rendered, skill_names
from runner import Runner

KEPT = 10


def main() -> None:
    """Prints the table of the model card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--model', type=Path, required=True)
    parser.add_argument('--onnx', type=Path, help='another model.onnx than that of the folder')
    parser.add_argument('--count', type=int, default=100, help='prompts per skill')
    parser.add_argument('--skills', nargs='*', default=skill_names())
    parser.add_argument('--wrong', type=int, default=0, help='print so many wrong answers per skill')
    parser.add_argument(
        '--keep',
        action='store_true',
        help=f'write the first {KEPT} prompts per skill, with the answers, to heldout.jsonl',
    )
    options = parser.parse_args()
    runner = Runner(options.model, options.onnx)
    kept: list[str] = []
    total = 0
    print('| skill | right | of |\n|---|---|---|')
    for skill in options.skills:
        asked = prompts(skill, options.count)
        answers = [runner.generate(rendered(prompt), 24 if skill == 'completion' else 400) for prompt in asked]
        verdicts = [is_right(answer, prompt['check']) for prompt, answer in zip(asked, answers, strict=True)]
        total += sum(verdicts)
        print(f'| {skill} | {sum(verdicts)} | {len(asked)} |', flush=True)
        wrong = [pair for pair, verdict in zip(zip(asked, answers, strict=True), verdicts, strict=True) if not verdict]
        for prompt, answer in wrong[: options.wrong]:
            print(f'    {rendered(prompt)!r}\n    -> {answer!r}')
        kept += [
            json.dumps(prompt | {'answer': answer}, ensure_ascii=False)
            for prompt, answer in list(zip(asked, answers, strict=True))[:KEPT]
        ]
    print(f'| all | {total} | {options.count * len(options.skills)} |')
    if options.keep:
        (options.model / 'heldout.jsonl').write_text('\n'.join(kept) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
