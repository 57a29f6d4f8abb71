"""Lesson 3: what the component `loop` draws of a session's texts, the arithmetic, and the questions."""

import math
from collections.abc import Callable, Sequence
from itertools import islice

import numpy as np
import streamlit as st
from babel.numbers import format_decimal
from markupsafe import Markup

import content
from model import generate, sampling
from model.analysis import text_tree
from model.generate import stream
from model.sampling import Sampling
from ui.kit import cache, markup, tables, url_state
from ui.kit.mounting import mount
from ui.kit.numbers import number, percent
from ui.lessons.step_by_step.generation import HOTTEST, LAST_SEED, LIMIT, Growth, growth
from ui.lessons.step_by_step.lanes import lanes

SOURCE = (generate.stream, sampling.draw, generate.beam_search)
FACES = 1000  # of the dice, as they are shown
TEXT = 12  # tokens of the texts that are compared by seed
BEAM, WIDTHS = 8, (2, 3, 4)  # steps and widths of beam search
LINK = {
    "path": url_state.matching(rf"\d{{1,8}}(\.\d{{1,8}}){{0,{LIMIT - 1}}}"),  # the ids of the tokens
    "temperature": url_state.between(0, HOTTEST),
    "seed": url_state.integer_between(LAST_SEED, first=0),
    "beams": url_state.one_of(*WIDTHS),
}
START = 6  # last tokens of the text that a search started from, shown
SAME = 1 + 1e-6  # times as likely: below it, two sums differ by rounding only
AFTER, RUN = 16, 5  # tokens after a forced one; equal tokens in a row that count as the same words again
TERMS = 2, 3  # of a long product, the first and the last that are written out
GREEDY = Sampling(temperature=0)


# ---- the loop


def drawn(grown: Growth) -> dict:
    """What the component draws: the text, the candidates with the tail, the tree."""
    reading, strings, nodes = grown.reading(), grown.bundle.tokenizer.strings, grown.tree.nodes
    candidates = zip(reading.ids, strings(reading.ids), reading.base, reading.chances, strict=True)
    last = nodes[grown.at].token
    return {
        "turn": grown.turn,
        "prompt": strings(grown.ids),
        "nodes": {
            "parent": [node.parent for node in nodes],
            "id": [node.token for node in nodes],
            "token": ["", *strings([node.token for node in nodes[1:]])],
            "p": [node.probability for node in nodes],
            "forced": [node.forced for node in nodes],
            "lane": lanes(grown.tree),
        },
        "at": grown.at,
        "candidates": [{"id": id, "token": token, "p": p, "q": q} for id, token, p, q in candidates],
        "drawn": reading.drawn,
        "rank": reading.rank,
        "others": {
            "count": reading.size - len(reading.ids),
            "p": max(0.0, 1 - sum(reading.base)),
            "q": max(0.0, 1 - sum(reading.chances)),
        },
        "temperature": grown.temperature,
        "seed": grown.seed,
        "hottest": HOTTEST,
        "lastSeed": LAST_SEED,
        "limit": LIMIT,
        "full": grown.step >= LIMIT,
        "ended": last in grown.bundle.tokenizer.special,
    }


@st.fragment
def figure(page) -> None:
    """The loop, its numbers as a table, and the arithmetic of the step that is shown."""
    grown = growth(page)

    def obey() -> None:
        grown.obey(st.session_state.loop.order)

    _mount("loop", page, drawn(grown), obey)
    st.html(f"<h2>{page.words.inline('sums', n=grown.step + 1)}</h2>{sums(grown, page.words)}")
    tables.twin(table(grown, page.words), "text")


def _mount(view: str, page, data: dict, obey) -> None:
    shared = {"view": view, "lang": page.lang, "words": content.load(page.lang, "step_by_step")}
    mount(page, "step_by_step", view, {**shared, **data}, on_order_change=obey)


def table(grown: Growth, words) -> dict[str, list]:
    """The text after the prompt, a token a row."""
    path = [grown.tree.nodes[node] for node in grown.tree.path(grown.at)]
    ids = [node.token for node in path]
    return {
        words.text("column-step"): list(range(1, len(path) + 1)),
        words.text("column-token"): grown.bundle.tokenizer.strings(ids),
        words.text("column-id"): ids,
        words.text("column-probability"): [node.probability for node in path],
        words.text("column-taken"): [words.text("taken-forced" if node.forced else "taken-drawn") for node in path],
    }


