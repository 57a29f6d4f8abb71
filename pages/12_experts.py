"""Lesson 12: which expert takes which token? A mixture of experts at work, changed, weighed and measured."""

from functools import partial

import streamlit as st
from markupsafe import Markup

from ui.frame.lesson import lesson
from ui.kit import figures, listing, numbers, tables
from ui.lessons.experts import balance, interventions, questions, routing, statistics
from viz import experts as charts

with lesson("experts", models=("experts",), limit=24, link=routing.LINK | interventions.LINK) as page:
    words, text = page.words, page.words.text
    number, percent = partial(numbers.number, lang=page.lang), partial(numbers.percent, lang=page.lang)
    trace, config = page.trace(routing.KEEP), page.bundle.model.config
    found = statistics.read(page)
    about = routing.costs(page, trace)

    def heading(section: str, *paragraphs: Markup) -> None:
        st.html(f"<h2>{words.inline(section)}</h2>{''.join(paragraphs)}")

    routing.block(page, trace)
    heading("yard-title", words("yard-intro", experts=config.experts, active=config.active_experts))
    routing.yard(page, trace)
    with st.container(gap=None):
        listing.show(*routing.SOURCE)
        tables.twin(routing.table(trace, words), "experts")
    questions.again(page, trace)
    page.yield_slot()

    heading("touch-title", words("touch-intro"))
    interventions.section(page, trace)
    listing.show(*interventions.SOURCE)
    if len(page.ids) > 1:
        interventions.counts(page)
    if found:
        questions.busiest_off(page, trace, found)

    heading("load-title", words("load-intro"))
    if found:
        balance.loads(page, trace, found)
    balance.formula(page, trace)
    listing.show(*balance.SOURCE)

    heading("collapse-title", words("collapse-intro"))
    if pair := balance.pair(page):
        balance.collapse(page, pair)

    if found:
        heading("purpose-title", words("purpose-intro"))
        questions.genre(page, found)
        statistics.purposes(page, found)
        st.html(f'<p class="note">{words.inline("purpose-source", tokens=number(found.tokens))}</p>')

    heading("cost-title", words("cost-intro", **about))
    lines = "".join(f"<p>{words.inline(section, **about)}</p>" for section in ("cost-one", "cost-all", "cost-used"))
    st.html(f'<div class="arith">{lines}</div><div class="read">{words.inline("cost-reading", **about)}</div>')
    counted, names = routing.counted(page), {part: text(f"part-{part}") for part in routing.PARTS}
    rows = text("row-all", model="{model}"), text("row-one")
    figures.show(charts.parameters(counted, names, rows, number, percent), "parameters", text("parameters-alt"))
    st.html(f"{words('cost-published', **about)}{words('cost-saves', **about)}")
    columns = {text("part-model"): list(names.values())}
    tables.twin(columns | {model: list(parts.values()) for model, parts in counted.items()}, "parameters")
