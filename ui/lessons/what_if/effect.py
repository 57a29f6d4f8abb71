"""Lesson 15: what the changes did to the next token, to the streams and to the text that follows."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from model import lens, zoo
from model.analysis.losses import most_likely
from model.what_if import experiment
from model.what_if.export import to_python
from ui.kit import comparison, figures, markup, tables
from ui.kit.numbers import number, percent
from ui.lessons.what_if import lab as what_if
from ui.lessons.what_if.lab import Lab, Run
from viz import what_if as charts

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

MOVED = 7  # candidates that moved most
TEXT = 12  # tokens that follow
KEPT = 24  # texts that a session remembers


def rows(lab: Lab, after: Run) -> tuple[list[str], np.ndarray]:
    """The likeliest tokens of both passes, by the larger of their two probabilities, and all others: names, and
    probabilities (2, n + 1)."""
    runs = np.stack([lab.before.chances, after.chances])
    ids = np.unique(most_likely(runs))
    ids = ids[np.argsort(-runs[:, ids].max(0), kind="stable")]
    return comparison.named(lab.page, runs, ids.tolist())


def moved(lab: Lab, after: Run) -> tuple[list[str], np.ndarray]:
    """Of all tokens those whose share moved most, and by how much."""
    change = after.chances - lab.before.chances
    ids = np.argsort(-np.abs(change), kind="stable")[:MOVED]
    ids = ids[change[ids] != 0]
    return lab.setting.tokenizer.strings(ids.tolist()), change[ids]


def aloud(lab: Lab, after: Run) -> None:
    words, lang, before = lab.words, lab.page.lang, lab.before
    was, now = map(markup.chip, lab.setting.tokenizer.strings([before.answer, after.answer]))
    values = {
        "was": was,
        "now": now,
        "p": percent(before.chances.max(), lang),
        "q": percent(after.chances.max(), lang),
        "left": percent(after.chances[before.answer], lang),
        "bits": number(lens.divergence(before.chances, after.chances), lang),
    }
    if not lab.experiment.changes:
        st.html(f'<div class="read">{words.inline("read-none", **values)}</div>')
        return
    same = np.array_equal(before.chances, after.chances)
    section = "read-same" if same else "read-kept" if before.answer == after.answer else "read-other"
    st.html(f'<div class="read">{words.inline(section, **values)}</div>{words("divergence", **values)}')


def distribution(lab: Lab, after: Run) -> None:
    """Before and after, the whole vocabulary; and beside it what moved most."""
    words, show = lab.words, partial(percent, lang=lab.page.lang)
    names, shares = rows(lab, after)
    tokens, change = moved(lab, after)
    sides = words.text("before"), words.text("after")
    left, right = st.columns([8, 5], gap="medium")
    with left:
        st.html(f'<p class="eyebrow">{words.inline("sides-title")}</p>')
        figures.show(charts.sides(names, shares, sides, show), "sides", words.text("sides-alt"))
    with right:
        st.html(f'<p class="eyebrow">{words.inline("movers-title")}</p>')
        if len(tokens):
            figure = charts.movers(tokens, change, partial(points, lang=lab.page.lang))
            figures.show(figure, "movers", words.text("movers-alt"))
        else:
            st.html(f'<p class="note">{words.inline("movers-none")}</p>')
    ids = np.argsort(-np.maximum(lab.before.chances, after.chances), kind="stable")[: tables.ROWS]
    columns = {words.text("col-token"): lab.setting.tokenizer.strings(ids.tolist())}
    values = lab.before.chances[ids], after.chances[ids], 100 * (after.chances - lab.before.chances)[ids]
    tables.twin(columns | dict(zip((*sides, words.text("col-moved")), values, strict=True)), "what-if")


def points(change: float, lang: str) -> str:
    """Percentage points, with their sign."""
    return ("+" if change > 0 else "") + number(100 * change, lang)


def streams(lab: Lab, after: Run) -> None:
    """Where the streams parted: layers by tokens."""
    words, lang, count = lab.words, lab.page.lang, len(after.distances) - 1
    apart = after.distances > charts.ROUNDING
    if not apart.any():
        st.html(f'<div class="read">{words.inline("parted-none")}</div>')
        return
    level = int(apart.any(1).argmax())
    first = words.text("at-embedding") if not level else words.text("at-layer", layer=level)
    last, least = percent(after.distances[-1, -1], lang), len(after.ids) - int(apart[-1].sum())
    values = {"first": first, "last": last, "token": markup.chip(lab.page.tokens[-1])}
    section = "parted-all" if not least else "parted-one" if least == 1 else "parted"
    st.html(f'<div class="read">{words.inline(section, **values, n=least)}</div>')
    levels = [words.text("embedding"), *map(str, range(1, count + 1))]
    tokens = lab.setting.tokenizer.strings(after.ids)
    chart = charts.parted(after.distances, tokens, levels, words.text("axis-layer"), partial(percent, lang=lang))
    figures.show(chart, "parted", words.text("parted-alt"))
    st.html(f'<p class="note">{words.inline("parted-note")}</p>')
    columns = {f"{i} {token}": after.distances[:, i - 1] for i, token in enumerate(tokens, 1)}
    tables.twin({words.text("axis-layer"): levels} | columns, "streams")


# ---------------------------------------------------------------- the text that follows


def texts(lab: Lab, after: Run, place: "DeltaGenerator") -> None:
    """How the text goes on before and after, a token at a time, into `place`."""
    words, made = lab.words, lab.experiment
    before: list[int] = []
    for before in _grown(lab, "none", lab.before.ids, lambda: ()):
        place.html(_line(lab, words.inline("before"), before, TEXT))
    for final in _grown(lab, f"{made}-{made.other}", after.ids, lambda: what_if.edits(lab)):
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, final, strict=False)))
        lines = ((words.inline("before"), before, TEXT), (words.inline("after"), final, same))
        place.html("".join(_line(lab, *line) for line in lines))


def _grown(lab: Lab, name: str, ids: list[int], edits: Callable[[], tuple]) -> Iterator[list[int]]:
    """The continuation as it grows; at once where this session has seen it to its end."""
    kept, key = st.session_state.setdefault("what-if-texts", {}), (lab.page.model, *lab.page.ids, name)
    if key not in kept:
        found: list[int] = []
        for token in experiment.continuation(lab.page.bundle.model, ids, edits(), TEXT):
            found.append(token)
            yield found
            if token in lab.setting.tokenizer.special:
                break
        while len(kept) >= KEPT:
            kept.pop(next(iter(kept)))
        kept[key] = found
    yield kept[key]


def _line(lab: Lab, name: str, ids: list[int], same: int) -> str:
    """A row of chips; from the first token that is another one on, they are outlined."""
    tokens = enumerate(lab.setting.tokenizer.strings(ids))
    chips = " ".join(markup.chip(token, "" if i < same else "selected") for i, token in tokens)
    return f'<p class="goes-on"><span class="eyebrow">{name}</span> {chips}</p>'


# ---------------------------------------------------------------- to take home


def export(lab: Lab) -> None:
    """The lines of Python that repeat the experiment, folded."""
    words = lab.words
    with st.expander(words.text("export")):
        st.html(words("export-note"))
        model = lab.page.model if lab.page.model in zoo.ENTRIES else words.text("own-model")
        st.code(to_python(lab.experiment, lab.setting, model, lab.page.text), language="python")
