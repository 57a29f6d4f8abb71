"""Rotary positions: what an attention score becomes at another distance; and tables of positions, row against row.

Pair i of a vector of K numbers is (x[i], x[i + K/2]), one complex number here: to rotate it is to multiply it by
e^(i·angle) (Su et al. 2021, RoFormer). So a score is a sum over pairs, and of the two positions only their distance is
left in it.
"""

import numpy as np
import torch

from model.config import Config
from model.positions import Sinusoidal
from model.trace import Trace
from model.transformer import Transformer


def complex_pairs(x: np.ndarray) -> np.ndarray:
    """(…, K) -> (…, K/2) complex."""
    half = x.shape[-1] // 2
    return x[..., :half].astype(np.float64) + 1j * x[..., half:]


def pair_products(trace: Trace, layer: int) -> np.ndarray:
    """Each query times each key before both are rotated, pair by pair, over √K: (H, T, T, K/2) complex. The real part
    of their sum would be the score if no token had a position. Needs q and k."""
    q, k = complex_pairs(trace.layers[layer].q), complex_pairs(trace.layers[layer].k)
    k = k.repeat(len(q) // len(k), axis=0).conj()
    return q[:, :, None] * k[:, None] / np.sqrt(2 * q.shape[-1])


def mean_products(trace: Trace) -> np.ndarray:
    """The same, averaged over all queries and the keys they may attend to: (L, H, K/2). Needs mask too."""
    mask = trace.layers[0].mask[..., None]
    return np.stack([(pair_products(trace, i) * mask).sum((1, 2)) / mask.sum() for i in range(len(trace.layers))])


def scores_at(products: np.ndarray, speeds: np.ndarray, distances: np.ndarray) -> np.ndarray:
    """The score of products (…, K/2) at each distance (N,): (…, N)."""
    return np.real(products @ np.exp(1j * speeds[:, None] * distances))


def rotary_speeds(model: Transformer) -> np.ndarray:
    """(K/2,) radians per position."""
    return model.position.speeds.cpu().numpy().astype(np.float64)


def learned_table(model: Transformer) -> np.ndarray:
    """A model's own table of positions: (rows, D)."""
    return model.position.table.weight.detach().float().cpu().numpy()


def sinusoidal_table(config: Config) -> np.ndarray:
    """The computed table of 2017, in this width and with as many rows as the context: (rows, D)."""
    return Sinusoidal(config)(torch.arange(config.context)).rows.numpy()


def cosine(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cosine similarity of vectors along the last axis."""
    return (a * b).sum(-1) / (np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1))
