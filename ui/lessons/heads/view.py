"""Lesson 6: what each head writes, how far it moved a score, what kind it is; and what the figures are given of it."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import streamlit as st
from markupsafe import Markup

import content
from model import lens
from model.analysis import heads as analysis
from model.layers import Attention
from model.trace import Trace
from ui import components
from ui.frame import quiz
from ui.frame.question import Question
from ui.kit import cache, markup, url_state
from ui.kit.language import Words
from ui.kit.mounting import mount
from ui.kit.numbers import number, percent

KEEP = frozenset({"pattern", "z", "attn_out", "resid_pre", "resid_post", "mlp_out", "final"})
WRITES, EFFECTS, MEASURED = (Attention.forward, lens.head_writes), (lens.direct_effects,), (lens.head_kinds,)
CANDIDATES = 6  # next tokens to choose from
TYPED = 40  # characters of a token that is typed
EXAMPLES = 6  # heads shown of each kind
REPEATED = 24  # random tokens that are read twice
PERCENT = "\u202f%"
SAVED = (0.1, 0.5)  # of the bits: bounds of the question about them
AGAINST = ("alone", "lead")
LINK = {
    "layer": url_state.LAYER,
    "head": url_state.HEAD,
    "token": url_state.TOKEN,
    "score": url_state.integer_between(CANDIDATES),  # of which next token
    "typed": url_state.text(TYPED),
    "against": url_state.one_of(*AGAINST),
    "kind": url_state.integer_between(4),
    "sharing": url_state.integer_between(3),
    "query": url_state.HEAD,
}


def writes(page, trace: Trace) -> analysis.Writes:
    key = cache.Key("head-writes", page.model, tuple(page.ids))
    return cache.result(key, lambda: analysis.writes(page.bundle.model, trace))


@dataclass(frozen=True)
class Candidates:
    """The likeliest next tokens: ids (n,), as they are shown, and their scores; best is the likeliest."""

    ids: list[int]
    tokens: list[str]
    logits: np.ndarray  # (V,)


def candidates(bundle, trace: Trace) -> Candidates:
    logits = lens.next_logits(bundle.model, trace)
    ids = np.argsort(-logits, kind="stable")[:CANDIDATES].tolist()
    return Candidates(ids, bundle.tokenizer.strings(ids), logits)


@dataclass(frozen=True)
class Score(analysis.LogitParts):
    """One token's logit after the prompt, or its lead over another token's, and what it is made of."""

    name: str  # as it is shown
    rival: str | None


def score(bundle, trace: Trace, found: Candidates, token: int, rival: int | None = None) -> Score:
    parts = analysis.logit_parts(bundle.model, trace, found.logits, token, rival)
    name, other = (None if id is None else bundle.tokenizer.strings([id])[0] for id in (token, rival))
    return Score(**vars(parts), name=name, rival=other)


def start(bundle, trace: Trace, found: Candidates) -> tuple[int, int]:
    """Where the page opens: the head that did most for the likeliest token against the next one."""
    effects = score(bundle, trace, found, *found.ids[:2]).heads
    layer, head = np.unravel_index(effects.argmax(), effects.shape)
    return int(layer), int(head)


def choice(bundle, found: Candidates, words: Words) -> tuple[int, int | None, Markup]:
    """The token whose score is taken apart, and the one it is compared with. A token that is typed goes before the
    candidates; of several, the first counts; the third value says what was typed."""
    with st.container(key="candidate", gap="small"):
        picked = st.pills(
            words.text("candidate"),
            range(len(found.ids)),
            format_func=lambda i: markup.literal(found.tokens[i]),
            required=True,
            wrap=True,
            **url_state.bind("score", range(len(found.ids)), 0, lambda i: str(i + 1)),
        )
        with st.container(horizontal=True, gap="medium"):
            own = url_state.bind_text("typed-token", "", "typed", TYPED)
            typed = st.text_input(words.text("typed"), max_chars=TYPED, width=230, **own)
            compared = st.segmented_control(
                words.text("against"),
                AGAINST,
                required=True,
                **url_state.bind("against", AGAINST, AGAINST[1]),
                format_func=lambda name: words.text(f"against-{name}"),
            )
    token, told = found.ids[picked], Markup()
    if typed.strip():
        ids = bundle.tokenizer.encode(" " + typed.strip())
        token = ids[0]
        section = "typed-one" if len(ids) == 1 else "typed-many"
        shown = markup.chip(bundle.tokenizer.strings([token])[0])
        told = words(section, text=markup.user_text(typed.strip()), token=shown, count=len(ids))
    rival = next(id for id in found.ids if id != token) if compared == "lead" else None
    return token, rival, told


def sums(found: Score, words: Words) -> Markup:
    """Heads, MLPs and the rest, added up beside the model's own score."""
    lang = words.lang
    heads, mlps = float(found.heads.sum()), float(found.mlps.sum())
    parts = (
        (heads, words.text("sum-heads", count=found.heads.size)),
        (mlps, words.text("sum-mlps", count=len(found.mlps))),
        (found.rest, words.text("sum-rest")),
    )
    terms = " ".join(f"{_term(x, lang, first=not i)} {markup.span(name, 'note')}" for i, (x, name) in enumerate(parts))
    name = markup.sub("logit", found.name)
    lead = f" − {markup.sub('logit', found.rival)}" if found.rival else ""
    own = {"own": number(found.own, lang), "difference": number(abs(found.total - found.own), lang)}
    told = markup.span(words.text("sum-difference", **own), "note")
    total = number(found.total, lang)
    return Markup(f'<div class="arith"><p>{terms} = <b>{total}</b> = {name}{lead}</p><p>{told}</p></div>')


