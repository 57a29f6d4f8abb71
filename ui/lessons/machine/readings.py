"""The front door's numbers: what the component `machine` draws, read from one trace."""

from itertools import takewhile

import numpy as np

from model import lens, sampling
from model.analysis import streams
from model.analysis.attention import far_weights
from model.layers import PreNormBlock
from model.tokens import Tokenizer
from model.trace import LayerTrace, Trace
from model.transformer import Transformer
from model.zoo import Bundle
from ui.frame.prompt_bar import CHARACTERS, problem_with
from ui.kit import token_names, url_state
from ui.kit.language import Words

KEEP = frozenset({"resid_pre", "resid_post", "attn_out", "mlp_out", "pattern", "final"})
LIMIT = 32  # tokens of a prompt
TRACKS = 16  # drawn at most
CANDIDATES = 8
SHOWN = 5  # numbers of each vector in the arithmetic
SOURCE = (PreNormBlock, Transformer.hidden_states)  # the code whose numbers are drawn
LINK = {"layer": url_state.LAYER, "part": url_state.one_of("token", "head"), "token": url_state.TOKEN}


def read(bundle: Bundle, text: str, trace: Trace, before: dict | None = None) -> dict:
    """Everything the component draws but the words, of a text and its trace. T tokens, L layers; of the last
    N <= TRACKS tokens the track is drawn. Lens and next-token probabilities are over the whole vocabulary.

    tokens, ids, bytes (in hexadecimal), embed (the vectors' lengths): (T,). first: the position, from 0, of the first
    track. lens, probability (N, L + 1): the likeliest token after the embedding and each layer. attention, mlp, stream
    (L,): lengths of what is added at the last position, and of the stream then. heads (L,): the one with the largest
    weight on a token further back; weights (L, T): the last token's, in it. opened: the layer, from 0, where that
    weight is largest, among the upper two thirds (below, heads mostly attend to neighbours). sums: `_sum_terms` of each
    layer. candidates (CANDIDATES,): token, id, p, score (its logit), appendable. others: count and p of the rest of the
    vocabulary; normed: the last vector's length after the final norm, None where there is none; vocabulary, width: V
    and D; full: whether the prompt has LIMIT tokens.

    before: the reading of another prompt. What a track says depends only on the tokens up to its own, so the tracks of
    a common beginning are taken from there: reading the layers out is slow, and appending then costs one track. But for
    rounding the values are the same.
    """
    tokenizer, ids, layers = bundle.tokenizer, trace.token_ids.tolist(), trace.layers
    first = max(0, len(ids) - TRACKS)
    lens_tokens, lens_probabilities = _lens(bundle, trace, range(first, len(ids)), before)
    logits = lens.next_logits(bundle.model, trace)
    probabilities = sampling.softmax(logits)
    top = np.argsort(-logits, kind="stable")[:CANDIDATES].tolist()
    far = np.stack([far_weights(layer.pattern) for layer in layers])
    heads, low = far.argmax(1), len(layers) // 3
    return {
        "tokens": token_names.distinct(trace.tokens),
        "ids": ids,
        "bytes": [tokenizer.bytes(id).hex(" ").upper() for id in ids],
        "embed": _rounded(np.linalg.norm(layers[0].resid_pre, axis=-1)),
        "first": first,
        "lens": lens_tokens,
        "probability": lens_probabilities,
        "attention": _rounded([np.linalg.norm(layer.attn_out[-1]) for layer in layers]),
        "mlp": _rounded([np.linalg.norm(layer.mlp_out[-1]) for layer in layers]),
        "stream": _rounded([np.linalg.norm(layer.resid_post[-1]) for layer in layers]),
        "heads": heads.tolist(),
        "weights": _rounded([layer.pattern[head, -1] for layer, head in zip(layers, heads, strict=True)]),
        "opened": low + int(far[low:].max(1).argmax()),
        "sums": [_sum_terms(layer) for layer in layers],
        "candidates": [
            {
                "token": tokenizer.strings([id])[0],
                "id": id,
                "p": float(probabilities[id]),
                "score": float(logits[id]),
                "appendable": append_token(tokenizer, text, id) is not None,
            }
            for id in top
        ],
        "others": {"count": len(logits) - len(top), "p": float(1 - probabilities[top].sum())},
        "normed": _rounded([np.linalg.norm(trace.final[-1])])[0] if bundle.model.config.norm_place != "post" else None,
        "vocabulary": len(logits),
        "width": layers[0].resid_pre.shape[-1],
        "full": len(ids) >= LIMIT,
    }


def _lens(
    bundle: Bundle, trace: Trace, positions: range, before: dict | None
) -> tuple[list[list[str]], list[list[float]]]:
    """The likeliest token after the embedding and after each layer, and its probability, for each position."""
    tokens, probabilities = [], []
    if before and (start := positions[0] - before["first"]) >= 0:
        pairs = zip(trace.token_ids.tolist(), before["ids"], strict=False)
        common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        known = slice(start, max(start, common - before["first"]))
        tokens, probabilities = before["lens"][known], before["probability"][known]
    if rest := positions[len(tokens) :]:
        top = lens.logit_lens(bundle.model, trace, rest)
        tokens = tokens + [bundle.tokenizer.strings(row.tolist()) for row in top.token_ids]
        probabilities = probabilities + _rounded(top.probabilities)
    return tokens, probabilities


def append_token(tokenizer: Tokenizer, text: str, id: int) -> str | None:
    """The text with one more token; None where the prompt line cannot hold it (the end of the text, a control
    character, a part of a character)."""
    try:
        longer = text + tokenizer.bytes(id).decode()
    except UnicodeDecodeError:
        return None
    return None if id in tokenizer.special or len(longer) > CHARACTERS or problem_with(longer) else longer


def table(data: dict, words: Words) -> dict[str, list]:
    """The tracks as columns for the table twin, the last token first and the top layer first."""
    first = data["first"]
    cells = [(i, row) for i in reversed(range(len(data["lens"]))) for row in reversed(range(len(data["stream"]) + 1))]
    return {
        words.text("token-column"): [f"{first + i + 1} {data['tokens'][first + i]}" for i, _ in cells],
        words.text("layer-column"): [row for _, row in cells],
        words.text("lens-column"): [data["lens"][i][row] for i, row in cells],
        words.text("probability-column"): [data["probability"][i][row] for i, row in cells],
    }


def _sum_terms(layer: LayerTrace) -> dict:
    """Of `streams.sum_parts` at the last position: vectors (4, SHOWN), their lengths over all D, and the difference."""
    parts, difference = streams.sum_parts(layer, -1)
    return {
        "vectors": _rounded(parts[:, :SHOWN]),
        "lengths": _rounded(np.linalg.norm(parts, axis=-1)),
        "difference": difference,
    }


def _rounded(array: np.ndarray | list) -> list:
    """To five significant digits: more than is shown, and a third of the bytes."""
    array = np.asarray(array, np.float64)
    return np.array([float(f"{x:.5g}") for x in array.flat]).reshape(array.shape).tolist()
