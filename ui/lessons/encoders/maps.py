"""Lesson 14: one text read both ways and only back, the decoder that goes on with it, and who is used for what."""

import re
from dataclasses import dataclass
from itertools import islice

import numpy as np
import streamlit as st

import content
from model import generate, masks
from model.generate import Decoder
from model.sampling import Sampling
from model.trace import Trace
from ui import components
from ui.frame import quiz
from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit import cache, language, listing, markup, tables, url_state
from ui.kit.mounting import mount
from ui.kit.numbers import number, percent

KEEP = frozenset({"pattern"})
SOURCE = (masks.Bidirectional, masks.Causal)
LOOK = r"(\d{1,2})-(\d{1,2})"
GOING_ON = (Decoder, generate.stream)
FIRST = "She sat on the bank of the river"  # "river" comes after "bank", and says which bank it is
SIDES = ("encoder", "decoder")
MOST = 64  # tokens of the encoder: WordPiece may need more than the decoder's own
MEAN = -1  # as a head: the mean over all
STEPS = 12  # tokens that the decoder adds
LINK = {side: url_state.matching(LOOK) for side in SIDES}
MOVED = 1e-3  # of a vector's length: below it, two passes of different length agree


# ---- the two maps


@dataclass(frozen=True)
class Look:
    """What is looked at in one model. layer and head from 0, head MEAN for all."""

    layer: int
    head: int

    def weights(self, trace: Trace) -> np.ndarray:
        """(T, T): what each token gives to each."""
        pattern = trace.layers[self.layer].pattern
        return pattern.mean(0) if self.head == MEAN else pattern[self.head]

    def name(self, trace: Trace, words: language.Words) -> str:
        heads = len(trace.layers[self.layer].pattern)
        where = {"layer": self.layer + 1, "head": self.head + 1, "heads": heads}
        return words.text("where-mean" if self.head == MEAN else "where-head", **where)


def traces(page: Page) -> tuple[Trace, Trace]:
    """The same text in the encoder and in the decoder."""
    return encoder_trace(page), page.trace(KEEP)


def encoder_trace(page: Page) -> Trace:
    encoder = cache.bundle("minilm")
    return cache.trace(encoder, encoder.tokenizer.encode(page.text)[:MOST], KEEP)


def ahead(weights: np.ndarray) -> float:
    """The share of the weight, (…, T, T), that goes to later tokens."""
    return float(np.triu(weights, 1).sum(-1).mean())


def liveliest(trace: Trace) -> Look:
    """The layer that rests least on the first token, where heads go that have found nothing."""
    return Look(int(np.argmin([layer.pattern[..., 0].mean() for layer in trace.layers])), MEAN)


def start(side: str, trace: Trace) -> Look:
    """What the link says ("4-2": layer 4, head 2; head 0 for the mean), if the model has it."""
    found = re.fullmatch(LOOK, st.query_params.get(side, ""))
    asked = [int(found[1]) - 1, int(found[2]) - 1] if found else None
    return looked(asked, trace) or liveliest(trace)


def looked(asked: object, trace: Trace) -> Look | None:
    match asked:
        case [int(layer), int(head)]:
            heads = len(trace.layers[0].pattern)
            return Look(layer, head) if 0 <= layer < len(trace.layers) and MEAN <= head < heads else None
    return None


@st.fragment
def maps(page: Page, bundle, both: tuple[Trace, Trace]) -> None:
    """Both maps, what they say in a sentence, and their numbers."""
    words, cards = page.words, (bundle.card, page.bundle.card)
    starts = [start(side, trace) for side, trace in zip(SIDES, both, strict=True)]
    data = components.pack(**{side: patterns(trace) for side, trace in zip(SIDES, both, strict=True)})
    for side, trace, card, look in zip(SIDES, both, cards, starts, strict=True):
        data[side] = {"title": card.title, "tokens": list(trace.tokens), "start": [look.layer, look.head]}
    data |= {"part": "maps", "lang": page.lang, "words": content.load(page.lang, "encoders")}
    reported = mount(page, "encoders", "maps", data, reports=("look",)).look or {}
    looks = [looked(reported.get(side), trace) or one for side, trace, one in zip(SIDES, both, starts, strict=True)]
    about = said(bundle, both, looks, words)
    st.html(f'<div class="read">{words.inline("maps-reading", **about)}</div>{words("maps-text", **about)}')
    with st.container(gap=None):
        listing.show(*SOURCE)
        tables.twin(table(both, looks, cards, words), "both-ways")


def patterns(trace: Trace) -> np.ndarray:
    """The weights of every head: (L, H, T, T)."""
    return np.stack([layer.pattern for layer in trace.layers])


def said(bundle, both: tuple[Trace, Trace], looks: list[Look], words: language.Words) -> dict[str, str]:
    """The shares of weight that go to later tokens, under these looks and over the whole encoder."""
    lang, (first, second) = words.lang, both
    weights = looks[0].weights(first)
    closing = np.isin(first.token_ids, list(bundle.tokenizer.special))
    shares = {
        "both": ahead(weights),
        "back": ahead(looks[1].weights(second)),
        "closing": float((np.triu(weights, 1) * closing).sum(-1).mean()),
        "all": ahead(patterns(first)),
        "even": (len(weights) - 1) / (2 * len(weights)),
    }
    where = {side: look.name(trace, words) for side, look, trace in zip(SIDES, looks, both, strict=True)}
    counts = {"tokens": len(weights), "layers": len(first.layers), "heads": len(first.layers[0].pattern)}
    return {name: percent(share, lang) for name, share in shares.items()} | counts | where


