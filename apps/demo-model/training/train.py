"""Trains the model for a given time on this machine's processor. Stops and resumes at any step.

Muon for the matrices of the layers, AdamW for the embedding and the norms; the learning rate follows the clock: a short
warm-up, then a cosine to a hundredth over the time that was given. So the number of steps depends on the machine;
the data depend on the seed alone.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from dataclasses import asdict
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from data import Batch, Encoder, pool_batches
from model import DemoModel, ModelConfig

SEED = 7
MATRIX_RATE = 0.004
TABLE_RATE = 0.003
WARM_UP_SHARE = 0.01
CHECKPOINT_SECONDS = 180


def loss_of(model: DemoModel, forward: torch.nn.Module, batch: Batch) -> tuple[Tensor, Tensor]:
    """Mean cross-entropy over the learnt positions, and the share of them predicted right."""
    with torch.autocast('cpu', torch.bfloat16):
        hidden = forward(batch.ids)
        rows = batch.targets.flatten() >= 0
        logits = model.logits(hidden.flatten(0, 1)[rows])
    targets = batch.targets.flatten()[rows]
    return F.cross_entropy(logits.float(), targets), (logits.argmax(-1) == targets).float().mean()


def rate_at(share: float, peak: float) -> float:
    """Factor of the learning rate at this share of the phase: warm-up, then a cosine from the peak to a hundredth."""
    if peak == 1.0 and share < WARM_UP_SHARE:
        return max(share / WARM_UP_SHARE, 0.01)
    return 0.01 + (peak - 0.01) * 0.5 * (1 + math.cos(math.pi * min(share, 1.0)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--model', type=Path, required=True, help='folder with tokenizer.json')
    parser.add_argument('--run', type=Path, required=True, help='folder for the checkpoint and the log')
    parser.add_argument('--minutes', type=float, default=52.0)
    parser.add_argument(
        '--phase-start', type=float, default=0.0, help='minute at which this phase of the training began'
    )
    parser.add_argument('--peak', type=float, default=1.0, help='factor of the learning rate at the start of the phase')
    parser.add_argument('--batch-tokens', type=int, default=2560)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--hidden', type=int, default=256)
    parser.add_argument('--layers', type=int, default=4)
    parser.add_argument('--heads', type=int, default=8)
    parser.add_argument('--kv-heads', type=int, default=4)
    parser.add_argument('--ffn', type=int, default=640)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(SEED)
    options.run.mkdir(parents=True, exist_ok=True)
    checkpoint = options.run / 'checkpoint.pt'

    encoder = Encoder(options.model)
    config = ModelConfig(
        vocab=encoder.tokenizer.get_vocab_size(),
        hidden=options.hidden,
        layers=options.layers,
        heads=options.heads,
        kv_heads=options.kv_heads,
        ffn=options.ffn,
    )
    model = DemoModel(config)
    matrices = [parameter for parameter in model.layers.parameters() if parameter.dim() == 2]
    tables = [parameter for parameter in model.parameters() if not any(parameter is matrix for matrix in matrices)]
    optimizers = [
        torch.optim.Muon(matrices, lr=MATRIX_RATE, weight_decay=0.02, momentum=0.95, adjust_lr_fn='match_rms_adamw'),
        torch.optim.AdamW(tables, lr=TABLE_RATE, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
    ]
    base_rates = [MATRIX_RATE, TABLE_RATE]
    pool, step, tokens, spent = 0, 0, 0, 0.0
    if checkpoint.exists():
        state = torch.load(checkpoint)
        model.load_state_dict(state['model'])
        for optimizer, saved in zip(optimizers, state['optimizers'], strict=True):
            optimizer.load_state_dict(saved)
        pool, step, tokens, spent = state['pool'], state['step'], state['tokens'], state['spent']
    print(f'{model.parameter_count()} parameters, from step {step}', flush=True)

    forward = torch.compile(model, dynamic=True)
    budget, phase_start = options.minutes * 60, options.phase_start * 60
    last, saved_at = time.monotonic(), time.monotonic()
    log = (options.run / 'log.jsonl').open('a', encoding='utf-8')
    recent: list[tuple[float, float]] = []

    def save() -> None:
        state = {
            'config': asdict(config),
            'model': model.state_dict(),
            'optimizers': [optimizer.state_dict() for optimizer in optimizers],
            'pool': pool,
            'step': step,
            'tokens': tokens,
            'spent': spent,
        }
        torch.save(state, checkpoint.with_suffix('.new'))
        checkpoint.with_suffix('.new').replace(checkpoint)

    while spent < budget:
        for batch in pool_batches(encoder, SEED, pool, options.batch_tokens):
            factor = rate_at((spent - phase_start) / (budget - phase_start), options.peak)
            for optimizer, rate in zip(optimizers, base_rates, strict=True):
                for group in optimizer.param_groups:
                    group['lr'] = rate * factor
            loss, right = loss_of(model, forward, batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            for optimizer in optimizers:
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
            recent.append((loss.item(), right.item()))
            step, tokens = step + 1, tokens + batch.ids.numel()
            now = time.monotonic()
            spent, last = spent + now - last, now
            if step % 25 == 0:
                losses, shares = zip(*recent, strict=True)
                line = {
                    'step': step,
                    'minutes': round(spent / 60, 2),
                    'tokens': tokens,
                    'loss': round(sum(losses) / len(losses), 4),
                    'right': round(sum(shares) / len(shares), 4),
                }
                recent = []
                print(json.dumps(line), file=log, flush=True)
                print(line, flush=True)
            if now - saved_at > CHECKPOINT_SECONDS:
                save()
                saved_at = now
            if spent >= budget:
                break
        pool += 1
    save()


if __name__ == '__main__':
    main()
