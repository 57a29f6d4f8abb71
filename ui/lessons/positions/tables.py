"""Lesson 10, first half, on MiniLM: a sentence without positions, and positions as the rows of a table."""

import re
from dataclasses import dataclass

import numpy as np
import streamlit as st
import torch
from markupsafe import Markup

from model import hf, lens, sampling, transformer
from model.positions import Learned, Sinusoidal
from model.trace import Trace
from model.transformer import Transformer
from ui.kit import cache, language, markup, url_state
from ui.kit.numbers import number, percent
from ui.lessons.attention import readings

SOURCE = (Learned, Sinusoidal)
MOST = 256  # tokens of MiniLM that are read
SHOWN = 64  # rows of the sinusoidal table that are drawn
EVERY = 4  # of the rows that are compared, one in so many
DECODER = ("same", "shares", "other")  # what may become of a prediction
SAME = 1e-4  # in a number of a sentence's vector or in a probability: below it, two sums differ by rounding
ORDER = r"(swap|shuffle)-(\d{1,4})"
LINK = {"order": url_state.matching(ORDER), "row": url_state.integer_between(9999, first=0)}


@dataclass(frozen=True)
class Bag:
    """A sentence as written and in another order. Sentence vectors (D,): the mean of all tokens' final vectors."""

    tokens: list[str]
    order: list[int]  # which token stands at each place now
    table: tuple[np.ndarray, np.ndarray]  # with the table of positions: as written, rearranged
    bare: tuple[np.ndarray, np.ndarray]  # without it


def asked() -> tuple[str, int]:
    """The order of the link, "swap-1" or "shuffle-3": a way and a seed. Anything else is the first swap."""
    found = re.fullmatch(ORDER, st.query_params.get("order", ""))
    return (found[1], int(found[2])) if found else ("swap", 0)


def ask(way: str) -> None:
    """The next order of this way, into the link."""
    now, seed = asked()
    st.query_params["order"] = f"{way}-{seed + 1 if now == way else 1}"


def order(trace: Trace, fixed: np.ndarray, way: str, seed: int) -> list[int]:
    """Another order of the tokens: two exchanged, or all shuffled; `fixed` (T,) bool stay. The swap of seed 0 takes the
    first and the last word that mean something."""
    place = np.arange(len(fixed))
    loose, chance = np.flatnonzero(~fixed), np.random.default_rng(seed)
    if len(loose) < 2:
        return place.tolist()
    if way == "shuffle":
        place[loose] = chance.permutation(loose)
        return place.tolist()
    known = np.flatnonzero(readings.content_words(trace) & ~fixed)
    ends = known if len(known) > 1 else loose
    pair = [ends[0], ends[-1]] if seed == 0 else chance.choice(loose, 2, replace=False)
    place[pair] = place[pair[::-1]]
    return place.tolist()


def bag(bundle, text: str, way: str, seed: int) -> Bag:
    ids = bundle.tokenizer.encode(text)[:MOST]
    tokens = bundle.tokenizer.strings(ids)
    fixed = np.isin(ids, list(bundle.tokenizer.special))
    found = order(Trace(tuple(tokens), np.array(ids), ()), fixed, way, seed)

    def compute() -> list[tuple[np.ndarray, np.ndarray]]:
        models = (bundle.model, hf.variant(bundle.model, position="none"))
        return [(sentence(model, ids), sentence(model, [ids[i] for i in found])) for model in models]

    table, bare = cache.result(cache.Key(f"bag-{way}-{seed}", "minilm", tuple(ids)), compute)
    return Bag(tokens, found, table, bare)


def sentence(model: Transformer, ids: list[int]) -> np.ndarray:
    return transformer.run(model, ids, [""] * len(ids), keep={"final"}).final.mean(0)


