"""What the attention explorer draws, packed once for a prompt, and what the live model answers about it."""

from dataclasses import dataclass
from functools import cache

import numpy as np

import content
from model import lens
from model.config import Config
from model.layers import Attention
from model.trace import Trace
from ui import components
from ui.kit import url_state

SHOWN = 16  # numbers of each vector that are drawn; differences are measured over all K
SOURCE = (Attention.forward,)
LINK = {name: url_state.TOKEN for name in ("token", "key", "target")} | {
    "layer": url_state.LAYER,
    "head": url_state.HEAD,
    "mask": url_state.one_of("off"),
    "rows": url_state.one_of("all"),
}
APPENDED = " then"  # any word will do: what counts is that it comes later
ROUNDING = 1e-4  # of a weight: below it, two runs of different length agree


@dataclass(frozen=True)
class Look:
    """A head, all from 0: the one that looks hardest from `reader` at `target`."""

    layer: int
    head: int
    reader: int
    target: int


def keep(config: Config) -> set[str]:
    """The fields of a trace that the explorer draws: q and k as they are multiplied, after any rotation."""
    turned = {"q_rot", "k_rot"} if config.position == "rotary" else {"q", "k"}
    return {"mask", "scores", "pattern", "v", "z"} | turned


def patterns(trace: Trace) -> np.ndarray:
    """The weights of every head: (L, H, T, T)."""
    return np.stack([layer.pattern for layer in trace.layers])


def special(bundle, trace: Trace) -> np.ndarray:
    """(T,) bool: tokens that the model puts around a text."""
    return np.isin(trace.token_ids, list(bundle.tokenizer.special))


def content_words(trace: Trace) -> np.ndarray:
    """(T,) bool: words that mean something by themselves, as far as a list of the others can tell."""
    others = _listed("pronouns") | _listed("function-words")
    return np.array([_word(token) not in others and any(map(str.isalnum, token)) for token in trace.tokens])


def targets(bundle, trace: Trace) -> np.ndarray:
    """For each token (T,), the content word that any head of any layer looks at hardest from there.

    The first token, the token itself and its neighbours do not count: many heads rest there whatever the sentence says
    (Xiao et al. 2023 call the first token an attention sink). Where nothing else is left, they do.
    """
    place = np.arange(len(trace.tokens))
    distance = np.abs(place[:, None] - place)
    readable = trace.layers[0].mask & ~special(bundle, trace)
    best = patterns(trace).max((0, 1))
    far = readable & content_words(trace) & (distance > 1) & (place > 0)
    choice = np.where(far, best + 2, np.where(readable & (distance > 0), best + 1, best))
    return np.where(trace.layers[0].mask, choice, -1).argmax(1)


def start(bundle, trace: Trace) -> Look:
    """Where the explorer opens: the last word, and the head with the strongest look from it at its target."""
    own = np.flatnonzero(~special(bundle, trace))
    reader = int(own[-1]) if len(own) else len(trace.tokens) - 1
    target = int(targets(bundle, trace)[reader])
    looks = patterns(trace)[:, :, reader, target]
    layer, head = np.unravel_index(looks.argmax(), looks.shape)
    return Look(int(layer), int(head), reader, target)


def table(trace: Trace, layer: int, head: int) -> tuple[list, list, list, list]:
    """Every readable cell of a head: who reads, what is read, the score, the weight."""
    found = trace.layers[layer]
    queries, keys = np.nonzero(found.mask)
    names = np.array(trace.tokens, dtype=object)
    return (
        list(names[queries]),
        list(names[keys]),
        found.scores[head][queries, keys].tolist(),
        found.pattern[head][queries, keys].tolist(),
    )


