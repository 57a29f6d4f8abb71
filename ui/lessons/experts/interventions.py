"""The lesson, to touch: more or fewer active experts, an expert off, experts forced; before and after."""

import numpy as np
import streamlit as st

from model import hf, lens
from model.analysis.losses import bits_per_byte
from model.edits import ExpertOff, ForceExperts
from model.trace import Trace
from ui.frame.page import Page
from ui.kit import comparison, figures, listing, markup, url_state
from ui.lessons.experts import readings
from ui.lessons.experts.readings import WAYS, Setting
from viz import experts as charts
from viz import sparse

EXPERT = url_state.integer_between(lambda page: page.bundle.model.config.experts)
LINK = {
    "active": EXPERT,
    "experts": lambda value, page: value == "" or EXPERT(value, page),
    "where": lambda value, page: value == all_layers(page) or url_state.LAYER(value, page),
    "force": url_state.ON,
}


def show_interventions(page: Page, trace: Trace) -> None:
    """Controls and what they change, then, of a prompt that has a loss, that loss by the number of active experts."""
    page.heading("touch-title", page.words("touch-intro"))
    _show_change(page, trace)
    listing.show(ExpertOff, ForceExperts, hf.variant)
    if len(page.ids) > 1:
        _show_active_counts(page)


def all_layers(page: Page) -> str:
    """What stands for all layers on a button and in the link, where it must mean the same in every language."""
    return f"1–{page.bundle.model.config.layers}"


def _controls(page: Page, trace: Trace) -> Setting:
    """The reader's setting. It begins with one expert off in one layer."""
    text, config, everywhere = page.words.text, page.bundle.model.config, all_layers(page)
    layer, first = readings.strongest_expert(trace)
    linked = {"bind": "query-params"}
    pills = linked | {"wrap": True}
    with st.container(key="touch", gap="small"):
        counts = range(1, config.experts + 1)
        active = st.select_slider(text("active"), counts, config.active_experts, key="active", width=420, **linked)
        with st.container(horizontal=True, vertical_alignment="top", gap="large"):
            several = pills | {"selection_mode": "multi", "format_func": lambda e: str(e + 1)}
            experts = st.pills(text("which"), range(config.experts), default=[first], key="experts", **several)
            places = [everywhere, *map(str, range(1, config.layers + 1))]
            where = st.pills(text("where"), places, default=places[layer + 1], key="where", required=True, **pills)
        force = st.toggle(text("force"), key="force", **linked)
    return Setting(active, WAYS[force], tuple(sorted(experts)), None if where == everywhere else int(where) - 1)


def _described(page: Page, setting: Setting) -> str:
    """The setting in words."""
    words = page.words
    layer = words.text("in-all") if setting.layer is None else words.text("in-layer", n=setting.layer + 1)
    experts = ", ".join(str(e + 1) for e in setting.experts)
    section = f"touch-{setting.way}" if setting.experts else "touch-none"
    return words.text(section if len(setting.experts) < 2 else f"{section}-many", experts=experts, layer=layer)


@st.fragment
def _show_change(page: Page, trace: Trace) -> None:
    """Controls, and what they change: the next token, and the loss on the prompt."""
    words, config, tokenizer = page.words, page.bundle.model.config, page.bundle.tokenizer
    setting = _controls(page, trace)
    counts = {"active": setting.active, "n": len(setting.experts), "experts": config.experts}
    if problem := setting.problem(config.experts):
        page.notice(words(problem, **counts))
        return
    before, after = (readings.predictions(page, each) for each in (readings.as_trained(page), setting))
    top = [int(run.probabilities.argmax()) for run in (before, after)]
    was, now = map(markup.chip, tokenizer.strings(top))
    values = {
        "setting": _described(page, setting),
        "active": setting.active,
        "before": words.number(bits_per_byte(before.bits, tokenizer, page.ids)),
        "after": words.number(bits_per_byte(after.bits, tokenizer, page.ids)),
        "bits": words.number(lens.divergence(before.probabilities, after.probabilities)),
        "was": was,
        "now": now,
        "p": words.percent(before.probabilities.max()),
        "q": words.percent(after.probabilities.max()),
    }
    if not setting.experts and setting.active == config.active_experts:
        section = "touch-same"
    elif len(page.ids) == 1:
        section = "touch-reading-one"
    else:
        section = "touch-reading-close" if values["before"] == values["after"] else "touch-reading"
    next_token = words("touch-next-kept" if top[0] == top[1] else "touch-next-other", **values)
    st.html(markup.read(words.inline(section, **values)) + next_token)
    rows, probabilities = comparison.top_tokens(page, before, after)
    names = words.text("as-trained"), words.text("changed")
    columns = {words.text("col-token"): rows} | dict(zip(names, probabilities, strict=True))
    chart = sparse.pair(rows, probabilities, names, words.percent)
    figures.show(chart, "touched", words.text("touched-alt"), columns)
    page.note(words.inline("touch-honest", trained=config.active_experts))


@st.fragment
def _show_active_counts(page: Page) -> None:
    """The loss against the number of active experts, after a click: it takes a pass, and a model, for each number."""
    words, trained = page.words, page.bundle.model.config.active_experts
    page.heading("counts-title", words("counts-intro"), level=3)
    asked, place = f"counts-{page.text}", st.empty()
    if place.button(words.text("counts-button", n=page.bundle.model.config.experts), key="counts-go"):
        st.session_state[asked] = True
    if not st.session_state.get(asked):
        return
    place.html(markup.note(words.inline("counts-running"), live=True))
    losses = readings.losses_by_active(page)
    place.empty()
    best, worst = int(np.argmin(losses)) + 1, int(np.argmax(losses)) + 1
    values = {"loss": losses[trained - 1], "least": min(losses), "most": max(losses)}
    values = {name: words.number(loss) for name, loss in values.items()}
    values |= {"trained": trained, "best": best, "worst": worst}
    unit, axis = words.text("bits-per-byte"), words.text("active")
    with st.container(gap="xsmall"):
        chart = charts.counts(losses, trained, unit, axis, words.number)
        figures.show(chart, "counts", words.text("counts-alt"), {axis: range(1, len(losses) + 1), unit: losses})
        st.html(words("counts-best" if best == trained else "counts-other", **values))