def _term(x: float, lang: str, first: bool) -> str:
    """A number as a term of a sum, its sign as the operator."""
    return number(x, lang) if first else f"{'−' if x < 0 else '+'} {number(abs(x), lang)}"


def moved(found: Score, words: Words) -> tuple[Markup, Markup]:
    """The heads that moved a score most, or a lead, in a sentence; and what is taken apart, in another."""
    way = "alone" if found.rival is None else "lead"
    names = {
        "token": markup.chip(found.name),
        "rival": markup.chip(found.rival or ""),
        "own": number(found.own, words.lang),
    }
    for direction, place in (("up", found.heads.argmax()), ("down", found.heads.argmin())):
        layer, head = np.unravel_index(place, found.heads.shape)
        names |= {f"{direction}_layer": layer + 1, f"{direction}_head": head + 1}
        names[direction] = number(found.heads[layer, head], words.lang)
    return words.inline(f"moved-{way}", **names), words.inline(f"compared-{way}", **names)


def kinds(page) -> np.ndarray:
    """The scores of every head of this model for each of lens.KINDS: (4, L, H)."""
    bundle = page.bundle
    compute = lambda: lens.head_kinds(bundle.model, avoid=bundle.tokenizer.special)  # noqa: E731
    return cache.result(cache.Key("head-kinds", page.model), compute)


def by_kind(page) -> dict[str, np.ndarray]:
    """The same by name."""
    return dict(zip(lens.KINDS, kinds(page), strict=True))


def how_measured(page) -> str:
    """How the kinds were measured, and how many heads look at the first token."""
    kind = analysis.classify_heads(kinds(page))
    first, threshold = int((kind == lens.KINDS.index("first")).sum()), f"{analysis.THRESHOLD:.0%}".replace("%", PERCENT)
    how = page.words("kinds-how", tokens=REPEATED, threshold=threshold)
    return how + page.words("kinds-sink" if first else "kinds-no-sink", first=first, all=number(kind.size, page.lang))


def repeated_bits(page) -> tuple[float, float]:
    """What a token costs in a text of random ones, in bits: at first reading, and when the same ones come again."""
    bundle = page.bundle
    compute = lambda: analysis.repeated_surprisal(bundle.model, bundle.tokenizer.special, REPEATED)  # noqa: E731
    return cache.result(cache.Key("repeated-bits", page.model), compute)


# ---------------------------------------------------------------- what the figures are given


def show(view: str, page, **data):
    """One of the figures of ui/lessons/heads/component. They share the head that is chosen, through the link."""
    config = page.bundle.model.config
    sizes = {"layers": config.layers, "heads": config.heads, "groups": config.kv_heads}
    common = {"view": view, "lang": page.lang, "words": content.load(page.lang, "heads"), "sizes": sizes}
    mount(page, "heads", f"heads-{view}", common | data)


