"""The front door's numbers: what the component `machine` draws, read from one trace."""

import unicodedata
from itertools import takewhile

import numpy as np

from model import lens, sampling
from model.analysis import streams
from model.analysis.attention import far_weights
from model.layers import PreNormBlock
from model.trace import Trace
from model.transformer import Transformer
from ui.frame.prompt_bar import CHARACTERS
from ui.kit import url_state

KEEP = frozenset({"resid_pre", "resid_post", "attn_out", "mlp_out", "pattern", "final"})
TRACKS = 16  # drawn at most
CANDIDATES = 8
SHOWN = 5  # numbers of each vector in the arithmetic
ROUNDING = 1e-3  # of a vector's length: below it, two runs of different length agree
SOURCE = (PreNormBlock, Transformer.hidden_states)  # the code whose numbers are drawn
LINK = {"layer": url_state.LAYER, "part": url_state.one_of("token", "head"), "token": url_state.TOKEN}


def read(bundle, trace: Trace, limit: int, before: dict | None = None) -> dict:
    """Everything the component draws but the words. Lens and next-token probabilities are over the whole vocabulary.

    before: the reading of another prompt. What a track says depends only on the tokens up to its own, so the tracks of
    a common beginning are taken from there: reading the layers out is slow, and appending then costs one track.
    `opened` is the layer (from 0) whose strongest head looks hardest, among the upper two thirds: below, heads mostly
    sort out neighbours.
    """
    tokenizer, ids = bundle.tokenizer, trace.token_ids.tolist()
    count, layers = len(ids), trace.layers
    first = max(0, count - TRACKS)
    said, sure = _lens(bundle, trace, range(first, count), before)
    logits = lens.next_logits(bundle.model, trace)
    chances = sampling.softmax(logits)
    best = np.argsort(-logits, kind="stable")[:CANDIDATES].tolist()
    looks = np.stack([far_weights(layer.pattern) for layer in layers])
    heads = looks.argmax(1)
    low = len(layers) // 3
    return {
        "tokens": list(trace.tokens),
        "ids": ids,
        "bytes": [tokenizer.bytes(id).hex(" ").upper() for id in ids],
        "embed": _short(np.linalg.norm(layers[0].resid_pre, axis=-1)),
        "first": first,
        "lens": said,
        "probability": sure,
        "attention": _short([np.linalg.norm(layer.attn_out[-1]) for layer in layers]),
        "mlp": _short([np.linalg.norm(layer.mlp_out[-1]) for layer in layers]),
        "stream": _short([np.linalg.norm(layer.resid_post[-1]) for layer in layers]),
        "heads": heads.tolist(),
        "weights": _short([layer.pattern[head, -1] for layer, head in zip(layers, heads, strict=True)]),
        "opened": low + int(looks[low:].max(1).argmax()),
        "sums": [_sum(layer) for layer in layers],
        "candidates": [
            {
                "token": tokenizer.strings([id])[0],
                "id": id,
                "p": float(chances[id]),
                "score": float(logits[id]),
                "appendable": appended(tokenizer, ids, id) is not None,
            }
            for id in best
        ],
        "others": {"count": len(logits) - len(best), "p": float(1 - chances[best].sum())},
        "total": round(float(chances.sum()), 9),
        "vocabulary": len(logits),
        "width": layers[0].resid_pre.shape[-1],
        "full": count >= limit,
    }


def _lens(bundle, trace: Trace, positions: range, before: dict | None) -> tuple[list[list[str]], list[list[float]]]:
    """The likeliest token after the embedding and after each layer, and its probability, for each position."""
    words, chances = [], []
    if before and (start := positions[0] - before["first"]) >= 0:
        pairs = zip(trace.token_ids.tolist(), before["ids"], strict=False)
        common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        known = slice(start, max(start, common - before["first"]))
        words, chances = before["lens"][known], before["probability"][known]
    if rest := positions[len(words) :]:
        seen = lens.logit_lens(bundle.model, trace, rest)
        words = words + [bundle.tokenizer.strings(row.tolist()) for row in seen.token_ids]
        chances = chances + _short(seen.probabilities)
    return words, chances


def appended(tokenizer, ids: list[int], id: int) -> str | None:
    """The text with one more token; None where the prompt line cannot hold it (the end of the text, a line break, a
    part of a character)."""
    text = tokenizer.decode([*ids, id])
    strange = text.endswith("\ufffd") or any(unicodedata.category(character) == "Cc" for character in text)
    return None if id in tokenizer.special or strange or len(text) > CHARACTERS else text


def table(data: dict, words) -> dict[str, list]:
    """The tracks as columns for the table twin, the last token first and the top layer first."""
    first = data["first"]
    cells = [(i, row) for i in reversed(range(len(data["lens"]))) for row in reversed(range(len(data["stream"]) + 1))]
    return {
        words.text("token-column"): [f"{first + i + 1} {data['tokens'][first + i]}" for i, _ in cells],
        words.text("layer-column"): [row for _, row in cells],
        words.text("lens-column"): [data["lens"][i][row] for i, row in cells],
        words.text("probability-column"): [data["probability"][i][row] for i, row in cells],
    }


def _sum(layer) -> dict:
    parts, difference = streams.sum_parts(layer, -1)
    return {
        "vectors": _short(parts[:, :SHOWN]),
        "lengths": _short(np.linalg.norm(parts, axis=-1)),
        "difference": difference,
    }


def _short(array) -> list:
    """Five significant digits: more than is shown, and a third of the bytes."""
    array = np.asarray(array, np.float64)
    return np.array([float(f"{x:.5g}") for x in array.flat]).reshape(array.shape).tolist()
