"""What the changes did to the next token, to the streams and to the text that follows."""

from collections.abc import Callable, Iterator
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from markupsafe import Markup

from model import lens
from model.analysis.losses import most_likely
from model.edits import Edit
from model.what_if.experiment import Experiment, continuation
from model.what_if.export import to_python
from ui.frame import notebook_export
from ui.kit import cache, comparison, figures, listing, markup, tables, token_names
from ui.kit.language import Words
from ui.lessons.what_if import lab as what_if
from ui.lessons.what_if.lab import Lab, Run
from ui.server import user_models
from viz import what_if as charts

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

MOVED = 7  # candidates that moved most
TEXT = 12  # tokens that follow


def rows(lab: Lab, after: Run) -> tuple[list[str], np.ndarray]:
    """The likeliest tokens of both passes, by the larger of their two probabilities, and all others: names, and
    probabilities (2, n + 1)."""
    runs = np.stack([lab.before.probabilities, after.probabilities])
    ids = np.unique(most_likely(runs))
    ids = ids[np.argsort(-runs[:, ids].max(0), kind="stable")]
    return comparison.named(lab.page, runs, ids.tolist())


def moved(lab: Lab, after: Run) -> tuple[list[str], np.ndarray]:
    """Of all tokens those whose probability moved most, and by how much."""
    change = after.probabilities - lab.before.probabilities
    ids = np.argsort(-np.abs(change), kind="stable")[:MOVED]
    ids = ids[change[ids] != 0]
    return lab.setting.tokenizer.strings(ids.tolist()), change[ids]


def next_token(lab: Lab, after: Run) -> None:
    """The likeliest next token before and after, and how far apart the distributions are, in a sentence."""
    words, before = lab.words, lab.before
    was, now = map(markup.chip, lab.setting.tokenizer.strings([before.answer, after.answer]))
    values = {
        "was": was,
        "now": now,
        "p": words.percent(before.probabilities.max()),
        "q": words.percent(after.probabilities.max()),
        "left": words.percent(after.probabilities[before.answer]),
        "bits": words.number(lens.divergence(before.probabilities, after.probabilities)),
    }
    same = np.array_equal(before.probabilities, after.probabilities)
    section = "read-same" if same else "read-kept" if before.answer == after.answer else "read-other"
    changed = bool(lab.experiment.changes)
    sentence = words.inline(section if changed else "read-none", **values)
    said = Markup('<div role="status">{}{}</div>').format(_news(lab), markup.read(sentence))
    st.html(said + (words("divergence", **values) if changed else Markup()))


def _news(lab: Lab) -> Markup:
    """What has been added and taken off since the page was last drawn, for those who do not see the row of changes."""
    words, now = lab.words, lab.experiment.changes
    key, known = (lab.page.model, tuple(lab.page.ids)), st.session_state.get("what-if-known")
    st.session_state["what-if-known"] = key, now
    if not known or known[0] != key:
        return Markup()
    news = [words.inline("added", change=what_if.as_html(change, lab)) for change in now if change not in known[1]]
    news += [words.inline("taken-off", change=what_if.as_html(change, lab)) for change in known[1] if change not in now]
    return Markup('<p class="hidden">{}</p>').format(Markup(" ").join(news))


def distribution(lab: Lab, after: Run) -> None:
    """Before and after, the whole vocabulary; and beside it what moved most."""
    words, eyebrow = lab.words, Markup('<p class="eyebrow">{}</p>')
    names, probabilities = rows(lab, after)
    tokens, change = moved(lab, after)
    sides = words.text("before"), words.text("after")
    p, q = lab.before.probabilities, after.probabilities
    ids = np.argsort(-np.maximum(p, q), kind="stable")[: tables.ROWS]
    columns = {words.text("col-token"): lab.setting.tokenizer.strings(ids.tolist())}
    columns |= dict(zip(sides, (p[ids], q[ids]), strict=True)) | {words.text("col-moved"): 100 * (q - p)[ids]}
    left, right = st.columns([8, 5], gap="medium")
    with left:
        st.html(eyebrow.format(words.inline("sides-title")))
        chart = charts.sides(names, probabilities, sides, words.percent)
        figures.show(chart, "sides", words.text("sides-alt"), columns)
    with right:
        st.html(eyebrow.format(words.inline("movers-title")))
        if len(tokens):
            figure = charts.movers(tokens, change, lambda fraction: points(fraction, words))
            columns = {words.text("col-token"): tokens, words.text("col-moved"): 100 * change}
            figures.show(figure, "movers", words.text("movers-alt"), columns)
        else:
            lab.page.note(words.inline("movers-none"))


