"""The experiment that stands in the link, what the model does before and after it, and how it is said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import streamlit as st
from babel.numbers import format_decimal
from markupsafe import Markup

from model import lens, sampling
from model.analysis import heads, streams
from model.edits import Edit
from model.trace import Trace
from model.what_if import experiment
from model.what_if.base import Change, Vectors
from model.what_if.changes import Silence, Swap
from model.what_if.experiment import Experiment, RejectedChange
from model.what_if.fields import OFFSET, PERCENT, Experts, Field, InvalidChange, Setting, Text, Token
from ui.frame import prompt_bar
from ui.frame.page import Page
from ui.kit import cache, markup, token_names, url_state
from ui.kit.language import Words

LIMIT = 32
KEEP = frozenset({"final", "z", "resid_pre", "resid_post", "mlp_out", "pattern", "mask"})
OTHER = "The cat drank the milk because it"  # a link must mean the same in every language
LINK = {"edits": url_state.anything, "other": url_state.text(), "layer": url_state.LAYER, "head": url_state.HEAD}
BEGIN = 2  # heads that are silenced where a link asks for nothing
SOURCE = (streams.distances, lens.divergence, experiment.continuation)

T = TypeVar("T", str, Markup)


@dataclass(frozen=True)
class Run:
    """A pass: its tokens, and what is drawn of it."""

    ids: list[int]
    probabilities: np.ndarray  # (V,) of the next token
    pattern: np.ndarray  # (L, H, T, T)
    mask: np.ndarray  # (L, T, T) bool
    distances: np.ndarray  # (L + 1, T) of its streams from those of the unchanged pass

    @property
    def answer(self) -> int:
        """The likeliest next token."""
        return int(self.probabilities.argmax())


@dataclass(frozen=True)
class Lab:
    """The page's experiment, as far as it can be done, fitted to its model and prompt."""

    page: Page
    setting: Setting
    experiment: Experiment
    rejected: list[RejectedChange]
    before: Run

    @property
    def words(self) -> Words:
        return self.page.words


def open_lab(page: Page, link: Mapping[str, str] | None = None) -> Lab:
    """What the link asks for; where it says nothing, the heads that did most for the answer are silenced. `link`: that
    of a reader whose page this is not (ui/frame/notebook_export.py)."""
    link = st.query_params if link is None else link
    other = link.get("other", OTHER)[: prompt_bar.CHARACTERS]
    encode, config = page.bundle.tokenizer.encode, page.bundle.model.config
    theirs = tuple(encode(other)[:LIMIT]) if other.strip() else ()
    setting = Setting(config, page.bundle.tokenizer, tuple(page.ids), theirs)
    trace = page.trace(KEEP)
    asked = link.get("edits")
    text = str(Experiment(tuple(strongest(page, trace)[:BEGIN]))) if asked is None else asked
    before = cache.result(page.key("what-if-before"), lambda: _run(page, trace, trace))
    return Lab(page, setting, *experiment.from_text(text, other, setting), before)


def strongest(page: Page, trace: Trace) -> list[Silence]:
    """Heads to silence, first those that wrote most for the likeliest token against the next one."""

    def compute() -> list[Silence]:
        model = page.bundle.model
        first, second = np.argsort(-lens.next_logits(model, trace), kind="stable")[:2].tolist()
        lead = heads.effects(model, trace, first) - heads.effects(model, trace, second)
        order = np.argsort(-lead, axis=None, kind="stable").tolist()
        return [Silence(i // lead.shape[1] + 1, i % lead.shape[1] + 1) for i in order]

    return cache.result(page.key("what-if-strongest"), compute)


def save(experiment: Experiment) -> None:
    """Into the link."""
    st.query_params["edits"] = str(experiment)


def add(lab: Lab, change: Change) -> None:
    """One change more, or a sentence that says why not."""
    try:
        save(lab.experiment.with_change(change, lab.setting))
    except InvalidChange as reason:
        st.session_state["what-if-refused"] = RejectedChange(str(change), change, reason)


# ---------------------------------------------------------------- the pass


def edits(lab: Lab) -> tuple[Edit, ...]:
    """The edits of the experiment, with the vectors that some of them put in."""
    other = cache.trace(lab.page.bundle, lab.setting.other, {"resid_pre"}) if lab.experiment.patches else None
    return lab.experiment.edits(lab.setting, Vectors(lab.page.trace(KEEP), other))


def changed(lab: Lab) -> Run:
    """The pass after the changes: computed now, or found in the cache."""
    page = lab.page

    def compute() -> Run:
        keep = {"final", "resid_pre", "resid_post", "pattern", "mask"}
        after = cache.trace(page.bundle, lab.experiment.ids(lab.setting), keep, edits(lab), kept=False)
        return _run(page, page.trace(KEEP), after)

    return cache.result(page.key("what-if-after", lab.experiment), compute)


def _run(page: Page, before: Trace, after: Trace) -> Run:
    return Run(
        after.token_ids.tolist(),
        sampling.softmax(lens.next_logits(page.bundle.model, after)),
        after.stack("pattern"),
        after.stack("mask"),
        streams.distances(before, after),
    )


# ---------------------------------------------------------------- in words


def as_html(change: Change, lab: Lab) -> Markup:
    """A change in a sentence."""
    return _named(change, lab, lab.words.inline, markup.chip)


def as_label(change: Change, lab: Lab) -> str:
    """A change on a button."""
    return _named(change, lab, lab.words.text, markup.literal)


def _named(change: Change, lab: Lab, say: Callable[..., T], show: Callable[[str], T]) -> T:
    layer, head = (getattr(change, name, None) for name in ("layer", "head"))
    place = ("in-all" if layer is None else "in-layer") if head is None else "in-head" if layer else "in-heads"
    values = {name: _value(change, name, field, lab, show) for name, field in change.fields().items()}
    return say(f"name-{change.name}", **values, where=say(place, layer=layer, head=head))


def _value(change: Change, name: str, field: Field, lab: Lab, show: Callable[[str], str]) -> str:
    """The value of a field as a sentence says it."""
    setting, value, strings = lab.setting, getattr(change, name), lab.setting.tokenizer.strings
    match field:
        case Token():
            ids = field.ids(setting)
            return show(token_names.distinct(strings(list(ids)))[value - 1]) if 0 < value <= len(ids) else str(value)
        case Text() if isinstance(change, Swap):
            id = change.id(setting) if 0 < change.token <= len(setting.ids) else None
            return show(value if id is None else strings([id])[0])
        case Experts():
            return ", ".join(map(str, value))
    if field == PERCENT:
        return times(value, lab.words)
    if field == OFFSET:
        return ("" if value < 0 else "+") + lab.words.number(value)
    return str(value)


def times(percent: int, words: Words) -> str:
    """So many percent as a factor, without digits that say nothing."""
    return format_decimal(percent / 100, locale=words.lang).replace("-", "−")


def reason(problem: InvalidChange, lab: Lab) -> Markup:
    """Why a change cannot be made."""
    values = problem.values
    if "earlier" in values:
        values = values | {"earlier": as_html(values["earlier"], lab)}
    return lab.words.inline(f"unfit-{problem.code}", model=lab.page.bundle.card.title, **values)


def refused(left: RejectedChange, lab: Lab) -> dict[str, Markup]:
    """A change that was left out, and why, for a sentence."""
    readable = left.change is not None and left.reason.code not in ("rule", "many")
    change = as_html(left.change, lab) if readable else markup.span(left.text, "mono")
    return {"change": change, "reason": reason(left.reason, lab)}
