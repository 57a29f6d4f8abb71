"""Which single head matters most for the answer? Direct effects at once, then one head after another."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st
from markupsafe import Markup

from model import lens, sampling
from model.analysis import ablation, heads
from model.what_if.changes import Silence
from ui.frame.page import Page
from ui.kit import cache, figures, listing, markup, tab, tables, url_state
from ui.kit.language import Words
from ui.lessons.what_if import lab as what_if
from ui.lessons.what_if.lab import Lab
from ui.server import limits
from viz import what_if as charts

FEW = 12  # heads that are tried at first
SHOWN = 6  # that are offered
MOST_BITS = 2_000  # that silencing a head can cost: the least probability that is told from 0 has 1,074
TICK, WORK = 0.15, 0.4  # seconds between two turns of the search, and of each
TURNS = threading.BoundedSemaphore(limits.limits().jobs)  # at a time, whoever searches: for one it is over in seconds
SOURCE = (lens.direct_effects, ablation.ablated_logits)


@dataclass
class Search:
    """answer: the likeliest token, and its probability; direct (L, H): the heads' direct effects; ranked: all heads,
    from 0, those with the greatest direct effects first; costs: what silencing a head cost the answer, in bits of its
    log-probability; goal: how many are to be tried."""

    answer: int
    probability: float
    direct: np.ndarray
    ranked: list[tuple[int, int]]
    costs: dict[tuple[int, int], float] = field(default_factory=dict)
    goal: int = 0

    @property
    def running(self) -> bool:
        return len(self.costs) < self.goal

    def go(self, goal: int) -> None:
        self.goal = min(goal, len(self.ranked))

    def stop(self) -> None:
        self.goal = len(self.costs)

    def next(self) -> tuple[int, list[int]]:
        """A layer and its heads to try: at first the head with the greatest direct effect that is left; after the first
        few all that are left of a layer, from the top down, for together they take little longer."""
        left = [head for head in self.ranked if head not in self.costs]
        if len(self.costs) < FEW:
            return left[0][0], [left[0][1]]
        layer = max(layer for layer, _ in left)
        return layer, [head for own, head in left if own == layer]

    def as_json(self, page: Page) -> dict[str, object]:
        """What was found, for the browser to keep."""
        costs = [[layer, head, bits] for (layer, head), bits in self.costs.items()]
        return {"model": page.model, "ids": page.ids, "costs": costs}

    def restore(self, kept: Any, page: Page) -> None:
        """Takes what the browser had kept, if it is of this model and prompt, and can be so."""
        if not isinstance(kept, dict) or (kept.get("model"), kept.get("ids")) != (page.model, page.ids):
            return
        for cost in kept["costs"] if isinstance(kept.get("costs"), list) else ():
            if isinstance(cost, list) and len(cost) == 3 and all(type(part) in (int, float) for part in cost):
                layer, head, bits = cost
                if (layer, head) in self.ranked and abs(bits) < MOST_BITS:
                    self.costs.setdefault((layer, head), bits)
        self.goal = max(self.goal, len(self.costs))

    def best(self) -> list[tuple[int, int]]:
        return sorted(self.costs, key=lambda head: -abs(self.costs[head]))


def prompt_search(lab: Lab) -> Search:
    """This session's search for this prompt."""
    page, answer = lab.page, lab.before.answer

    def begin() -> Search:
        direct = heads.effects(page.bundle.model, page.trace(what_if.KEEP), answer)
        order = np.argsort(-np.abs(direct), axis=None, kind="stable")
        ranked = [divmod(i, direct.shape[1]) for i in order.tolist()]
        return Search(answer, lab.before.probabilities[answer], direct, ranked)

    search = cache.memo("what-if-search", page.key("what-if-search"), begin)
    search.restore(tab.restored("search"), page)
    return search


def section(lab: Lab) -> None:
    """Takes turns while a search is under way, and at no other time: the page answers in between."""
    search = prompt_search(lab)
    ticking = search.running
    tab.keep("search", search.as_json(lab.page) if search.costs else None)
    st.fragment(_section, run_every=TICK if ticking else None)(lab, ticking)


def _section(lab: Lab, ticking: bool) -> None:
    words, search = lab.words, prompt_search(lab)
    if ticking:
        _work(lab.page, search)
    if search.running != ticking or st.session_state.pop("what-if-taken", False):
        st.rerun()  # the whole page: to begin or end the turns, or to show what was added
    # The parts keep their places, whatever they hold: a turn that is under way while the page is drawn anew finds them
    with st.container(key="search", horizontal=True, gap="small"):
        _buttons(words, search)
    with st.container(gap=None):
        if search.running:
            values = {"n": len(search.costs), "all": search.goal}
            st.progress(len(search.costs) / search.goal, words.text("search-progress", **values))
    with st.container(gap="small"):
        if search.costs:
            _results(lab, search)
        else:
            _direct(lab, search)
    with st.container(gap=None):
        if not search.running:
            listing.show(*SOURCE)
            if not _compared(lab, search):
                tables.listed(_table(words, search), "heads", words.text("search-table"))


