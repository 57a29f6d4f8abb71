"""What is read off a pass in the lesson: what each head writes, how far it moved a logit, and what kind it is."""

from dataclasses import dataclass

import numpy as np

from model import lens
from model.analysis import heads as analysis
from model.trace import Trace
from model.zoo import Bundle
from ui.frame.page import Page
from ui.kit import cache, url_state
from ui.kit.language import Words

KEEP = frozenset({"pattern", "mask", "z", "v", "attn_out", "resid_pre", "resid_post", "mlp_out", "final"})
CANDIDATES = 6  # next tokens to choose from
TYPED = 40  # characters of a token that is typed
EXAMPLES = 6  # heads shown of each kind
REPEATED = 24  # random tokens that the model is given twice
DRAWS = 5  # of other heads that are silenced
AGAINST = ("alone", "lead")
LINK = {
    "layer": url_state.LAYER,
    "head": url_state.HEAD,
    "token": url_state.TOKEN,
    "score": url_state.integer_between(CANDIDATES),  # of which next token
    "typed": url_state.text(TYPED),
    "against": url_state.one_of(*AGAINST),
    "kind": url_state.integer_between(4),
}


def writes(page: Page, trace: Trace) -> analysis.Writes:
    return cache.result(page.key("head-writes"), lambda: analysis.writes(page.bundle.model, trace))


@dataclass(frozen=True)
class Candidates:
    """The likeliest next tokens, the likeliest first: ids (n,) and as they are shown; and the logits of all (V,)."""

    ids: list[int]
    tokens: list[str]
    logits: np.ndarray


def candidates(bundle: Bundle, trace: Trace) -> Candidates:
    logits = lens.next_logits(bundle.model, trace)
    ids = np.argsort(-logits, kind="stable")[:CANDIDATES].tolist()
    return Candidates(ids, bundle.tokenizer.strings(ids), logits)


@dataclass(frozen=True)
class Attribution(analysis.LogitParts):
    """The direct logit attribution of one token, or of its lead over another; both as they are shown."""

    name: str
    rival: str | None


def attribution(bundle: Bundle, trace: Trace, logits: np.ndarray, token: int, rival: int | None = None) -> Attribution:
    parts = analysis.logit_parts(bundle.model, trace, logits, token, rival)
    name, other = (None if id is None else bundle.tokenizer.strings([id])[0] for id in (token, rival))
    return Attribution(**vars(parts), name=name, rival=other)


def start_head(bundle: Bundle, trace: Trace, candidates: Candidates) -> tuple[int, int]:
    """Where the page opens, layer and head: the one that did most for the likeliest token against the next one."""
    effects = attribution(bundle, trace, candidates.logits, *candidates.ids[:2]).heads
    layer, head = np.unravel_index(effects.argmax(), effects.shape)
    return int(layer), int(head)


def kind_scores(page: Page) -> np.ndarray:
    """The weight that every head of this model gives, on average, to the keys of each of lens.KINDS: (4, L, H)."""
    model, special = page.bundle.model, page.bundle.tokenizer.special
    return cache.result(cache.Key("head-kinds", page.bundle.card.name), lambda: lens.head_kinds(model, avoid=special))


@dataclass(frozen=True)
class Kinds:
    """Every head by its kind, and the best heads of each kind, K of them in all, on this prompt.

    scores: (4, L, H); kind (L, H): the place in lens.KINDS, 4 for none; best: for each kind its best heads, as
    [layer, head]; patterns (K, T, T), shares (K,): of these, the attention weights here, and how much of its weight a
    head gives here to the keys of its kind, NaN where the prompt has none; masks (4, T, T): which keys these are.
    """

    scores: np.ndarray
    kind: np.ndarray
    best: list[list[tuple[int, int]]]
    patterns: np.ndarray
    shares: np.ndarray
    masks: np.ndarray


def kinds(page: Page, trace: Trace) -> Kinds:
    scores, masks = kind_scores(page), analysis.kind_masks(trace.token_ids)
    kind = analysis.classify_heads(scores)
    best, patterns, shares = [], [], []
    for index in range(len(lens.KINDS)):
        order = np.argsort(-np.where(kind == index, scores[index], -1), axis=None, kind="stable")[:EXAMPLES]
        best.append([divmod(int(i), kind.shape[1]) for i in order if kind.flat[i] == index])
        patterns += [trace.layers[layer].pattern[head] for layer, head in best[-1]]
        shares += [analysis.mean_weight(pattern, masks[index]) for pattern in patterns[len(shares) :]]
    return Kinds(scores, kind, best, np.reshape(patterns, (-1, *masks.shape[1:])), np.array(shares), masks)


def repeated_surprisal(page: Page) -> tuple[float, float]:
    """What a token costs in a text of random ones, in bits: at first reading, and when the same ones come again."""
    model, special = page.bundle.model, page.bundle.tokenizer.special
    key = cache.Key("repeated-bits", page.bundle.card.name, settings=(REPEATED,))
    return cache.result(key, lambda: analysis.repeated_surprisal(model, special, REPEATED))


def induction_test(page: Page) -> analysis.InductionTest | None:
    """What the second copy costs without the induction heads, and without others. None where there are none."""
    model, special = page.bundle.model, page.bundle.tokenizer.special
    kind = analysis.classify_heads(kind_scores(page))
    key = cache.Key("induction-test", page.bundle.card.name, settings=(REPEATED, DRAWS))
    return cache.result(key, lambda: analysis.ablate_induction(model, special, REPEATED, kind, DRAWS))


def growth(parts: Attribution, words: Words) -> dict[str, np.ndarray]:
    """What the heads of each layer together and its MLP add to a logit, and the sum so far: a row for what comes before
    the layers, then one for each."""
    heads, mlps = (np.insert(added, 0, 0) for added in (parts.heads.sum(1), parts.mlps))
    return {
        words.text("col-layer"): np.arange(len(mlps)),
        words.text("growth-heads"): heads,
        words.text("growth-mlps"): mlps,
        words.text("growth-sum"): parts.rest + np.cumsum(heads + mlps),
    }


def table(words: Words, columns: dict[str, np.ndarray]) -> dict[str, list]:
    """Every head of the model as a row; columns hold (L, H)."""
    layers, heads = np.indices(next(iter(columns.values())).shape) + 1
    cells = {words.text("col-layer"): layers, words.text("col-head"): heads} | columns
    return {name: values.ravel().tolist() for name, values in cells.items()}