def explorer(page, trace: Trace, begin: tuple[int, int]) -> None:
    found = writes(page, trace)
    arrays = components.pack(pattern=trace.stack("pattern"), **vars(found))
    width = page.bundle.model.config.width
    show(
        "explorer",
        page,
        **arrays,
        tokens=list(trace.tokens),
        start=begin,
        width=width,
        inner=trace.layers[0].z.shape[2],
    )


def effects(page, found: Score, begin: tuple[int, int]) -> None:
    show("effects", page, **components.pack(effects=found.heads), token=found.name, start=begin)


def sorts(page, trace: Trace, begin: tuple[int, int]) -> None:
    """The grid of kinds, and the best heads of each on this sentence."""
    scores, wanted = kinds(page), analysis.kind_masks(trace.token_ids)
    kind = analysis.classify_heads(scores)
    best, patterns, shares = [], [], []
    for index in range(len(lens.KINDS)):
        order = np.argsort(-np.where(kind == index, scores[index], -1), axis=None, kind="stable")[:EXAMPLES]
        heads = [divmod(int(i), kind.shape[1]) for i in order if kind.flat[i] == index]
        best.append(heads)
        patterns += [trace.layers[layer].pattern[head] for layer, head in heads]
        shares += [analysis.mean_weight(trace.layers[layer].pattern[head], wanted[index]) for layer, head in heads]
    counts = np.bincount(kind.ravel(), minlength=len(lens.KINDS) + 1)
    arrays = components.pack(
        scores=scores,
        kind=kind.astype(np.uint8),
        wanted=wanted.astype(np.uint8),
        patterns=np.reshape(patterns, (-1, *wanted.shape[1:])),
        shares=np.array(shares),
    )
    show("kinds", page, **arrays, kinds=lens.KINDS, best=best, counts=counts.tolist(), start=begin)


def table(words: Words, columns: dict[str, np.ndarray]) -> dict[str, list]:
    """Every head of the model as a row; columns hold (L, H)."""
    layers, heads = np.indices(next(iter(columns.values())).shape) + 1
    cells = {words.text("col-layer"): layers, words.text("col-head"): heads} | columns
    return {name: values.ravel().tolist() for name, values in cells.items()}


# ---------------------------------------------------------------- what the reader predicts


def ask_depth(page, trace: Trace) -> None:
    """In which third of the stack does the longest write at the last token lie?"""
    words, lang, count = page.words, page.lang, len(trace.layers)
    edges = [0, round(count / 3), round(2 * count / 3), count]

    def longest() -> tuple[int, int]:
        last = writes(page, trace).lengths[:, :, -1]
        layer, head = np.unravel_index(last.argmax(), last.shape)
        return int(layer), int(head)

    def answer() -> int:
        return int(np.searchsorted(edges, longest()[0], side="right")) - 1

    def explain(chosen: int, right: int) -> str:
        layer, head = longest()
        found = writes(page, trace)
        return words(
            f"explain-depth-{right}",
            layer=layer + 1,
            head=head + 1,
            length=number(found.lengths[layer, head, -1], lang),
            middle=number(float(np.median(found.lengths[:, :, -1])), lang),
            first=number(found.stream[0, -1], lang),
            last=number(found.stream[-1, -1], lang),
            share=percent(found.lengths[layer, head, -1] / found.stream[layer, -1], lang),
        )

    options = [words.text("option-layers", low=low + 1, high=high) for low, high in pairwise(edges)]
    question = words.inline(
        "question-depth", token=markup.chip(page.tokens[-1]), count=count * len(trace.layers[0].pattern)
    )
    quiz.predict(f"depth-{page.model}-{page.text}", Question(question, options, answer, explain))


def ask_repeat(page) -> None:
    """Random tokens, then the same ones again: how many bits does a token cost the second time?"""
    words, lang = page.words, page.lang

    def answer() -> int:
        first, second = repeated_bits(page)
        return int(np.searchsorted(SAVED, 1 - second / first))

    def explain(chosen: int, right: int) -> str:
        first, second = repeated_bits(page)
        values = {"first": number(first, lang), "second": number(second, lang)}
        even = number(float(np.log2(page.bundle.model.config.vocab_size)), lang)
        return words(f"explain-repeat-{'same' if right == 0 else 'less'}", **values, even=even)

    options = [words.text(f"option-{name}") for name in ("same", "some", "half")]
    quiz.predict(
        f"repeat-{page.model}", Question(words.inline("question-repeat", count=REPEATED), options, answer, explain)
    )