def _buttons(words: Words, search: Search) -> None:
    count = len(search.ranked)
    if search.running:
        st.button(words.text("search-cancel"), key="search-stop", on_click=search.stop)
    elif len(search.costs) < min(FEW, count):
        few = {"key": "search-few", "type": "primary", "on_click": search.go, "args": (FEW,)}
        st.button(words.text("search-few", n=min(FEW, count)), **few)
    elif len(search.costs) < count:
        st.button(words.text("search-all", n=count), key="search-all", on_click=search.go, args=(count,))


def _work(page: Page, search: Search) -> None:
    """Silences heads for a while, unless others do."""
    if not TURNS.acquire(blocking=False):
        return
    try:
        _turn(page, search)
    finally:
        TURNS.release()


def _turn(page: Page, search: Search) -> None:
    trace, start = page.trace(what_if.KEEP), time.monotonic()
    while search.running and time.monotonic() - start < WORK:
        layer, heads = search.next()
        for head, logits in zip(heads, ablation.ablated_logits(page.bundle.model, trace, layer, heads), strict=True):
            left = max(sampling.softmax(logits)[search.answer], np.finfo(float).tiny)
            search.costs[layer, head] = float(np.log2(search.probability / left))


def _direct(lab: Lab, search: Search) -> None:
    """Before anything is silenced: what the direct effects say."""
    layer, head = search.ranked[0]
    values = {"layer": layer + 1, "head": head + 1, "x": lab.words.number(float(search.direct[layer, head]))}
    answer = markup.chip(lab.setting.tokenizer.strings([search.answer])[0])
    section = "direct-first" if lab.setting.config.norm_place != "post" else "direct-none"
    lab.page.read(lab.words.inline(section, answer=answer, **values))


def _results(lab: Lab, search: Search) -> None:
    words, best = lab.words, search.best()
    (layer, head), bits = best[0], search.costs[best[0]]
    values = {
        "layer": layer + 1,
        "head": head + 1,
        "bits": words.number(abs(bits)),
        "p": words.percent(search.probability),
        "q": words.percent(search.probability * 2**-bits),
        "answer": markup.chip(lab.setting.tokenizer.strings([search.answer])[0]),
        "n": len(search.costs),
        "all": len(search.ranked),
        "rank": search.ranked.index(best[0]) + 1,
    }
    sentence = words.inline("found-costs" if bits > 0 else "found-helps", **values)
    more = words("found-few" if len(search.costs) < len(search.ranked) else "found-all", **values)
    said = markup.read(sentence) + more
    st.html(said if search.running else Markup('<div role="status">{}</div>').format(said))  # not at each of its turns
    names = [f"{layer + 1}.{head + 1}" for layer, head in search.costs]
    direct, costs = np.array([search.direct[head] for head in search.costs]), np.array(list(search.costs.values()))
    titles = words.text("col-direct"), words.text("col-bits")
    if _compared(lab, search):
        chart = charts.compared(direct, costs, names, titles, words.number)
        figures.show(chart, "compared", words.text("compared-alt"), _table(words, search))
    shown = {f"{layer + 1}.{head + 1}": search.costs[layer, head] for layer, head in best[:SHOWN]}
    st.pills(
        words.text("take"),
        list(shown),
        format_func=lambda name: f"{name}  {_signed(shown[name], words)}",
        key=url_state.keep("what-if-take"),
        on_change=_take,
        args=(lab,),
        wrap=True,
    )


def _compared(lab: Lab, search: Search) -> bool:
    """Whether costs are drawn against direct effects, which only a model with its norms in front has."""
    return bool(search.costs) and lab.setting.config.norm_place != "post"


def _take(lab: Lab) -> None:
    """A head of the search goes into the experiment."""
    if picked := st.session_state["what-if-take"]:
        what_if.add(lab, Silence(*map(int, picked.split("."))))
        st.session_state["what-if-taken"], st.session_state["what-if-take"] = True, None


def _signed(bits: float, words: Words) -> str:
    return ("+" if bits > 0 else "") + words.number(bits)


def _table(words: Words, search: Search) -> dict[str, list]:
    return {
        words.text("col-layer"): [layer + 1 for layer, _ in search.ranked],
        words.text("col-head"): [head + 1 for _, head in search.ranked],
        words.text("col-direct"): [float(search.direct[head]) for head in search.ranked],
        words.text("col-bits"): [search.costs.get(head, "–") for head in search.ranked],
    }