def sums(grown: Growth, words) -> Markup:
    """How the drawn token gets its probability, and the text the product of all."""
    reading, lang = grown.reading(), words.lang
    chosen = reading.ids.index(reading.drawn)
    token = grown.bundle.tokenizer.strings([reading.drawn])[0]
    score, best = number(reading.logits[chosen], lang), number(reading.best, lang)
    power = f"{score} − {best}" if reading.best >= 0 else f"{score} + {number(-reading.best, lang)}"
    below = reading.logits[chosen] - reading.best
    lines = [_share(token, power, below, reading.totals[0], lang)]
    if grown.temperature not in (0, 1):
        heat = format_decimal(grown.temperature, "0.0", locale=lang)
        hot = f"({power}) ÷ {heat}", below / grown.temperature, reading.totals[1]
        lines.append(_share(token, *hot, lang, " " + words.inline("drawn-share", t=heat)))
    shares = [grown.tree.nodes[node].probability for node in grown.tree.path(grown.at)]
    together = grown.tree.log_probability(grown.at)
    note = words("sums-first") if not shares else words("sums-text", n=len(shares))
    if shares:
        whole = words.inline("text")
        product = number(math.exp(together), lang)
        lines.append(f"p({whole}) = {_terms([number(p, lang) for p in shares], ' × ')} = <b>{product}</b>")
        logs = _terms([number(-math.log(max(p, 1e-300)), lang) for p in shares], " − ")
        lines.append(f"ln p({whole}) = −{logs} = <b>{number(together, lang)}</b>")
    arith = "".join(f"<p>{line}</p>" for line in lines)
    head = words("sums-token", n=number(reading.size, lang), best=best)
    return Markup(f'{head}<div class="arith">{arith}</div>{note}')


def _share(token: str, power: str, exponent: float, total: float, lang: str, at: str = "") -> str:
    """One line of the softmax, with its numbers."""
    part = math.exp(exponent)
    numbers = f"{number(part, lang)} ÷ {number(total, lang)}"
    return f"p({markup.chip(token)}){at} = e<sup>{power}</sup> ÷ Σ = {numbers} = <b>{percent(part / total, lang)}</b>"


def _terms(terms: list[str], sign: str) -> str:
    first, last = TERMS
    if len(terms) > first + last + 1:
        terms = [*terms[:first], "…", *terms[-last:]]
    return sign.join(terms)


# ---- the same seed again


@st.fragment
def proof(page) -> None:
    """Three texts from the prompt, written on demand: a seed, the same seed again, another seed."""
    grown = growth(page)

    def obey() -> None:
        found = compare(grown.bundle, grown.ids, grown.temperature, grown.seed)
        grown.proof = {"turn": grown.proof["turn"] + 1, **found}

    _mount("proof", page, {"tokens": TEXT, "faces": FACES, **grown.proof}, obey)


def compare(bundle, ids: list[int], temperature: float, seed: int) -> dict:
    """Nothing is shared between the three: each has a decoder of its own and reads the prompt anew."""

    def text(seed: int) -> dict:
        steps = list(islice(stream(bundle.model, ids, sampling=Sampling(temperature), seed=seed), TEXT))
        return {
            "seed": seed,
            "id": [step.token for step in steps],
            "token": bundle.tokenizer.strings([step.token for step in steps]),
            "p": [float(step.stages.base[step.token]) for step in steps],
            "dice": [dice(seed, step) for step in range(TEXT)],
        }

    first, again, other = text(seed), text(seed), text(seed + 1 if seed < LAST_SEED else 0)
    return {
        "rows": [first, again, other],
        "equal": [sum(a == b for a, b in zip(first["id"], row["id"], strict=True)) for row in (again, other)],
        "difference": float(np.abs(np.subtract(first["p"], again["p"])).max()),
        "temperature": temperature,
    }


def dice(seed: int, step: int) -> int:
    """The number thrown for a step, from 0 to FACES - 1: what a draw among equals gives."""
    return sampling.draw(np.full(FACES, 1 / FACES), seed=seed, step=step)


# ---- greedy and beam


@st.fragment
def beams(page) -> None:
    """Beam search and greedy from the text of the figure, on demand."""
    grown = growth(page)

    def obey() -> None:
        width = st.session_state.beams.order.get("width")
        if width in WIDTHS:
            grown.beams = {"turn": grown.beams["turn"] + 1, **searched(grown.bundle, grown.text, width)}

    asked = url_state.count("beams", 0)
    if "ends" not in grown.beams and asked in WIDTHS:
        grown.beams = {"turn": 0, **searched(grown.bundle, grown.text, asked)}
    texts = float(page.bundle.model.config.vocab_size) ** BEAM
    _mount("beams", page, {"widths": WIDTHS, "steps": BEAM, "texts": texts, **grown.beams}, obey)


