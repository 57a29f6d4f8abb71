"""The lesson on the page: the grid of a pattern, its cost, and the model that reads under it."""

import numpy as np
import streamlit as st
from markupsafe import Markup

from model import lens, masks
from model.analysis.losses import Predictions, bits_per_byte
from model.edits import UseMask
from ui import components
from ui.frame.page import Page
from ui.kit import comparison, figures, listing, markup, tables
from ui.kit.folded import folded
from ui.kit.language import Words
from ui.kit.mounting import mount
from ui.lessons.sparse import readings
from ui.lessons.sparse.readings import COMPARED, FULL, LENGTHS, PATTERNS, Choice, Compared
from viz import sparse as charts

BESIDE = ("sliding", "sink")  # as many scores, compared wherever one of them is chosen


def show_grid(page: Page) -> Choice:
    """The mask of a pattern, to be chosen there.

    Keys: part; tokens (T strings); wide: positions of a second grid, 0 for none; patterns, sizes; start: pattern and
    size; layers, heads: of the model. Arrays: rows, reach and, for the second grid, wideRows, wideReach: see
    readings.patterns.
    """
    config, start = page.bundle.model.config, readings.linked_choice(st.query_params)
    few = len(page.ids) < readings.FEW
    rows, reach = readings.patterns(len(page.ids), config.layers)
    arrays = {"rows": rows, "reach": reach}
    if few:
        arrays["wideRows"], arrays["wideReach"] = readings.patterns(readings.WIDE, config.layers)
    data = {
        **components.pack(**arrays),
        "part": "grid",
        "tokens": page.names,
        "wide": readings.WIDE if few else 0,
        "patterns": PATTERNS,
        "sizes": readings.SIZES,
        "start": vars(start),
        "layers": config.layers,
        "heads": config.heads,
    }
    choice = readings.reported_choice(st.session_state.get("grid", {}).get("choice"), start)
    mount(page, "sparse", "grid", data, columns=readings.table(page, choice), reports=("choice",))
    rules = (masks.windowed, masks.Sliding) if choice.pattern == "alternating" else (type(choice.rules(1)[0]),)
    listing.show(*rules, UseMask, masks.reach)
    return choice


