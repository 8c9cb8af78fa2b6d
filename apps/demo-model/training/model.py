"""The network: a Llama-style decoder with grouped-query attention, RoPE, RMSNorm, SwiGLU and tied embeddings."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LONGEST_WRITTEN_OUT = 256


@dataclass(frozen=True)
class ModelConfig:
    """Sizes of the network; `head_dim * heads` need not equal `hidden`."""

    vocab: int
    hidden: int = 256
    layers: int = 4
    heads: int = 8
    kv_heads: int = 4
    head_dim: int = 32
    ffn: int = 640
    max_positions: int = 2048
    rope_theta: float = 10000.0
    norm_eps: float = 1e-5


def rope_caches(config: ModelConfig) -> tuple[Tensor, Tensor]:
    """Cosines and sines, each [max_positions, head_dim / 2], in float32."""
    half = config.head_dim // 2
    inverse = config.rope_theta ** (-torch.arange(half, dtype=torch.float64) / half)
    angles = torch.arange(config.max_positions, dtype=torch.float64)[:, None] * inverse[None, :]
    return angles.cos().float(), angles.sin().float()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotates the two halves of each head (not interleaved, as Llama in Hugging Face form). x: [B, H, S, D]."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


def attend(q: Tensor, k: Tensor, v: Tensor, later: Tensor) -> Tensor:
    """Grouped-query attention. For short texts it is written out: its backward pass is several times faster than the fused kernel's.

    q: [B, H, S, D]; k, v: [B, KVH, S, D]; `later` [S, S] is true where a key lies after the query. Returns [B, H, S, D].
    """
    batch, heads, length, dim = q.shape
    kv_heads = k.shape[1]
    if length > LONGEST_WRITTEN_OUT:
        groups = heads // kv_heads
        return F.scaled_dot_product_attention(
            q, k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1), is_causal=True
        )
    grouped = q.reshape(batch, kv_heads, -1, dim)
    scores = (grouped @ k.transpose(2, 3)).view(batch, kv_heads, heads // kv_heads, length, length) * dim**-0.5
    shares = scores.float().masked_fill(later, float('-inf')).softmax(-1).to(v.dtype)
    return (shares.view(batch, kv_heads, -1, length) @ v).view(batch, heads, length, dim)


class RmsNorm(nn.Module):
    """x / rms(x) * weight."""

    def __init__(self, size: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), self.eps)


class Layer(nn.Module):
    """One decoder layer: attention and feed-forward, each behind its norm and added to the residual stream."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        q_size, kv_size = config.heads * config.head_dim, config.kv_heads * config.head_dim
        self.attention_norm = RmsNorm(config.hidden, config.norm_eps)
        self.q = nn.Linear(config.hidden, q_size, bias=False)
        self.k = nn.Linear(config.hidden, kv_size, bias=False)
        self.v = nn.Linear(config.hidden, kv_size, bias=False)
        self.o = nn.Linear(q_size, config.hidden, bias=False)
        self.ffn_norm = RmsNorm(config.hidden, config.norm_eps)
        self.gate = nn.Linear(config.hidden, config.ffn, bias=False)
        self.up = nn.Linear(config.hidden, config.ffn, bias=False)
        self.down = nn.Linear(config.ffn, config.hidden, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, later: Tensor) -> Tensor:
        batch, length, _ = x.shape
        dim = self.config.head_dim
        normed = self.attention_norm(x)
        q = rotate(self.q(normed).view(batch, length, -1, dim).transpose(1, 2), cos, sin)
        k = rotate(self.k(normed).view(batch, length, -1, dim).transpose(1, 2), cos, sin)
        v = self.v(normed).view(batch, length, -1, dim).transpose(1, 2)
        mixed = attend(q, k, v, later)
        x = x + self.o(mixed.transpose(1, 2).reshape(batch, length, -1))
        normed = self.ffn_norm(x)
        return x + self.down(F.silu(self.gate(normed)) * self.up(normed))


class DemoModel(nn.Module):
    """Token ids [B, S] → hidden states; `logits` applies the tied output layer to chosen positions only."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab, config.hidden)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.final_norm = RmsNorm(config.hidden, config.norm_eps)
        cos, sin = rope_caches(config)
        self.register_buffer('cos', cos, persistent=False)
        self.register_buffer('sin', sin, persistent=False)
        self.reset()

    def reset(self) -> None:
        """Normal weights of 0.02 (embedding 0.04); layers that write to the residual stream scaled down by depth."""
        for name, parameter in self.named_parameters():
            if parameter.dim() < 2:
                continue
            residual = name.endswith(('.o.weight', '.down.weight'))
            std = 0.04 if name.startswith('embedding') else 0.02
            nn.init.normal_(parameter, std=std / (2 * self.config.layers) ** 0.5 if residual else std)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.embedding(ids)
        length = ids.shape[1]
        cos, sin = self.cos[:length], self.sin[:length]
        if torch.is_autocast_enabled('cpu'):
            x, cos, sin = x.bfloat16(), cos.bfloat16(), sin.bfloat16()
        later = torch.ones(length, length, dtype=torch.bool).triu(1)
        for layer in self.layers:
            x = layer(x, cos, sin, later)
        return self.final_norm(x)

    def logits(self, hidden: Tensor) -> Tensor:
        return F.linear(hidden, self.embedding.weight)

    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())
