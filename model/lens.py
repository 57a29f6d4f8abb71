"""Readings of a trace: what can be computed from it, with the model's own weights where they are needed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from model.layers import SandwichBlock
from model.trace import LayerTrace, Trace
from model.transformer import Transformer, run

TOKENS = 4096  # of the vocabulary at a time: their logits stay near the cache, and one product serves all vectors


@dataclass(frozen=True)
class TopTokens:
    """The likeliest tokens for each of n vectors: ids (n, top), probabilities (n, top) over the whole vocabulary."""

    token_ids: np.ndarray
    probabilities: np.ndarray


@torch.inference_mode()
def top_tokens(model: Transformer, streams: np.ndarray, top: int = 1) -> TopTokens:
    """The likeliest next tokens by vectors of the residual stream (n, D), through the final norm and the language-model
    head."""
    scores, ids, total = _topk_and_logsumexp(model, model.norm(torch.tensor(streams, device=model.device)), top)
    return TopTokens(ids.cpu().numpy(), (scores - total).exp().cpu().numpy())


def _topk_and_logsumexp(model: Transformer, rows: Tensor, top: int = 1) -> tuple[Tensor, Tensor, Tensor]:
    """The largest logits of vectors (n, D) behind the final norm, with their ids, (n, top) each, and the log-sum-exp of
    all logits, (n, 1); of each part of the vocabulary no more is kept.

    Milakov and Gimelshein 2018, "Online normalizer calculation for softmax".
    """

    def best(scores: Tensor) -> tuple[Tensor, Tensor]:
        most = min(top, scores.shape[1])
        return scores.topk(most) if most > 1 else scores.max(-1, keepdim=True)  # the same, several times as fast

    scores, ids, totals = [], [], []
    for i, weight in enumerate(model.lm_head.weight.split(TOKENS)):
        part = rows @ weight.T
        values, places = best(part)
        scores.append(values)
        ids.append(places + i * TOKENS)
        totals.append(part.logsumexp(-1, keepdim=True))
    values, places = best(torch.cat(scores, 1))
    return values, torch.cat(ids, 1).gather(1, places), torch.cat(totals, 1).logsumexp(-1, keepdim=True)


def residual_streams(trace: Trace, positions: Sequence[int]) -> np.ndarray:
    """The residual stream of these positions as it enters the first layer and leaves every one: (P, layers + 1, D)."""
    levels = [trace.layers[0].resid_pre, *(layer.resid_post for layer in trace.layers)]
    return np.stack([level[list(positions)] for level in levels], axis=1)


def logit_lens(model: Transformer, trace: Trace, positions: Sequence[int]) -> TopTokens:
    """The likeliest next token if the model stopped after the embedding, or after any layer: arrays (P, layers + 1).

    nostalgebraist 2020, "interpreting GPT: the logit lens". The lower layers were not trained to be read this way.
    """
    levels = residual_streams(trace, positions)
    top = top_tokens(model, levels.reshape(-1, levels.shape[-1]))
    return TopTokens(top.token_ids.reshape(levels.shape[:2]), top.probabilities.reshape(levels.shape[:2]))


@torch.inference_mode()
def token_probability(model: Transformer, streams: np.ndarray, top: TopTokens, token_id: int) -> np.ndarray:
    """The probability (n,) of one token by vectors of the residual stream (n, D), whose top tokens are known: that of
    the likeliest, times e to the difference of the two logits, without a second pass over the vocabulary."""
    rows, weight = model.norm(torch.tensor(streams, device=model.device)), model.lm_head.weight
    best = torch.tensor(top.token_ids[:, 0], device=model.device)
    behind = (rows * (weight[token_id] - weight[best])).sum(-1)
    return top.probabilities[:, 0] * behind.exp().float().cpu().numpy()


def unembedding_row(model: Transformer, token_id: int) -> np.ndarray:
    """The row (D,) of the language-model head that `final` is multiplied with for this token's logit."""
    return model.lm_head.weight[token_id].detach().float().cpu().numpy()


@torch.inference_mode()
def next_logits(model: Transformer, trace: Trace, at: int = -1) -> np.ndarray:
    """The logits (V,) of what follows this position, from a trace that kept `final` but not all logits."""
    return model.lm_head(torch.tensor(trace.final[at][None], device=model.device))[0].float().cpu().numpy()


@torch.inference_mode()
def head_writes(model: Transformer, trace: Trace, layer: int) -> np.ndarray:
    """What each head adds to the residual stream, through its slice of o_proj: (H, T, D). With o_proj's bias, if any,
    they add up to attn_out. Where a norm follows, it is held at the scale that it had in this pass."""
    z, block = torch.tensor(trace.layers[layer].z, device=model.device), model.layers[layer]
    heads, _, width = z.shape
    written = torch.einsum("htk,dhk->htd", z, block.attn.o_proj.weight.view(-1, heads, width))
    if isinstance(block, SandwichBlock):
        written = _held(block.attn_out_norm, written, block.attn.o_proj(z.transpose(0, 1).flatten(1)))
    return written.float().cpu().numpy()


