"""What the attention explorer draws, and what the live model answers about it."""

import numpy as np

from model import lens
from model.analysis import attention
from model.analysis.attention import Cell
from model.config import Config
from model.layers import Attention
from model.trace import Trace
from model.zoo import Bundle
from ui import components
from ui.frame import prompt_bar
from ui.kit import token_names, url_state
from ui.kit.content_words import content_words, listed, special

MODELS = (*prompt_bar.DECODERS, "minilm")
LIMIT = 32  # tokens
SHOWN = 16  # numbers of each vector that are drawn; differences are measured over all K
SOURCE = (Attention.forward,)
LINK = dict.fromkeys(("token", "key", "target"), url_state.TOKEN) | {
    "layer": url_state.LAYER,
    "head": url_state.HEAD,
    "mask": url_state.one_of("off"),
    "rows": url_state.one_of("all"),
}
APPENDED = " then"  # any word will do: what counts is that it comes later
ROUNDING = 1e-4  # of a weight: below it, two runs of different length agree


def keep(config: Config) -> set[str]:
    """The fields of a trace that the explorer draws: q and k as they are multiplied, after any rotation."""
    turned = {"q_rot", "k_rot"} if config.position == "rotary" else {"q", "k"}
    return {"mask", "scores", "pattern", "v", "z"} | turned


def table(trace: Trace, layer: int, head: int) -> tuple[list, list, list, list]:
    """Every cell of a head that the mask leaves: query token, key token, attention score, weight."""
    shown = trace.layers[layer]
    queries, keys = np.nonzero(shown.mask)
    names = np.array(token_names.distinct(trace.tokens), dtype=object)
    return (
        list(names[queries]),
        list(names[keys]),
        shown.scores[head][queries, keys].tolist(),
        shown.pattern[head][queries, keys].tolist(),
    )


def packed(bundle: Bundle, trace: Trace, start: Cell) -> dict:
    """The data of the component.

    tokens (T strings); special and pronouns (T bools); targets (T,): for each query the key to begin with; reader: the
    query to begin with; width: K; rotary; both: whether attention is bidirectional; model: its title.
    Arrays: scores (L, H, T, T) before the mask; mask (T, T); q, z (L, H, T, S) and k, v (L, G, T, S), the first S
    numbers of K; difference (L, H, T), the largest over all K between the weighted values added up and the model's z.
    """
    rotary, added = bundle.model.config.position == "rotary", special(bundle, trace)

    def stack(name: str) -> np.ndarray:
        return np.stack([getattr(layer, name)[..., :SHOWN] for layer in trace.layers])

    return {
        **components.pack(
            scores=trace.stack("scores"),
            mask=trace.layers[0].mask.astype(np.uint8),
            q=stack("q_rot" if rotary else "q"),
            k=stack("k_rot" if rotary else "k"),
            v=stack("v"),
            z=stack("z"),
            difference=np.stack([lens.combining_error(layer) for layer in trace.layers]),
        ),
        "tokens": token_names.distinct(trace.tokens),
        "special": added.tolist(),
        "pronouns": [attention.bare(token) in listed("pronouns") for token in trace.tokens],
        "targets": attention.targets(trace, content_words(trace.tokens), added).tolist(),
        "reader": start.query,
        "width": trace.layers[0].v.shape[-1],
        "rotary": rotary,
        "both": bundle.model.config.mask == "bidirectional",
        "model": bundle.card.title,
    }


def swap(bundle: Bundle, trace: Trace, text: str, cell: Cell) -> attention.Swap | None:
    """The prompt with two content words exchanged, or None where that cannot be done."""
    return attention.swap(bundle.tokenizer, trace, text, cell, content_words(trace.tokens) & ~special(bundle, trace))


def plain(token: str) -> str:
    """A token as it is named in a sentence: without the mark of its space."""
    return token.removeprefix("·") or token