def points(change: float, words: Words) -> str:
    """Percentage points, with their sign."""
    return ("+" if change > 0 else "") + words.number(100 * change)


def streams(lab: Lab, after: Run) -> None:
    """Where the streams parted: layers by tokens."""
    words, count = lab.words, len(after.distances) - 1
    apart = after.distances > charts.ROUNDING
    if not apart.any():
        lab.page.read(words.inline("parted-none"))
        return
    level = int(apart.any(1).argmax())
    first = words.text("at-embedding") if not level else words.text("at-layer", layer=level)
    last, unmoved = words.percent(after.distances[-1, -1]), len(after.ids) - int(apart[-1].sum())
    values = {"first": first, "last": last, "token": markup.chip(lab.page.names[-1]), "n": unmoved}
    section = "parted-all" if not unmoved else "parted-one" if unmoved == 1 else "parted"
    lab.page.read(words.inline(section, **values))
    levels = [words.text("embedding"), *map(str, range(1, count + 1))]
    tokens = lab.setting.tokenizer.strings(after.ids)
    names = token_names.distinct(tokens)
    chart = charts.parted(after.distances, names, levels, words.text("axis-layer"), words.percent)
    columns = dict(zip(names, after.distances.T, strict=True))
    figures.show(chart, "parted", words.text("parted-alt"), {words.text("axis-layer"): levels} | columns)
    lab.page.note(words.inline("parted-note"))


# ---------------------------------------------------------------- the text that follows


def texts(lab: Lab, after: Run, place: "DeltaGenerator") -> None:
    """How the text goes on before and after, a token at a time, into `place`."""
    words = lab.words
    before: list[int] = []
    for before in _continuation(lab, Experiment(), lab.before.ids, lambda: ()):
        place.html(_line(lab, words.inline("before"), before, TEXT))
    for changed in _continuation(lab, lab.experiment, after.ids, lambda: what_if.edits(lab)):
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, changed, strict=False)))
        lines = ((words.inline("before"), before, TEXT), (words.inline("after"), changed, same))
        place.html(Markup().join(_line(lab, *line) for line in lines))


def _continuation(
    lab: Lab, experiment: Experiment, prompt: list[int], edits: Callable[[], tuple[Edit, ...]]
) -> Iterator[list[int]]:
    """The ids that follow the prompt, as they grow in number; they end with a special token."""

    def tokens() -> Iterator[int]:
        for token in continuation(lab.page.bundle.model, prompt, edits(), TEXT):
            yield token
            if token in lab.setting.tokenizer.special:
                return

    return cache.stream(lab.page.key("what-if-text", experiment), tokens)


def _line(lab: Lab, name: Markup, ids: list[int], same: int) -> Markup:
    """A row of chips; from the first token that is another one on, they are outlined."""
    tokens = enumerate(lab.setting.tokenizer.strings(ids))
    chips = Markup(" ").join(markup.chip(token, "" if i < same else "selected") for i, token in tokens)
    return Markup('<p class="goes-on"><span class="eyebrow">{}</span> {}</p>').format(name, chips)


# ---------------------------------------------------------------- to take home


def export(lab: Lab) -> None:
    """The lines of Python that repeat the experiment, folded, and those of the model that it uses."""
    words = lab.words
    with st.container(gap=None):
        with st.expander(words.text("export")):
            model = user_models.at_home(lab.page.model)
            own = words("export-own", folder=model) if user_models.is_name(lab.page.model) else ""
            st.html(words("export-note") + own)
            program = to_python(lab.experiment, lab.setting, model, lab.page.text)
            st.code(f"{notebook_export.SETUP}\n\n{program}", language="python")
        listing.show(*what_if.SOURCE)