@torch.inference_mode()
def value_writes(model: Transformer, trace: Trace, layer: int) -> np.ndarray:
    """What each head would add to the residual stream if all its weight lay on one key token: the token's value through
    the head's slice of o_proj, (H, T, D). Times the weights and added up over the key tokens: `head_writes`."""
    v = torch.tensor(trace.layers[layer].v, device=model.device)
    heads, width = model.config.heads, v.shape[-1]
    slices = model.layers[layer].attn.o_proj.weight.view(-1, heads, width)
    return torch.einsum("htk,dhk->htd", v.repeat_interleave(heads // len(v), 0), slices).float().cpu().numpy()


@dataclass(frozen=True)
class DirectEffects:
    """What each part added to one token's logit; all of it adds up to the logit. L layers, H heads."""

    heads: np.ndarray  # (L, H)
    mlps: np.ndarray  # (L,)
    rest: float  # the embedding, and the biases that belong to no head

    @property
    def total(self) -> float:
        return float(self.heads.sum() + self.mlps.sum() + self.rest)


@torch.inference_mode()
def direct_effects(model: Transformer, trace: Trace, token_id: int) -> DirectEffects:
    """How far each head and each MLP moved the logit of a token, by what it wrote at the last position and nothing
    else: what later layers made of it is not counted. Needs resid_pre, z, mlp_out and resid_post.

    Direct logit attribution (Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits"): the final norm
    is held at the scale that it had in this pass, so that a logit becomes a sum over what was written. ValueError where
    the residual stream itself is normalised (post-norm).
    """
    if model.config.norm_place == "post":
        raise ValueError("after a norm on the residual stream itself, what a head wrote is no term of a logit")

    def rows(values: Iterable[np.ndarray]) -> Tensor:
        return torch.tensor(np.stack(list(values)), device=model.device)

    end = rows([trace.layers[-1].resid_post[-1]])[0]
    direction, offset = _through_norm(model.norm, end, model.lm_head.weight[token_id])
    z = rows(layer.z[:, -1] for layer in trace.layers)
    written, biases = [], 0.0
    for block, carried in zip(model.layers, z, strict=True):
        attn, along = block.attn, direction
        if isinstance(block, SandwichBlock):
            along, constant = _through_norm(block.attn_out_norm, attn.o_proj(carried.flatten()), direction)
            biases += float(constant)
        written.append(attn.o_proj.weight.T @ along)
        biases += float(attn.o_proj.bias @ along) if model.config.bias else 0.0
    start = rows([trace.layers[0].resid_pre[-1]])[0] @ direction
    return DirectEffects(
        (z * torch.stack(written).view(z.shape)).sum(-1).float().cpu().numpy(),
        (rows(layer.mlp_out[-1] for layer in trace.layers) @ direction).float().cpu().numpy(),
        float(start + biases + offset),
    )


def _held(norm: Any, part: Tensor, whole: Tensor) -> Tensor:
    """What a norm makes of a part (…, D) of what it reads, at the scale that the whole (…, D) gives; its bias is of no
    part."""
    if isinstance(norm, torch.nn.LayerNorm):
        scale = (whole.var(-1, correction=0, keepdim=True) + norm.eps).rsqrt()
        return (part - part.mean(-1, keepdim=True)) * scale * norm.weight
    return part * (whole.square().mean(-1, keepdim=True) + norm.eps).rsqrt() * norm.weight


def _through_norm(norm: Any, x: Tensor, row: Tensor) -> tuple[Tensor, Tensor]:
    """norm(x) · row as direction · x + offset, with the scale that x itself gives."""
    if isinstance(norm, torch.nn.LayerNorm):
        scaled = row * norm.weight * (x.var(correction=0) + norm.eps).rsqrt()
        return scaled - scaled.mean(), row @ norm.bias
    return row * norm.weight * (x.pow(2).mean() + norm.eps).rsqrt(), row.new_zeros(())


KINDS = ("previous", "first", "same", "induction")
TEXTS, TEXT_LENGTH = 4, 24  # of the measurement; tokens, before they are repeated


def head_kinds(model: Transformer, *, avoid: Iterable[int] = ()) -> np.ndarray:
    """How much weight each head gives, on average, to four kinds of key: (kinds, L, H), each from 0 to 1.

    previous: the token before; first: the very first token; same: the token itself, or its earlier copy; induction:
    the token that followed the earlier copy (Olsson et al. 2022, "In-context Learning and Induction Heads").

    Measured on texts made for it: tokens drawn at random, then the same ones again, so that nothing but the
    position and the repetition is there to go by. Averaged over the second half, from its second token on (the first
    one's copy is the first token of all). avoid: ids that are not drawn, such as special tokens.
    """
    generator = np.random.default_rng(0)
    usable = np.setdiff1d(np.arange(model.config.vocab_size), np.array(list(avoid), int))
    length = min(TEXT_LENGTH, len(usable))  # a toy may know fewer tokens
    weights = np.zeros((len(KINDS), model.config.layers, model.config.heads))
    query = np.arange(length + 1, 2 * length)
    for _ in range(TEXTS):
        ids = np.tile(generator.choice(usable, length, replace=False), 2).tolist()
        trace = run(model, ids, ids, keep={"pattern"})
        pattern = trace.stack("pattern")
        looks = [pattern[:, :, query, query - back] for back in (1, query, 0, length, length - 1)]
        previous, first, itself, copy, after = (look.mean(-1) for look in looks)
        weights += np.stack([previous, first, itself + copy, after])
    return weights / TEXTS


@torch.inference_mode()
def surprisal(model: Transformer, trace: Trace) -> np.ndarray:
    """How many bits each token after the first cost the model: −log2 of the probability that it gave it, (T − 1,).
    Needs `final`. Added up and divided by the bytes of these tokens' text, it is the loss in bits per byte."""
    rows = torch.tensor(trace.final[:-1], device=model.device)
    wanted = torch.tensor(trace.token_ids[1:], device=model.device)
    logits = (rows * model.lm_head.weight[wanted]).sum(-1)
    return ((_topk_and_logsumexp(model, rows)[2][:, 0] - logits) / np.log(2)).float().cpu().numpy()


def divergence(before: np.ndarray, after: np.ndarray) -> float:
    """How far one distribution (V,) moved to another, in bits: the Kullback–Leibler divergence of `before` from
    `after`. Infinite where `after` rules out what `before` had."""
    had = before > 0
    with np.errstate(divide="ignore"):
        return float((before[had] * np.log2(before[had] / after[had])).sum())


def weighted_values(layer: LayerTrace, head: int) -> np.ndarray:
    """Each value, times the weight that each query gives it: (T queries, T keys, K). Summed over the keys, it is z."""
    group = layer.pattern.shape[0] // layer.v.shape[0]
    return layer.pattern[head][:, :, None] * layer.v[head // group][None]


def combining_error(layer: LayerTrace) -> np.ndarray:
    """(H, T): the largest difference between the weighted values, added up, and the model's own z."""
    values = layer.v.repeat(len(layer.pattern) // len(layer.v), axis=0)
    added = np.einsum("hqk,hkd->hqd", layer.pattern, values)  # one after the other, unlike the model's own product
    return np.abs(added - layer.z).max(-1)


@torch.inference_mode()
def embedding(model: Transformer, ids: Sequence[int]) -> np.ndarray:
    """The rows of the embedding table with which a pass over these T tokens begins: (T, D), the trace's `embed`."""
    return model.embed_tokens(model.ids(ids))[0].float().cpu().numpy()


@torch.inference_mode()
def neighbours(model: Transformer, token_id: int, top: int) -> TopTokens:
    """The tokens whose embedding rows point most nearly the same way: ids and cosines (top,), without itself."""
    best = _row_cosines(model, token_id).topk(top + 1)
    others = best.indices != token_id
    return TopTokens(best.indices[others][:top].cpu().numpy(), best.values[others][:top].cpu().numpy())


@torch.inference_mode()
def median_cosine(model: Transformer, token_id: int) -> float:
    """The cosine with a token's embedding row that half of all rows exceed: what two unrelated rows have."""
    return float(_row_cosines(model, token_id).median())


def _row_cosines(model: Transformer, token_id: int) -> Tensor:
    """Of every embedding row with a token's, (V,)."""
    table = model.embed_tokens.weight
    lengths = torch.linalg.vector_norm(table, dim=-1).clamp_min(1e-8)  # a row of zeros points nowhere
    # one product with the table: cosine_similarity would spread the row over all of it first, 15 times as slow
    return (table @ table[token_id]) / (lengths * lengths[token_id])


@torch.inference_mode()
def one_hot_product(model: Transformer, token_id: int) -> np.ndarray:
    """What looking a row up is, in matrices: a one at the token's place and zeros elsewhere (1, V), times the embedding
    table (V, D), as a pass begins with it. Gives (D,)."""
    table = model.embed_tokens.weight
    one_hot = table.new_zeros(1, len(table))
    one_hot[0, token_id] = 1
    return (one_hot @ table * model.embed_tokens.scale)[0].float().cpu().numpy()
