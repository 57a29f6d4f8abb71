"""Lesson 15: which single head matters most for the answer? Direct effects at once, then one head after another."""

import time
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import streamlit as st

from model import lens, sampling
from model.analysis import ablation, heads
from model.what_if.changes import Silence
from ui.frame.page import Page
from ui.kit import figures, listing, markup, tables
from ui.kit.numbers import number, percent
from ui.lessons.what_if import lab as what_if
from ui.lessons.what_if.lab import Lab
from viz import what_if as charts

FEW = 12  # heads that are tried at first
SHOWN = 6  # that are offered
TICK, WORK = 0.15, 0.4  # seconds between two turns of the search, and of each
SOURCE = (lens.direct_effects, ablation.ablated_logits)


@dataclass
class Search:
    """direct (L, H); ranked: all heads, from 0, those with the greatest direct effects first; found: what silencing a
    head cost the answer, in bits of its log-probability; goal: how many are to be tried."""

    of: tuple
    answer: int
    chance: float
    direct: np.ndarray
    ranked: list[tuple[int, int]]
    found: dict[tuple[int, int], float] = field(default_factory=dict)
    goal: int = 0

    @property
    def running(self) -> bool:
        return len(self.found) < self.goal

    def go(self, goal: int) -> None:
        self.goal = min(goal, len(self.ranked))

    def stop(self) -> None:
        self.goal = len(self.found)

    def next(self) -> tuple[int, list[int]]:
        """A layer and its heads to try: at first the head with the greatest direct effect that is left; after the first
        few all that are left of a layer, from the top down, for together they take little longer."""
        left = [head for head in self.ranked if head not in self.found]
        if len(self.found) < FEW:
            return left[0][0], [left[0][1]]
        layer = max(layer for layer, _ in left)
        return layer, [head for own, head in left if own == layer]

    def best(self) -> list[tuple[int, int]]:
        return sorted(self.found, key=lambda head: -abs(self.found[head]))


def search(lab: Lab) -> Search:
    """This session's search for this prompt."""
    page = lab.page
    key = (page.model, tuple(page.ids))
    kept = st.session_state.get("what-if-search")
    if kept is None or kept.of != key:
        answer = lab.before.answer
        direct = heads.effects(page.bundle.model, page.trace(what_if.KEEP), answer)
        flat = np.argsort(-np.abs(direct), axis=None, kind="stable")
        ranked = [tuple(map(int, divmod(i, direct.shape[1]))) for i in flat.tolist()]
        kept = st.session_state["what-if-search"] = Search(key, answer, lab.before.chances[answer], direct, ranked)
    return kept


def section(lab: Lab) -> None:
    """Takes turns while a search is under way, and at no other time: the page answers in between."""
    ticking = search(lab).running
    st.fragment(_section, run_every=TICK if ticking else None)(lab, ticking)


def _section(lab: Lab, ticking: bool) -> None:
    words, found = lab.words, search(lab)
    if ticking:
        _work(lab.page, found)
    if found.running != ticking or st.session_state.pop("what-if-taken", False):
        st.rerun()  # the whole page: to begin or end the turns, or to show what was added
    # The parts keep their places, whatever they hold: a turn that is under way while the page is drawn anew finds them
    with st.container(key="search", horizontal=True, gap="small"):
        _buttons(lab, found)
    with st.container(gap=None):
        if found.running:
            values = {"n": len(found.found), "all": found.goal}
            st.progress(len(found.found) / found.goal, words.text("search-progress", **values))
    with st.container(gap="small"):
        _results(lab, found) if found.found else st.html(_direct(lab, found))
    with st.container(gap=None):
        if not found.running:
            listing.show(*SOURCE)
            tables.twin(_table(lab, found), "heads")


