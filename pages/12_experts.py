"""Lesson 12: which expert takes which token? A mixture of experts at work, changed, weighed and measured."""

from functools import partial

import streamlit as st

from ui import experts, experts_balance, experts_questions, experts_statistics, experts_touch, html, numbers, widgets
from ui.lesson import lesson
from viz import experts as figures

with lesson("experts", models=("experts",), limit=24, link=experts.LINK | experts_touch.LINK) as page:
    words, text = page.words, page.words.text
    number, percent = partial(numbers.number, lang=page.lang), partial(numbers.percent, lang=page.lang)
    trace, config = page.trace(experts.KEEP), page.bundle.model.config
    found = experts_statistics.read(page)
    about = experts.costs(page, trace)

    def heading(section: str, *paragraphs: html.Raw) -> None:
        st.html(f"<h2>{words.inline(section)}</h2>{''.join(paragraphs)}")

    experts.block(page, trace)
    heading("yard-title", words("yard-intro", experts=config.experts, active=config.active_experts))
    experts.yard(page, trace)
    with st.container(gap=None):
        widgets.source(*experts.SOURCE)
        widgets.table_twin(experts.table(trace, words), "experts")
    experts_questions.again(page, trace)
    page.give_way()

    heading("touch-title", words("touch-intro"))
    experts_touch.section(page, trace)
    widgets.source(*experts_touch.SOURCE)
    if len(page.ids) > 1:
        experts_touch.counts(page)
    if found:
        experts_questions.busiest_off(page, trace, found)

    heading("load-title", words("load-intro"))
    if found:
        experts_balance.loads(page, trace, found)
    experts_balance.formula(page, trace)
    widgets.source(*experts_balance.SOURCE)

    heading("collapse-title", words("collapse-intro"))
    if pair := experts_balance.pair(page):
        experts_balance.collapse(page, pair)

    if found:
        heading("purpose-title", words("purpose-intro"))
        experts_questions.genre(page, found)
        experts_statistics.purposes(page, found)
        st.html(f'<p class="note">{words.inline("purpose-source", tokens=number(found.tokens))}</p>')

    heading("cost-title", words("cost-intro", **about))
    lines = "".join(f"<p>{words.inline(section, **about)}</p>" for section in ("cost-one", "cost-all", "cost-used"))
    st.html(f'<div class="arith">{lines}</div><div class="read">{words.inline("cost-reading", **about)}</div>')
    counted, names = experts.counted(page), {part: text(f"part-{part}") for part in experts.PARTS}
    rows = text("row-all", model="{model}"), text("row-one")
    widgets.figure(figures.parameters(counted, names, rows, number, percent), "parameters", text("parameters-alt"))
    st.html(f"{words('cost-published', **about)}{words('cost-saves', **about)}")
    columns = {text("part-model"): list(names.values())}
    widgets.table_twin(columns | {model: list(parts.values()) for model, parts in counted.items()}, "parameters")
