"""Trains the byte-level BPE tokenizer on generated text and writes the model folder's tokenizer and template files.

Words are merged before the space in front of them is: a word that is no token of its own falls into the same pieces at
the start of a text, after a space and after a quote, so that a small model can copy words it has never seen.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from pathlib import Path
from random import Random

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from chat_template import template_text
from generator import sample

SEED = 20261122
TEXTS = 40_000
WORD_MERGES = 800
SPACE_MERGES = 320
SPECIAL = ('<|endoftext|>', '<|im_start|>', '<|im_end|>')
ADDED = ('<think>', '</think>', '<tool_call>', '</tool_call>')
SPACE = 'Ġ'
WITHOUT_SPACE = r'\p{N}|\p{L}+|[^\s\p{L}\p{N}]+|\s+'
WITH_SPACE = r'\p{N}| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+'


def pre_tokenizer(pattern: str) -> pre_tokenizers.PreTokenizer:
    """Splits at the pattern, then maps bytes to the printable alphabet of byte-level BPE. A digit is always alone."""
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior='isolated'),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )


def corpus() -> list[str]:
    """Generated text without the markers, which are never split."""
    rng = Random(SEED)
    markers = re.compile('|'.join(re.escape(marker) for marker in SPECIAL + ADDED))
    return [part for _ in range(TEXTS) for part in markers.split(sample(rng).text) if part]


def word_pieces(texts: list[str]) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Vocabulary and merges of ordinary BPE over words without their spaces."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer(WITHOUT_SPACE)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=len(alphabet) + WORD_MERGES, initial_alphabet=alphabet, max_token_length=14, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    model = json.loads(tokenizer.to_str())['model']
    return model['vocab'], [tuple(pair) for pair in model['merges']]


def spaced_words(texts: list[str], vocab: dict[str, int]) -> list[str]:
    """The tokens that most often stand, whole, behind a space."""
    splitter = pre_tokenizer(WITH_SPACE)
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(
            piece[1:] for piece, _ in splitter.pre_tokenize_str(text) if piece.startswith(SPACE) and len(piece) > 1
        )
    return [piece for piece, _ in counts.most_common() if piece in vocab][:SPACE_MERGES]


def build() -> Tokenizer:
    """The whole tokenizer."""
    texts = corpus()
    vocab, merges = word_pieces(texts)
    for piece in spaced_words(texts, vocab):
        vocab[SPACE + piece] = len(vocab)
        merges.append((SPACE, piece))
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizer(WITH_SPACE)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in SPECIAL])
    tokenizer.add_tokens([AddedToken(text, special=False, normalized=False) for text in ADDED])
    return tokenizer


def tokenizer_config(tokenizer: Tokenizer) -> dict[str, object]:
    """tokenizer_config.json as transformers reads it."""
    decoder = {
        str(tokenizer.token_to_id(text)): {
            'content': text,
            'lstrip': False,
            'normalized': False,
            'rstrip': False,
            'single_word': False,
            'special': text in SPECIAL,
        }
        for text in SPECIAL + ADDED
    }
    return {
        'add_bos_token': False,
        'add_prefix_space': False,
        'added_tokens_decoder': decoder,
        'additional_special_tokens': ['<|im_start|>', '<|im_end|>'],
        'bos_token': None,
        'chat_template': template_text(),
        'clean_up_tokenization_spaces': False,
        'eos_token': '<|im_end|>',
        'errors': 'replace',
        'model_max_length': 2048,
        'pad_token': '<|endoftext|>',
        'split_special_tokens': False,
        'tokenizer_class': 'PreTrainedTokenizerFast',
        'unk_token': None,
    }


def main() -> None:
    """Writes tokenizer.json and tokenizer_config.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--model', type=Path, required=True, help='the model folder to write to')
    folder: Path = parser.parse_args().model
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = build()
    tokenizer.save(str(folder / 'tokenizer.json'))
    text = json.dumps(tokenizer_config(tokenizer), indent=2, ensure_ascii=False)
    (folder / 'tokenizer_config.json').write_text(text + '\n', encoding='utf-8')
    print(f'{tokenizer.get_vocab_size()} tokens')


if __name__ == '__main__':
    main()
