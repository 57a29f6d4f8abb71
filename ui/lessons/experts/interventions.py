"""Lesson 12, to touch: more or fewer active experts, an expert off, experts forced; before and after."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from model import hf, lens
from model.analysis.losses import Predictions, bits_per_byte
from model.edits import Edit, ExpertOff, ForceExperts
from model.trace import Trace
from ui.frame.page import Page
from ui.kit import cache, figures, markup, tables, url_state
from ui.kit.numbers import number, percent
from ui.kit.runs import candidates
from viz import experts as charts
from viz import sparse

WAYS = ("off", "force")
SOURCE = (ExpertOff, ForceExperts, hf.variant)
EXPERT = url_state.integer_between(lambda page: page.bundle.model.config.experts)
LINK = {
    "active": EXPERT,
    "experts": lambda value, page: value == "" or EXPERT(value, page),
    "where": lambda value, page: value == every(page) or url_state.LAYER(value, page),
    "force": url_state.ON,
}


@dataclass(frozen=True)
class Setting:
    """active: experts of each token. experts: which are off, or forced, from 0; layer: where, None for everywhere."""

    active: int
    way: str = "off"
    experts: tuple[int, ...] = ()
    layer: int | None = None

    def edits(self, layers: int) -> tuple[Edit, ...]:
        places = range(layers) if self.layer is None else (self.layer,)
        if not self.experts:
            return ()
        if self.way == "force":
            return tuple(ForceExperts(layer, self.experts) for layer in places)
        return tuple(ExpertOff(layer, expert) for layer in places for expert in self.experts)

    def problem(self, experts: int) -> str | None:
        """The section that says why this cannot be; None where it can."""
        if self.way == "force" and self.experts and len(self.experts) != self.active:
            return "touch-force-problem"
        if self.way == "off" and len(self.experts) + self.active > experts:
            return "touch-off-problem"
        return None


def measured(page: Page, setting: Setting) -> Predictions:
    """A pass under this setting: computed now, or found in the cache."""

    def compute() -> Predictions:
        bundle, config = page.bundle, page.bundle.model.config
        if setting.active != config.active_experts:
            bundle = cache.variant(bundle, active_experts=setting.active)
        trace = cache.trace(bundle, page.ids, {"final"}, setting.edits(config.layers), kept=False)
        return Predictions.of(bundle.model, trace)

    return cache.result(page.key("experts", setting), compute)


def loss(page: Page, setting: Setting) -> float:
    """In bits per byte, with this setting."""
    return bits_per_byte(measured(page, setting).bits, page.bundle.tokenizer, page.ids)


def usual(page: Page) -> Setting:
    """As the model was trained."""
    return Setting(page.bundle.model.config.active_experts)


def writes_most(trace: Trace) -> tuple[int, int]:
    """The layer where the last token's first expert adds most to the stream, and that expert."""
    added = [np.linalg.norm(layer.expert_weight[-1, 0] * layer.expert_out[-1, 0]) for layer in trace.layers]
    layer = int(np.argmax(added))
    return layer, int(trace.layers[layer].expert_index[-1, 0])


def every(page: Page) -> str:
    """All layers, as they are called on a button and in the link, where it must mean the same in every language."""
    return f"1–{page.bundle.model.config.layers}"


def controls(page: Page, trace: Trace) -> Setting:
    """The reader's setting. It begins with one expert off in one layer."""
    words, config = page.words, page.bundle.model.config
    layer, first = writes_most(trace)
    linked = {"bind": "query-params"}
    pills = linked | {"wrap": True}
    with st.container(key="touch", gap="small"):
        active = st.select_slider(
            words.text("active"), range(1, config.experts + 1), config.active_experts, key="active", width=420, **linked
        )
        with st.container(horizontal=True, vertical_alignment="top", gap="large"):
            numbers = {"selection_mode": "multi", "format_func": lambda e: str(e + 1)}
            experts = st.pills(
                words.text("which"), range(config.experts), default=[first], key="experts", **numbers, **pills
            )
            places = [every(page), *map(str, range(1, config.layers + 1))]
            where = st.pills(
                words.text("where"), places, default=places[layer + 1], key="where", required=True, **pills
            )
        force = st.toggle(words.text("force"), key="force", **linked)
    chosen = None if where == every(page) else int(where) - 1
    return Setting(active, WAYS[force], tuple(sorted(experts)), chosen)


