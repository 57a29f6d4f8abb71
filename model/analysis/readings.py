"""Readings of a trace that need no weights: NumPy only."""

import numpy as np

from model.trace import LayerTrace


def far_looks(pattern: np.ndarray) -> np.ndarray:
    """The last token's hardest look in each head: pattern (H, T, T) -> (H,).

    Looks at itself, at the word just before and at the first token do not count: many heads rest there whatever the
    sentence says (Xiao et al. 2023 call the first token an attention sink). Where a text is too short to have others,
    they do count.
    """
    looks = pattern[:, -1]
    count = looks.shape[1]
    return (looks[:, 1 : count - 2] if count > 3 else looks[:, : max(1, count - 1)]).max(-1)


def sum_parts(layer: LayerTrace, position: int) -> tuple[np.ndarray, float]:
    """What a layer adds at one position: the stream that comes in, attention's part, the MLP's part and the stream
    that goes out, (4, D); and the largest difference between the sum of the first three and the fourth."""
    parts = np.stack([field[position] for field in (layer.resid_pre, layer.attn_out, layer.mlp_out, layer.resid_post)])
    return parts, float(np.abs(parts[:3].sum(0) - parts[3]).max())
