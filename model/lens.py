"""Readings of a trace: what can be computed from it, with the model's own weights where they are needed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from model.trace import LayerTrace, Trace
from model.transformer import Transformer

ROWS = 32  # of logits at a time: 32 x 49,152 numbers stay near the cache; all rows at once take twice as long


@dataclass(frozen=True)
class Likeliest:
    """The likeliest tokens for each of n vectors: ids (n, top), probabilities (n, top) over the whole vocabulary."""

    token_ids: np.ndarray
    probabilities: np.ndarray


@torch.inference_mode()
def likeliest(model: Transformer, streams: np.ndarray, top: int = 1) -> Likeliest:
    """What the language-model head says to vectors of the stream (n, D), before the final norm."""
    streams = torch.tensor(streams, device=model.device)
    weight = model.lm_head.weight.T
    buffer = streams.new_empty(min(ROWS, len(streams)), weight.shape[1])
    ids, probabilities = [], []
    for rows in streams.split(ROWS):
        logits = torch.mm(model.norm(rows), weight, out=buffer[: len(rows)])
        best = logits.topk(top) if top > 1 else logits.max(-1, keepdim=True)
        peak = best.values[:, :1].clone()
        chances = (best.values - peak).exp() / logits.sub_(peak).exp_().sum(-1, keepdim=True)
        ids.append(best.indices.cpu())
        probabilities.append(chances.cpu())
    return Likeliest(torch.cat(ids).numpy(), torch.cat(probabilities).numpy())


def streams(trace: Trace, positions: Sequence[int]) -> np.ndarray:
    """The stream of these positions as it enters the first layer and leaves every one: (P, layers + 1, D)."""
    levels = [trace.layers[0].resid_pre, *(layer.resid_post for layer in trace.layers)]
    return np.stack([level[list(positions)] for level in levels], axis=1)


def logit_lens(model: Transformer, trace: Trace, positions: Sequence[int]) -> Likeliest:
    """What the model would say if it stopped after the embedding, or after any layer: two arrays (P, layers + 1).

    nostalgebraist 2020, "interpreting GPT: the logit lens". The lower layers were not trained to be read this way.
    """
    levels = streams(trace, positions)
    found = likeliest(model, levels.reshape(-1, levels.shape[-1]))
    return Likeliest(found.token_ids.reshape(levels.shape[:2]), found.probabilities.reshape(levels.shape[:2]))


@torch.inference_mode()
def chances(model: Transformer, streams: np.ndarray, found: Likeliest, token_id: int) -> np.ndarray:
    """The probability (n,) of one token for vectors of the stream (n, D) whose likeliest were `found`: that of the
    likeliest, times e to the difference of the two scores. No second look at the whole vocabulary is needed."""
    rows, weight = model.norm(torch.tensor(streams, device=model.device)), model.lm_head.weight
    best = torch.tensor(found.token_ids[:, 0], device=model.device)
    behind = (rows * (weight[token_id] - weight[best])).sum(-1)
    return found.probabilities[:, 0] * behind.exp().float().cpu().numpy()


def head_row(model: Transformer, token_id: int) -> np.ndarray:
    """The row (D,) of the language-model head that `final` is multiplied with for this token's score."""
    return model.lm_head.weight[token_id].detach().float().cpu().numpy()


@torch.inference_mode()
def next_logits(model: Transformer, trace: Trace) -> np.ndarray:
    """The scores (V,) of the token after the last one, from a trace that kept `final` but not all logits."""
    return model.lm_head(torch.tensor(trace.final[-1:], device=model.device))[0].float().cpu().numpy()


@torch.inference_mode()
def head_writes(model: Transformer, trace: Trace, layer: int) -> np.ndarray:
    """What each head adds to the stream, through its slice of o_proj: (H, T, D). With o_proj's bias, where there is
    one, they add up to attn_out."""
    z = torch.tensor(trace.layers[layer].z, device=model.device)
    heads, _, width = z.shape
    slices = model.layers[layer].attn.o_proj.weight.view(-1, heads, width)
    return torch.einsum("htk,dhk->htd", z, slices).float().cpu().numpy()


def weighted_values(layer: LayerTrace, head: int) -> np.ndarray:
    """Each value, times the weight that each query gives it: (T queries, T keys, K). Summed over the keys, it is z."""
    group = layer.pattern.shape[0] // layer.v.shape[0]
    return layer.pattern[head][:, :, None] * layer.v[head // group][None]


def combining_error(layer: LayerTrace) -> np.ndarray:
    """(H, T): the largest difference between the weighted values, added up, and the model's own z."""
    return np.stack(
        [np.abs(weighted_values(layer, head).sum(1) - z).max(-1) for head, z in enumerate(layer.z)],
    )


def entropy(distribution: np.ndarray) -> float:
    """How undecided a distribution is, in bits (Shannon 1948)."""
    shares = distribution[distribution > 0]
    return float(-(shares * np.log2(shares)).sum())


@torch.inference_mode()
def neighbours(model: Transformer, token_id: int, top: int) -> Likeliest:
    """The tokens whose embedding rows point most nearly the same way: ids and cosines (top,), without itself."""
    table = model.embed_tokens.weight
    lengths = torch.linalg.vector_norm(table, dim=-1).clamp_min(1e-8)  # a row of zeros points nowhere
    # one product with the table: cosine_similarity would spread the row over all of it first, 15 times as slow
    cosines = (table @ table[token_id]) / (lengths * lengths[token_id])
    best = cosines.topk(top + 1)
    others = best.indices != token_id
    return Likeliest(best.indices[others][:top].cpu().numpy(), best.values[others][:top].cpu().numpy())


@torch.inference_mode()
def one_hot_product(model: Transformer, token_id: int) -> np.ndarray:
    """What looking a row up is, in matrices: a one at the token's place and zeros elsewhere (1, V), times the embedding
    table (V, D). Gives (D,)."""
    table = model.embed_tokens.weight
    one_hot = table.new_zeros(1, len(table))
    one_hot[0, token_id] = 1
    return (one_hot @ table)[0].float().cpu().numpy()
