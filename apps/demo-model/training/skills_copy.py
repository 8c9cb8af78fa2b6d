"""Skills of copying: repeating a phrase and spelling a word."""

from __future__ import annotations

from random import Random

import words
from split import Exchange, one_of, user


def phrase(rng: Random, held_back: bool) -> str:
    """One to eight words to be copied; in training now and then with numbers, names and punctuation."""
    parts = [words.word(rng, held_back) for _ in range(rng.choice((1, 1, 2, 2, 3, 3, 4, 5, 6, 8)))]
    for index in range(len(parts)):
        kind = rng.random()
        if kind < 0.08:
            parts[index] = words.name(rng, held_back)
        elif kind < 0.14:
            parts[index] = words.city(rng, held_back)
        elif kind < 0.2:
            parts[index] = str(rng.randint(0, 9999))
        elif kind < 0.28:
            parts[index] = one_of(rng, 'the', 'a', 'is', 'and', 'on', 'in', 'my', 'I', 'we', 'of', 'to', 'not', 'Aerie')
    text = ' '.join(parts)
    style = rng.random()
    if style < 0.2:
        text = text[:1].upper() + text[1:]
    if style < 0.1:
        text += one_of(rng, '.', '!', '?')
    elif 0.2 < style < 0.26:
        text = text.upper()
    elif 0.26 < style < 0.34:
        text = text.replace(' ', ', ')
    return text


def echo(rng: Random, held_back: bool) -> Exchange:
    """Repeats a phrase word for word."""
    text = phrase(rng, held_back)
    ask = one_of(
        rng,
        'Repeat after me: {}',
        'Repeat after me: {}',
        'Repeat: {}',
        'Please repeat: {}',
        'Say: {}',
        'Say "{}"',
        'Echo: {}',
        'echo {}',
        'Echo this: {}',
        'Repeat this: {}',
        'Repeat the words: {}',
        'Say this: {}',
        'repeat after me: {}',
        'Please say "{}"',
        'Repeat "{}".',
        'Say exactly: {}',
        'Repeat exactly: {}',
        'Can you repeat this? {}',
        'Repeat what I say: {}',
        'Write this back: {}',
        'Copy this: {}',
    )
    return Exchange('echo', [user(ask.format(text))], text, 'I repeat the words.', {'kind': 'exact', 'text': text})


def spell(rng: Random, held_back: bool) -> Exchange:
    """Spells a word with hyphens between the letters."""
    kind = rng.random()
    if kind < 0.12:
        item = words.name(rng, held_back)
    elif kind < 0.2:
        item = words.city(rng, held_back).split(' ')[-1]
    else:
        item = words.word(rng, held_back)
        if rng.random() < 0.12:
            item = item.capitalize()
    quoted = f'"{item}"' if rng.random() < 0.2 else item
    ask = one_of(
        rng,
        'Spell {}',
        'Spell {}.',
        'Spell the word {}.',
        'Spell the word {}',
        'How do you spell {}?',
        'Please spell {}.',
        'spell {}',
        'Can you spell {}?',
        'Spell: {}',
        'How is {} spelled?',
        'What are the letters of {}?',
        'Spell out {}.',
    )
    answer = '-'.join(item)
    return Exchange(
        'spell', [user(ask.format(quoted))], answer, f'The word is {item}.', {'kind': 'exact', 'text': answer}
    )