def cosine(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Of vectors along the last axis."""
    return (a * b).sum(-1) / (np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1))


def orders(found: Bag, words: language.Words) -> Markup:
    """Both orders as chips, the moved tokens outlined."""
    lines = (("as-written", range(len(found.order))), ("rearranged", found.order))

    def chips(places) -> str:
        return " ".join(
            markup.chip(found.tokens[j], "selected" if found.order[i] != i else "") for i, j in enumerate(places)
        )

    return Markup(
        "".join(f'<p class="eyebrow">{words.inline(name)}</p><p>{chips(places)}</p>' for name, places in lines)
    )


def reading(found: Bag, words: language.Words) -> Markup:
    """What the two models made of the other order."""
    if all(found.tokens[i] == found.tokens[j] for i, j in enumerate(found.order)):
        return words.inline("bag-no-order")
    with_table, without = (
        {"cosine": cosine(a, b), "difference": np.abs(a - b).max()} for a, b in (found.table, found.bare)
    )
    return words.inline(
        "bag-reading",
        cosine=number(with_table["cosine"], words.lang),
        difference=number(with_table["difference"], words.lang),
        bare=number(without["cosine"], words.lang),
        rounding=number(without["difference"], words.lang),
        width=len(found.bare[0]),
    )


def ask_decoder(page, trace: Trace) -> tuple | None:
    """The decoder without its rotation: does it still notice two earlier words that change places? Question, options,
    answer, explanation; None where there are no two."""
    words, lang, last = page.words, page.lang, len(page.ids) - 1
    fixed = np.arange(len(page.ids)) == last  # the last token stays: the next one is predicted from it
    found = order(trace, fixed, "swap", 0)
    moved = [i for i, j in enumerate(found) if i != j]
    if not moved or page.ids[moved[0]] == page.ids[moved[1]]:
        return None

    def shares() -> tuple[np.ndarray, np.ndarray]:
        def compute() -> list[np.ndarray]:
            model = hf.variant(page.bundle.model, position="none")
            texts = (page.ids, [page.ids[i] for i in found])
            traces = [transformer.run(model, ids, page.tokens, keep={"final"}) for ids in texts]
            return [sampling.softmax(lens.next_logits(model, trace)) for trace in traces]

        return cache.result(cache.Key("decoder", page.model, tuple(page.ids)), compute)

    def answer() -> int:
        before, after = shares()
        if np.abs(before - after).max() < SAME:
            return 0
        return 1 if before.argmax() == after.argmax() else 2

    def explain(chosen: int, right: int) -> str:
        before, after = shares()
        first, second = int(before.argmax()), int(after.argmax())
        one, two = page.bundle.tokenizer.strings([first, second])
        return words(
            f"explain-decoder-{DECODER[right]}",
            first=markup.chip(one),
            second=markup.chip(two),
            p=percent(before[first], lang),
            q=percent(after[second], lang),
            bits=number(lens.divergence(before, after), lang),
        )

    one, two, end = (markup.chip(page.tokens[i]) for i in (*moved[:2], last))
    question = words.inline("question-decoder", model=page.bundle.card.title, one=one, two=two, last=end)
    return question, [words.text(f"decoder-{name}") for name in DECODER], answer, explain


# ---- tables of positions


def table(bundle) -> np.ndarray:
    """MiniLM's own, trained: (rows, D)."""
    return bundle.model.position.table.weight.detach().float().cpu().numpy()


def sinusoidal(bundle) -> np.ndarray:
    """The computed table of 2017, in MiniLM's width and with as many rows."""
    rows = Sinusoidal(bundle.model.config)(torch.arange(bundle.model.config.context))
    return rows.rows.numpy()


def similarity(rows: np.ndarray) -> np.ndarray:
    """The cosine of every EVERY-th row with every other."""
    few = rows[::EVERY]
    return cosine(few[:, None], few[None])


def look_up(bundle, row: int, words: language.Words) -> Markup:
    """Asks the model for one row of its table. Behind the last one the model has nothing to give, and says so."""
    lang = words.lang
    try:
        found = bundle.model.position(torch.tensor([row], device=bundle.model.device)).rows[0].cpu().numpy()
    except ValueError as error:
        last = number(bundle.model.config.context - 1, lang)
        notice = words("row-missing", row=number(row, lang), last=last, error=markup.span(str(error), "mono"))
        return Markup(f'<div class="notice" role="status">{notice}</div>')
    likeness = cosine(table(bundle), found)
    likeness[row] = -1
    near = int(likeness.argmax())
    return words(
        "row-found",
        row=number(row, lang),
        width=len(found),
        first=(", " if lang == "en" else "; ").join(number(x, lang) for x in found[:3]),
        near=number(near, lang),
        cosine=number(likeness[near], lang),
    )