def show_sketches(page: Page) -> None:
    """What course notes often draw of these patterns, beside what they are, counted on the prompt. Only where it has
    more than one block."""
    length = len(page.ids)
    size = 16 if length >= readings.FEW else 4
    if length <= size:
        return
    strided, fixed, at = masks.Strided(size), masks.Fixed(size), np.array([6, length - 1])
    blocks = masks.Documents(tuple(i // size for i in range(length)))
    counts = {
        "seven": masks.Causal().keys_per_query(at)[0],
        "four": masks.Sliding(4).keys_per_query(at)[0],
        "strided": strided.keys_per_query(at)[1],
        "window": masks.Sliding(size).keys_per_query(at)[1],
        "fixed": fixed.keys_per_query(at)[1],
        "block": blocks.keys_per_query(at[1:])[0],
        "layers": masks.reach((fixed,) * length, length)[-1, 0],
    }
    shown = {name: int(count) for name, count in counts.items()} | {"n": length, "size": size}
    ends = {name: markup.chip(page.names[i]) for name, i in (("first", 0), ("last", -1))}
    page.said("said-patterns", **shown, **ends)


def show_costs(page: Page, choice: Choice) -> None:
    """How many scores a pattern needs as a text grows."""
    words, text, counts = page.words, page.words.text, readings.score_counts(choice.size)
    page.heading("cost-title", words("cost"))
    longest, full, own = int(LENGTHS[-1]), float(counts["full"][-1]), float(counts[choice.pattern][-1])
    growth = own / counts[choice.pattern][-2]  # from half as many tokens
    values = {"longest": longest, "full": full, "own": own, "less": full / own, "growth": growth}
    shown = {name: words.number(x) for name, x in values.items()} | {"pattern": choice.name(words)}
    page.read(words.inline("cost-reading-full" if choice.pattern == "full" else "cost-reading", **shown))
    curves = {Choice(pattern, choice.size).name(words): counts[pattern] for pattern in PATTERNS}
    curves[text("name-root")] = counts["root"]
    here = len(page.ids), choice.score_count(len(page.ids))
    titles = text("col-length"), text("col-scores")
    chart = charts.curves(LENGTHS, curves, choice.name(words), here, titles, words.number)
    figures.show(chart, "cost-lines", text("cost-alt"), {titles[0]: LENGTHS} | curves)
    page.note(words.inline("cost-note"))
    page.note(words.inline("cost-today"))


def show_losses(page: Page, choice: Choice) -> None:
    """What the model makes of the passage under the pattern: the loss of every token, and what comes next.

    Keys: part; tokens (T strings); before, after: the surprisals (T - 1) in bits, with nothing hidden and with the
    pattern.
    """
    words, text = page.words, page.words.text
    waiting = st.empty()
    waiting.html(markup.note(words.inline("reading-now"), live=True))
    before, after = readings.predictions(page, FULL), readings.predictions(page, choice)
    values = _values(page, choice, before, after)
    waiting.empty()
    same = not choice.hides(len(page.ids))
    page.read(words.inline("loss-same" if same else "loss-reading", **values))
    page.note(words.inline("loss-unit"))
    data = {"part": "losses", "tokens": page.names, "before": before.bits.tolist(), "after": after.bits.tolist()}
    names = text("full"), choice.name(words)
    columns = {text("col-token"): page.names[1:]}
    columns |= {text("col-surprisal", pattern=name): x.bits for name, x in zip(names, (before, after), strict=True)}
    mount(page, "sparse", "losses", data, columns=columns)
    if not same:
        st.html(words("weight-kept" if choice.pattern == "sink" else "weight", **values))
    if not same and choice.pattern in BESIDE:
        st.html(_beside(page, choice))
    page.heading("next-title", words("next-same" if same else "next", **values), level=3)
    folded(text("next-figure"), "next-folded", lambda: _next(page, before, after, names))


def _next(page: Page, before: Predictions, after: Predictions, names: tuple[str, str]) -> None:
    """The likeliest next tokens under both patterns."""
    text, (rows, probabilities) = page.words.text, comparison.top_tokens(page, before, after)
    columns = {text("col-token"): rows} | dict(zip(names, probabilities, strict=False))
    figures.show(charts.pair(rows, probabilities, names, page.words.percent), "next", text("next-alt"), columns)


def _beside(page: Page, choice: Choice) -> Markup:
    """The window alone and the window with the first token, of this size, side by side."""
    words, full = page.words, readings.loss(page, FULL)
    bare, kept = (readings.loss(page, Choice(pattern, choice.size)) for pattern in BESIDE)
    values = {"bare": words.number(bare), "kept": words.number(kept)}
    if bare - kept <= readings.NOISE:
        return words("beside-no", **values)
    return words("beside", **values, back=words.percent((bare - kept) / (bare - full)))


def _values(page: Page, choice: Choice, before: Predictions, after: Predictions) -> dict[str, object]:
    """Both passes in words: what the sentences of the page are filled with."""
    words, tokenizer, p, q = page.words, page.bundle.tokenizer, before.probabilities, after.probabilities
    best, now = int(p.argmax()), int(q.argmax())
    hidden, first = readings.hidden_weight(page, choice)
    losses = {name: bits_per_byte(x.bits, tokenizer, page.ids) for name, x in (("before", before), ("after", after))}
    bits = losses | {"extra": losses["after"] - losses["before"], "kl": lens.divergence(p, q)}
    fractions = {"p": p[best], "q": q[best], "r": q[now], "lost": hidden, "sink": first}
    tokens = dict(zip(("best", "now"), map(markup.chip, tokenizer.strings([best, now])), strict=True))
    return {
        **{name: words.number(x) for name, x in bits.items()},
        **{name: words.percent(x) for name, x in fractions.items()},
        **tokens,
        "first": markup.chip(page.names[0]),
        "pattern": choice.name(words),
    }


@st.fragment
def show_comparison(page: Page) -> None:
    """All patterns on this passage, when asked for: as a table and as points."""
    words, text = page.words, page.words.text
    page.heading("compare-title", words("compare"))
    asked = f"compare-{page.text}"
    button = st.empty()
    if button.button(text("compare-button"), key="compare"):
        st.session_state[asked] = True
    if not st.session_state.get(asked):
        return
    button.empty()
    waiting = st.empty()
    rows = readings.compared(
        page, lambda n, count: waiting.html(markup.note(words.inline("comparing", n=n, all=count), live=True))
    )
    waiting.empty()
    st.html(_bits_table(rows, words))
    points = {text(pattern): [] for pattern in PATTERNS}
    for row in rows:
        size = "" if row.choice == FULL else str(row.choice.size)
        points[text(row.choice.pattern)].append((row.fraction, row.bits, size))
    titles = text("col-share"), text("col-bits")
    names, fractions, bits = zip(*((row.choice.name(words), row.fraction, row.bits) for row in rows), strict=True)
    columns = {text("col-pattern"): names, titles[0]: fractions, titles[1]: bits}
    chart = charts.damage(points, titles, words.number, words.percent)
    figures.show(chart, "damage", text("compare-alt"), columns)
    page.note(words.inline("compare-note"))


def _bits_table(rows: list[Compared], words: Words) -> Markup:
    """Bits per byte, a row for each pattern, a column for each size."""
    bits = {row.choice: words.number(row.bits) for row in rows}
    cells = [
        (words.inline(pattern), *(bits[FULL if pattern == "full" else Choice(pattern, size)] for size in COMPARED))
        for pattern in PATTERNS
    ]
    return markup.note(words.inline("table-note")) + tables.grid((words.inline("col-pattern"), *COMPARED), cells)
