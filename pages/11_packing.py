"""Lesson 11: how are training texts packed? Rows filled without waste, and what keeps documents apart in them."""

from functools import partial

import streamlit as st
from markupsafe import Markup

from ui.frame import prompt_bar, quiz
from ui.frame.lesson import lesson
from ui.frame.question import Question
from ui.kit import figures, listing, minilm, numbers, tables
from ui.kit.mounting import mount
from ui.lessons.packing import batch as packing
from ui.lessons.packing import positions
from ui.lessons.packing import row as packed_run
from viz import packing as charts

with lesson("packing", limit=64, fits=prompt_bar.no_own, link=packing.LINK | packed_run.LINK) as page:
    words, text = page.words, page.words.text
    number, percent = partial(numbers.number, lang=page.lang), partial(numbers.percent, lang=page.lang)

    def heading(section: str, body: Markup) -> None:
        st.html(f"<h2>{words.inline(section)}</h2>{body}")

    def aloud(sentence: Markup) -> None:
        st.html(f'<div class="read">{sentence}</div>')

    def note(sentence: Markup) -> None:
        st.html(f'<p class="note" role="status">{sentence}</p>')

    batch = packing.controls(page)
    if batch.own:
        packing.area(page)
    if long := packing.too_long(batch, words):
        note(long)
    waiting = st.empty()
    waiting.html(f'<p class="note" role="status">{words.inline("packing-now")}</p>')
    state = st.session_state.get("batch", {}).get("choice")
    data = packing.drawn(page, batch, state)
    waiting.empty()
    mount(page, "packing", "batch", data, reports=("choice",))
    method = packing.method(state)
    st.html(packing.arithmetic(batch, method, words))
    with st.container(gap=None):
        listing.show(*packing.source(method))
        tables.twin(packing.table(batch, words), "packing")
    quiz.predict(f"context-{batch.context}-{hash(batch.lengths)}", Question(*packing.ask_context(batch, words)))

    @st.fragment
    def contexts() -> None:
        st.html(f"<h3>{words.inline('contexts-title')}</h3>{words('contexts-text')}")
        button, asked = st.empty(), f"contexts-{hash(batch.lengths)}"
        if button.button(text("contexts-button"), key="contexts"):
            st.session_state[asked] = True
        if st.session_state.get(asked):
            button.html(f'<p class="note" role="status">{words.inline("packing-now")}</p>')
            shares = {text(f"method-{name}"): found for name, found in packing.by_context(batch).items()}
            button.empty()
            titles = text("context"), text("col-wasted")
            chart = charts.wasted(packing.CONTEXTS, shares, batch.context, titles, number, percent)
            figures.show(chart, "wasted", text("wasted-alt"))
            tables.twin({text("context"): list(packing.CONTEXTS)} | shares, "wasted")

    contexts()

    page.yield_slot()
    heading("row-title", words("row-text", model=page.bundle.card.title))
    if not batch.own:
        packing.area(page)
    row = packed_run.row(page, packing.given().lines)

    @st.fragment
    def microscope() -> None:
        if row.cut:
            kept = {"documents": len(row.texts), "tokens": len(row.ids)}
            st.html(f'<p class="note">{words.inline("row-cut", **kept, **packed_run.LIMITS)}</p>')
        waiting = st.empty()
        waiting.html(f'<p class="note" role="status">{words.inline("reading-now")}</p>')
        found = packed_run.measured(page, row)
        waiting.empty()
        chosen = packed_run.choice(st.session_state.get("microscope", {}).get("choice"), page, found)
        data = packed_run.drawn(page, row, found, chosen)
        mount(page, "packing", "microscope", data, reports=("choice",))
        aloud(packed_run.reading(row, found, chosen.setting, words))
        if len(row.texts) > 1:
            st.html(packed_run.four(row, found, chosen.setting, words))
            st.html(words("four-note", **packed_run.caveat(row, found, page.lang)))
        with st.container(gap=None):
            listing.show(*packed_run.SOURCE)
            tables.twin(packed_run.table(page, row, found, chosen.setting), "documents")

    microscope()
    if question := packed_run.ask_hit(page, row):
        quiz.predict(f"hit-{hash(row.texts)}", Question(*question))

    if encoder := minilm.load(words):
        heading("table-title", words("table-text"))
        found = positions.moved(page, encoder, row)
        aloud(positions.reading(page, found))
        turned = text("line-rotary", model=page.bundle.card.title)
        changes = {text("line-learned"): found.learned, turned: found.rotary}
        titles = text("axis-start"), text("axis-change"), text("table-ends")
        end = encoder.model.config.context
        chart = charts.moved(found.starts, changes, found.start, end, titles, number)
        figures.show(chart, "moved", text("moved-alt"))
        st.html(positions.rows(encoder, found, words))
        columns = {text("axis-start"): found.starts.tolist()} | {name: list(y) for name, y in changes.items()}
        tables.twin(columns, "moved")
