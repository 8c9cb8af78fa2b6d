"""Skills of numbers: sums, differences and counting."""

from __future__ import annotations

from random import Random

from split import Exchange, is_held_back, one_of, user

ALWAYS_TRAINED_COUNTS = frozenset((1, last) for last in (3, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100))


def operands(rng: Random, held_back: bool) -> tuple[int, str, int]:
    """Two numbers of 0 to 99 and a sign; a pair is held back or trained in every wording alike."""
    while True:
        limit = rng.choice((10, 20, 20, 20, 100))
        a, b, sign = rng.randrange(limit), rng.randrange(limit), one_of(rng, '+', '-')
        if sign == '-' and b > a and (limit == 100 or rng.random() < 0.8):
            a, b = b, a
        if is_held_back(f'{a}{sign}{b}') == held_back:
            return a, sign, b


def result(a: int, sign: str, b: int) -> int:
    """The value of the expression."""
    return a + b if sign == '+' else a - b


def arithmetic(rng: Random, held_back: bool) -> Exchange:
    """A sum or a difference of two small numbers."""
    a, sign, b = operands(rng, held_back)
    forms = (
        (f'{a} + {b}', f'{a}+{b}', f'{a} plus {b}', f'{a} plus {b}')
        if sign == '+'
        else (f'{a} - {b}', f'{a}-{b}', f'{a} minus {b}', f'{a} minus {b}')
    )
    kind = rng.random()
    if kind < 0.85:
        ask = one_of(
            rng,
            'What is {}?',
            'What is {}?',
            'what is {}',
            '{}',
            '{}',
            '{} =',
            '{}=',
            '{} = ?',
            'How much is {}?',
            'Calculate {}.',
            'Compute {}',
            "What's {}?",
            'Please calculate {}.',
            'Can you tell me what {} is?',
            'What does {} make?',
            'Solve {}',
            'Tell me {}.',
        )
        text = ask.format(rng.choice(forms))
    elif sign == '+':
        text = one_of(rng, f'Add {a} and {b}.', f'Add {a} to {b}.', f'What is the sum of {a} and {b}?')
        if text.startswith(f'Add {a} to'):
            a, b = b, a
    else:
        text = one_of(
            rng, f'Subtract {b} from {a}.', f'Take {b} away from {a}.', f'What is the difference between {a} and {b}?'
        )
    value = result(a, sign, b)
    equation = f'{a} {sign} {b} = {value}'
    return Exchange(
        'arithmetic',
        [user(text)],
        equation,
        f'I have to calculate {a} {sign} {b}.',
        {'kind': 'exact', 'text': equation},
    )


def counting(rng: Random, held_back: bool) -> Exchange:
    """Counts up, counts down, or continues a row of numbers."""
    kind = rng.random()
    if kind < 0.6:
        first, last = _range(rng, held_back)
        ask = one_of(
            rng,
            'Count from {} to {}.',
            'Count from {} to {}.',
            'Count from {} to {}',
            'count from {} to {}',
            'Please count from {} to {}.',
            'Count up from {} to {}.',
            'Can you count from {} to {}?',
            'Write the numbers from {} to {}.',
            'List the numbers {} to {}.',
        )
        text = ask.format(first, last)
        if first == 1 and rng.random() < 0.3:
            text = one_of(
                rng, f'Count to {last}.', f'count to {last}', f'Please count to {last}.', f'Can you count to {last}?'
            )
        numbers = range(first, last + 1)
        thought = f'I start at {first} and stop at {last}.'
    elif kind < 0.75:
        last, first = _range(rng, held_back, limit=40)
        text = one_of(
            rng,
            'Count down from {} to {}.',
            'Count from {} down to {}.',
            'count down from {} to {}',
            'Count backwards from {} to {}.',
        ).format(first, last)
        numbers = range(first, last - 1, -1)
        thought = f'I start at {first} and stop at {last}.'
    else:
        first, middle = _range(rng, held_back, limit=90)
        shown = range(max(first, middle - rng.randint(2, 5)), middle + 1)
        row = ', '.join(map(str, shown))
        text = one_of(
            rng,
            'Continue: {},',
            'Continue the row: {},',
            '{},',
            '{}, ...',
            'Go on: {},',
            'What comes next? {},',
            'Keep counting: {},',
            'Continue counting: {}',
        ).format(row)
        numbers = range(middle + 1, (middle // 10 + 1) * 10 + 1)
        thought = f'The last number is {middle}.'
    answer = ', '.join(map(str, numbers))
    return Exchange('counting', [user(text)], answer, thought, {'kind': 'exact', 'text': answer})


def _range(rng: Random, held_back: bool, limit: int = 120) -> tuple[int, int]:
    """First and last number, first < last <= limit; the pair decides the side of the split."""
    if not held_back and limit > 100 and rng.random() < 0.25:
        return rng.choice(sorted(ALWAYS_TRAINED_COUNTS))
    while True:
        span = rng.choice(
            (rng.randint(1, 6), rng.randint(1, 6), rng.randint(2, 15), rng.randint(2, 40), rng.randint(20, limit))
        )
        first = 1 if rng.random() < 0.6 else rng.randint(0, limit)
        last = first + span
        if last > limit:
            continue
        if (is_held_back(f'{first}..{last}') and (first, last) not in ALWAYS_TRAINED_COUNTS) == held_back:
            return first, last