def searched(bundle, ids: list[int], width: int) -> dict:
    """What the component draws of beam search and greedy decoding."""
    found = text_tree.search(bundle.model, ids, width=width, length=BEAM)
    tree, strings, beams = found.tree, bundle.tokenizer.strings, [beam.tokens for beam in found.beams]
    return {
        "width": width,
        "start": strings(ids[-START:]),
        "cut": len(ids) > START,
        "nodes": {
            "parent": [node.parent for node in tree.nodes],
            "token": ["", *strings([node.token for node in tree.nodes[1:]])],
            "p": [node.probability for node in tree.nodes],
            "lane": lanes(tree),
        },
        "ends": [
            {"node": end, "sum": found.log_probabilities[text], "rank": beams.index(text) + 1 if text in beams else 0}
            for text, end in found.ends.items()
        ],
        "greedy": tree.path(found.ends[found.greedy]),
        "left": found.dropped,
        "gain": found.gain,
    }


# ---- the questions


def likelier(page) -> tuple[Callable[[], int], Callable[[int, int], str]]:
    """Is greedy's text the likeliest? Answer and explanation, for ui.frame.quiz."""

    def found() -> dict:
        width = WIDTHS[-1]
        name = f"beams-{width}"
        key = cache.Key(name, page.model, tuple(page.ids))
        return cache.result(key, lambda: searched(page.bundle, page.ids, width))

    def answer() -> int:
        return int(found()["gain"] > SAME)

    def explain(chosen: int, right: int) -> str:
        data = found()
        best = next(end for end in data["ends"] if end["rank"] == 1)
        greedy = next(end for end in data["ends"] if end["node"] == data["greedy"][-1])
        return page.words(
            "explain-likelier" if right else "explain-likeliest",
            greedy=_chips(data, greedy["node"]),
            best=_chips(data, best["node"]),
            p=number(math.exp(greedy["sum"]), page.lang),
            q=number(math.exp(best["sum"]), page.lang),
            gain=number(data["gain"], page.lang),
        )

    return answer, explain


def _chips(data: dict, node: int) -> Markup:
    tokens = []
    while node:
        tokens.append(data["nodes"]["token"][node])
        node = data["nodes"]["parent"][node]
    return Markup(" ".join(map(markup.chip, reversed(tokens))))


def returns(page) -> tuple[list[Markup], Callable[[], int], Callable[[int, int], str]]:
    """Greedy after the second candidate instead of the first: do the same words come back? The two candidates, answer
    and explanation."""
    two = growth(page).reading(0).ids[:2]

    def found() -> list[list[int]]:
        name = f"greedy-{two[0]}-{two[1]}"
        return cache.result(
            cache.Key(name, page.model, tuple(page.ids)), lambda: [greedy(page, token) for token in two]
        )

    def answer() -> int:
        return int(longest_run(*found())[2] < RUN)

    def explain(chosen: int, right: int) -> str:
        first, second = found()
        *starts, length = longest_run(first, second)
        texts = [_marked(page, text, start, length) for text, start in zip((first, second), starts, strict=True)]
        section = "explain-no-return" if right else "explain-return"
        return page.words(section, first=texts[0], second=texts[1], n=length, after=AFTER)

    return [markup.chip(token) for token in page.bundle.tokenizer.strings(two)], answer, explain


def greedy(page, token: int) -> list[int]:
    """This token after the prompt, and AFTER more that greedy takes."""
    steps = stream(page.bundle.model, page.ids, sampling=GREEDY, force={0: token})
    return [step.token for step in islice(steps, AFTER + 1)]


def longest_run(first: Sequence[int], second: Sequence[int]) -> tuple[int, int, int]:
    """The longest run of tokens that both texts have: where it begins in each, and its length."""
    best, before = (0, 0, 0), [0] * (len(second) + 1)
    for i, token in enumerate(first):
        now = [0] + [before[j] + 1 if token == other else 0 for j, other in enumerate(second)]
        best = max([best, *((i + 1 - n, j - n, n) for j, n in enumerate(now))], key=lambda run: run[2])
        before = now
    return best


def _marked(page, text: list[int], start: int, length: int) -> Markup:
    """A text as chips, the run that it shares with the other one in green."""
    marks = ["on" if length >= RUN and start <= i < start + length else "" for i in range(len(text))]
    tokens = page.bundle.tokenizer.strings(text)
    return Markup(" ".join(markup.chip(token, mark) for token, mark in zip(tokens, marks, strict=True)))