def _buttons(lab: Lab, found: Search) -> None:
    words, all_ = lab.words, len(found.ranked)
    if found.running:
        st.button(words.text("search-cancel"), key="search-stop", on_click=found.stop)
    elif len(found.found) < min(FEW, all_):
        few = {"key": "search-few", "type": "primary", "on_click": found.go, "args": (FEW,)}
        st.button(words.text("search-few", n=min(FEW, all_)), **few)
    elif len(found.found) < all_:
        st.button(words.text("search-all", n=all_), key="search-all", on_click=found.go, args=(all_,))


def _work(page: Page, found: Search) -> None:
    """Silences heads for a while."""
    trace, start = page.trace(what_if.KEEP), time.monotonic()
    while found.running and time.monotonic() - start < WORK:
        layer, heads = found.next()
        for head, logits in zip(heads, ablation.ablated_logits(page.bundle.model, trace, layer, heads), strict=True):
            left = max(sampling.softmax(logits)[found.answer], np.finfo(float).tiny)
            found.found[layer, head] = float(np.log2(found.chance / left))


def _direct(lab: Lab, found: Search) -> str:
    """Before anything is silenced: what the direct effects say."""
    layer, head = found.ranked[0]
    values = {"layer": layer + 1, "head": head + 1, "x": number(float(found.direct[layer, head]), lab.page.lang)}
    answer = markup.chip(lab.setting.tokenizer.strings([found.answer])[0])
    section = "direct-first" if lab.setting.config.norm_place == "pre" else "direct-none"
    return f'<div class="read">{lab.words.inline(section, answer=answer, **values)}</div>'


def _results(lab: Lab, found: Search) -> None:
    words, lang = lab.words, lab.page.lang
    best, all_ = found.best(), len(found.ranked)
    (layer, head), bits = best[0], found.found[best[0]]
    rank = found.ranked.index(best[0]) + 1
    values = {
        "layer": layer + 1,
        "head": head + 1,
        "bits": number(abs(bits), lang),
        "p": percent(found.chance, lang),
        "q": percent(found.chance * 2**-bits, lang),
        "answer": markup.chip(lab.setting.tokenizer.strings([found.answer])[0]),
        "n": len(found.found),
        "all": all_,
        "rank": rank,
    }
    told = words.inline("found-costs" if bits > 0 else "found-helps", **values)
    more = words("found-few" if len(found.found) < all_ else "found-all", **values)
    st.html(f'<div class="read">{told}</div>{more}')
    heads = list(found.found)
    names = [f"{layer + 1}.{head + 1}" for layer, head in heads]
    direct, costs = (np.array(x) for x in ([found.direct[head] for head in heads], list(found.found.values())))
    titles = words.text("col-direct"), words.text("col-bits")
    if lab.setting.config.norm_place == "pre":
        chart = charts.compared(direct, costs, names, titles, partial(number, lang=lang))
        figures.show(chart, "compared", words.text("compared-alt"))
    shown = {f"{layer + 1}.{head + 1}": found.found[layer, head] for layer, head in best[:SHOWN]}
    st.pills(
        words.text("take"),
        list(shown),
        format_func=lambda name: f"{name}  {_signed(shown[name], lang)}",
        key="what-if-take",
        on_change=_take,
        args=(lab,),
        wrap=True,
    )


def _take(lab: Lab) -> None:
    """A head that was found goes into the experiment."""
    if picked := st.session_state["what-if-take"]:
        what_if.add(lab, Silence(*map(int, picked.split("."))))
        st.session_state["what-if-taken"], st.session_state["what-if-take"] = True, None


def _signed(bits: float, lang: str) -> str:
    return ("+" if bits > 0 else "") + number(bits, lang)


def _table(lab: Lab, found: Search) -> dict[str, list]:
    words = lab.words
    return {
        words.text("col-layer"): [layer + 1 for layer, _ in found.ranked],
        words.text("col-head"): [head + 1 for _, head in found.ranked],
        words.text("col-direct"): [float(found.direct[head]) for head in found.ranked],
        words.text("col-bits"): [found.found.get(head, "–") for head in found.ranked],
    }