def told(page: Page, setting: Setting) -> str:
    """The setting in words."""
    words = page.words
    layer = words.text("in-all") if setting.layer is None else words.text("in-layer", n=setting.layer + 1)
    experts = ", ".join(str(e + 1) for e in setting.experts)
    section = f"touch-{setting.way}" if setting.experts else "touch-none"
    return words.text(section if len(setting.experts) < 2 else f"{section}-many", experts=experts, layer=layer)


@st.fragment
def section(page: Page, trace: Trace) -> None:
    """Controls, and what they change: the next token, and the loss on the prompt."""
    words, config, lang = page.words, page.bundle.model.config, page.lang
    setting = controls(page, trace)
    counts = {"active": setting.active, "n": len(setting.experts), "experts": config.experts}
    if problem := setting.problem(config.experts):
        st.html(f'<div class="notice" role="status">{words(problem, **counts)}</div>')
        return
    before, after = measured(page, usual(page)), measured(page, setting)
    best = [int(run.probabilities.argmax()) for run in (before, after)]
    chips = map(markup.chip, page.bundle.tokenizer.strings(best))
    values = {
        "setting": told(page, setting),
        "active": setting.active,
        "before": number(bits_per_byte(before.bits, page.bundle.tokenizer, page.ids), lang),
        "after": number(bits_per_byte(after.bits, page.bundle.tokenizer, page.ids), lang),
        "bits": number(lens.divergence(before.probabilities, after.probabilities), lang),
        "was": next(chips),
        "now": next(chips),
        "p": percent(before.probabilities.max(), lang),
        "q": percent(after.probabilities.max(), lang),
    }
    if not setting.experts and setting.active == config.active_experts:
        name = "touch-same"
    elif len(page.ids) == 1:
        name = "touch-reading-one"
    else:
        name = "touch-reading-close" if values["before"] == values["after"] else "touch-reading"
    kept = words("touch-next-kept" if best[0] == best[1] else "touch-next-other", **values)
    st.html(f'<div class="read">{words.inline(name, **values)}</div>{kept}')
    rows, shares = candidates(page, before, after)
    names = words.text("as-trained"), words.text("changed")
    figures.show(sparse.pair(rows, shares, names, lambda p: percent(p, lang)), "touched", words.text("touched-alt"))
    st.html(f'<p class="note">{words.inline("touch-honest", trained=config.active_experts)}</p>')
    tables.twin({words.text("col-token"): rows} | dict(zip(names, shares, strict=True)), "touched")


def by_count(page: Page) -> list[float]:
    """Bits per byte of the prompt with 1, 2, … E active experts."""
    return [loss(page, Setting(k)) for k in range(1, page.bundle.model.config.experts + 1)]


@st.fragment
def counts(page: Page) -> None:
    """The loss against the number of active experts, after a click: it takes a pass, and a model, for each number."""
    words, lang, trained = page.words, page.lang, page.bundle.model.config.active_experts
    st.html(f"<h3>{words.inline('counts-title')}</h3>{words('counts-intro')}")
    asked, place = f"counts-{page.text}", st.empty()
    if place.button(words.text("counts-button", n=page.bundle.model.config.experts), key="counts-go"):
        st.session_state[asked] = True
    if not st.session_state.get(asked):
        return
    place.html(f'<p class="note" role="status">{words.inline("counts-running")}</p>')
    losses = by_count(page)
    place.empty()
    best = int(np.argmin(losses)) + 1
    values = {"trained": trained, "best": best, "loss": number(losses[trained - 1], lang)}
    values |= {
        "least": number(min(losses), lang),
        "most": number(max(losses), lang),
        "worst": int(np.argmax(losses)) + 1,
    }
    chart = charts.counts(losses, trained, words.text("bits-per-byte"), words.text("active"), lambda x: number(x, lang))
    with st.container(gap="xsmall"):
        figures.show(chart, "counts", words.text("counts-alt"))
        st.html(words("counts-best" if best == trained else "counts-other", **values))
    columns = {words.text("active"): list(range(1, len(losses) + 1)), words.text("bits-per-byte"): losses}
    tables.twin(columns, "active-experts")