def table(both, looks: list[Look], cards, words: language.Words) -> dict[str, list]:
    """Every weight of the two maps; what the mask hides is not in it."""
    rows = []
    for trace, look, card in zip(both, looks, cards, strict=True):
        weights, named = look.weights(trace), f"{card.title}, {look.name(trace, words)}"
        places = np.ndindex(weights.shape) if card is cards[0] else zip(*np.tril_indices(len(weights)), strict=True)
        rows += [(named, trace.tokens[q], trace.tokens[k], float(weights[q, k])) for q, k in places]
    names = map(words.text, ("col-model", "col-reader", "col-word", "col-weight"))
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


# ---- what comes later, and who notices


def moved(name: str, text: str, more: str, limit: int) -> tuple[str, float]:
    """By how much of its length a vector changes when words are added to the text: the token of the text with the
    largest change, and the change."""
    bundle = cache.bundle(name)
    before, after = (
        cache.trace(bundle, bundle.tokenizer.encode(each)[:limit], {"final"}) for each in (text, text + more)
    )
    same = np.cumprod(before.token_ids == np.resize(after.token_ids, len(before.token_ids))).astype(bool)
    old, new = before.final[same], after.final[: same.sum()]
    change = np.linalg.norm(new - old, axis=-1) / np.linalg.norm(old, axis=-1)
    return before.tokens[int(change.argmax())], float(change.max())


def ask_ahead(page: Page, bundle) -> None:
    """Words are added at the end: in which model do the vectors before them change?"""
    words, more = page.words, page.words.text("added")
    titles = bundle.card.title, page.bundle.card.title
    options = [*(words.text("only", model=title) for title in titles), words.text("in-both"), words.text("in-none")]

    def changes() -> list[tuple[str, float]]:
        limit = len(page.ids) + MOST
        return [moved("minilm", page.text, f" {more}", limit), moved(page.model, page.text, f" {more}", limit)]

    def answer() -> int:
        which = tuple(change > MOVED for _, change in changes())
        return {(True, False): 0, (False, True): 1, (True, True): 2, (False, False): 3}[which]

    def explain(chosen: int, right: int) -> str:
        (token, change), (_, other) = changes()
        values = {"token": markup.chip(token), "change": percent(change, page.lang), "other": percent(other, page.lang)}
        return words("explain-ahead", more=more, **values)

    question = words.inline("question-ahead", text=markup.user_text(page.text), more=more)
    quiz.predict(f"ahead-{page.model}-{page.text}", Question(question, options, answer, explain))


# ---- going on


def continuing(page: Page, bundle) -> None:
    """The decoder adds tokens, one by one as they are found; the encoder cannot, and says why."""
    words, lang = page.words, page.lang
    left, right = st.columns(2, gap="large")
    if bundle:
        right.html(f"<h3>{words.inline('encoder-title')}</h3>{words('encoder-stops', **stops(page, bundle))}")
    with left:
        title = words.inline("decoder-title", model=page.bundle.card.title)
        st.html(f"<h3>{title}</h3>{words('decoder-goes', steps=STEPS)}")
        added = grown(page, st.empty())
        chances = [chance for _, chance in added]
        about = {"first": percent(chances[0], lang), "least": percent(min(chances), lang)} if added else {}
        st.html(f'<p class="note">{words.inline("decoder-note", **about)}</p>' if added else words("decoder-full"))


def grown(page: Page, place) -> list[tuple[int, float]]:
    """The likeliest tokens that follow, with their probabilities; drawn while they are found, then kept."""
    key, model = (page.model, tuple(page.ids)), page.bundle.model
    kept = st.session_state.get("encoders-grown")
    if kept is None or kept[0] != key:
        added = []
        for step in islice(generate.stream(model, page.ids, sampling=Sampling(temperature=0)), STEPS):
            added.append((step.token, float(step.stages.base[step.token])))
            place.html(chips(page, added))
        st.session_state["encoders-grown"] = kept = key, added
    place.html(chips(page, kept[1]))
    return kept[1]


def chips(page: Page, added: list[tuple[int, float]]) -> str:
    new = page.bundle.tokenizer.strings([token for token, _ in added])
    return f"<p>{' '.join([*map(markup.chip, page.tokens), *(markup.chip(token, 'on') for token in new)])}</p>"


def stops(page: Page, bundle) -> dict[str, str]:
    config, trace = bundle.model.config, encoder_trace(page)
    try:
        Decoder(bundle.model)
    except ValueError as refusal:
        return {
            "tokens": number(len(trace.tokens), page.lang),
            "width": number(config.width, page.lang),
            "vocabulary": number(config.vocab_size, page.lang),
            "refusal": str(refusal),
        }
    raise AssertionError("an encoder that decodes")


def uses(words: language.Words) -> None:
    """Where each of the three kinds is used."""
    for column, kind in zip(st.columns(3, gap="large"), ("encoder", "decoder", "pair"), strict=True):
        with column:
            st.html(f"<h3>{words.inline(f'use-{kind}-title')}</h3>{words(f'use-{kind}')}")