def packed(bundle, trace: Trace) -> dict:
    """Everything the component needs but the words.

    Arrays: scores (L, H, T, T) before the mask; mask (T, T); q, z (L, H, T, S) and k, v (L, G, T, S), the first S
    numbers of K; difference (L, H, T), the largest over all K between the weighted values added up and the model's z.
    """
    rotary = bundle.model.config.position == "rotary"

    def stack(name: str) -> np.ndarray:
        return np.stack([getattr(layer, name)[..., :SHOWN] for layer in trace.layers])

    return {
        **components.pack(
            scores=np.stack([layer.scores for layer in trace.layers]),
            mask=trace.layers[0].mask.astype(np.uint8),
            q=stack("q_rot" if rotary else "q"),
            k=stack("k_rot" if rotary else "k"),
            v=stack("v"),
            z=stack("z"),
            difference=np.stack([lens.combining_error(layer) for layer in trace.layers]),
        ),
        "tokens": list(trace.tokens),
        "special": special(bundle, trace).tolist(),
        "pronouns": [_word(token) in _listed("pronouns") for token in trace.tokens],
        "targets": targets(bundle, trace).tolist(),
        "reader": start(bundle, trace).reader,
        "width": trace.layers[0].v.shape[-1],
        "rotary": rotary,
        "both": bundle.model.config.mask == "bidirectional",
        "model": bundle.card.title,
    }


@dataclass(frozen=True)
class Swap:
    """The prompt with two words exchanged. first, second: where they stood; text, tokens: the sentence then."""

    first: int
    second: int
    text: str
    tokens: list[str]


def swap(bundle, trace: Trace, look: Look) -> Swap | None:
    """Exchanges the two content words that this head reads most.

    None where there are no two, or where the new sentence would fall into other tokens.
    """
    row = trace.layers[look.layer].pattern[look.head, look.reader]
    usable = content_words(trace) & ~special(bundle, trace) & trace.layers[0].mask[look.reader]
    usable[look.reader] = False
    most = [i for i in np.argsort(-row, kind="stable").tolist() if usable[i]][:2]
    if len(most) < 2 or len({_word(trace.tokens[i]) for i in most}) < 2:
        return None
    first, second = sorted(most)
    one, two = trace.tokens[first], trace.tokens[second]
    tokenizer, ids = bundle.tokenizer, trace.token_ids.tolist()
    for place, word in ((first, two), (second, one)):
        spaced = trace.tokens[place].startswith("·")
        ids[place] = tokenizer.find(" " * spaced + word.removeprefix("·"))
    text = None if None in ids else tokenizer.decode([id for id in ids if id not in tokenizer.special])
    return Swap(first, second, text, tokenizer.strings(ids)) if text and tokenizer.encode(text) == ids else None


def even_head(trace: Trace, reader: int) -> Look:
    """The head that gives the first token nearest to half of its weight: its other half lies on words that follow."""
    looks = patterns(trace)[:, :, reader, 0]
    layer, head = np.unravel_index(np.abs(looks - 0.5).argmin(), looks.shape)
    return Look(int(layer), int(head), reader, 0)


def carried(trace: Trace, look: Look) -> np.ndarray:
    """The length of each value times its weight, over all K numbers: (T,)."""
    return np.linalg.norm(lens.weighted_values(trace.layers[look.layer], look.head)[look.reader], axis=-1)


def changes(before: Trace, after: Trace, reader: int) -> np.ndarray:
    """The largest change of each head's weights (L, H) in the row of `reader`, on the words both runs begin with."""
    same = before.token_ids == after.token_ids[: len(before.token_ids)]
    common = len(same) if same.all() else int(same.argmin())
    row, later = (patterns(trace)[:, :, reader, :common] for trace in (before, after))
    return np.abs(later - row).max(-1)


@cache
def _listed(section: str) -> frozenset[str]:
    """A list of words, of both languages: the prompt may be in the one that the page is not in."""
    return frozenset(word for lang in content.LANGUAGES for word in content.load(lang, "attention")[section].split())


def plain(token: str) -> str:
    """A token as it is named in a sentence: without the mark of its space."""
    return token.removeprefix("·") or token


def _word(token: str) -> str:
    return token.strip("·#").lower()
