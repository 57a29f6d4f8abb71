"""Lesson 7: must every word look at every word? Patterns, their reach and cost, and the real model under them."""

from functools import partial

import streamlit as st
from markupsafe import Markup

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.frame.question import Question
from ui.kit import comparison, figures, listing, numbers, tables
from ui.kit.mounting import mount
from ui.lessons.blocks import switchboard
from ui.lessons.sparse import questions, view
from viz import sparse as charts

with lesson("sparse", limit=96, first=view.PASSAGE, link=view.LINK) as page:
    words, text = page.words, page.words.text
    number, percent = partial(numbers.number, lang=page.lang), partial(numbers.percent, lang=page.lang)
    start = view.asked(st.query_params)

    def heading(section: str, body: Markup | str = "") -> None:
        st.html(f"<h2>{words.inline(section)}</h2>{body}")

    def aloud(sentence: Markup) -> None:
        st.html(f'<div class="read">{sentence}</div>')

    data = view.grid(page, start)
    reported = mount(page, "sparse", "grid", data, reports=("choice",)).choice
    choice = view.chosen(reported, start)
    with st.container(gap=None):
        listing.show(*view.source(choice))
        tables.twin(view.table(page, choice), "reads")
    if question := questions.reach(page):
        quiz.predict(f"reach-{page.model}-{page.text}", Question(*question))

    heading("cost-title", words("cost"))
    aloud(view.costs(choice, words))
    curves, titles = view.curves(choice, words), (text("col-length"), text("col-scores"))
    here = len(page.ids), choice.scores(len(page.ids))
    lines = charts.curves(view.LENGTHS, curves, choice.name(words), here, titles, number)
    figures.show(lines, "cost-lines", text("cost-alt"))
    st.html(f'<p class="note">{words.inline("cost-note")}</p>')
    tables.twin({text("col-length"): view.LENGTHS} | curves, "costs")

    page.yield_slot()
    heading("model-title", words("model", model=page.bundle.card.title))
    if len(page.ids) < 2:
        st.html(words("too-short"))
    else:
        waiting = st.empty()
        waiting.html(f'<p class="note" role="status">{words.inline("reading-now")}</p>')
        before, after = view.measured(page, view.FULL), view.measured(page, choice)
        about = view.said(page, choice, before, after)
        waiting.empty()
        same = not choice.hides(len(page.ids))
        aloud(words.inline("loss-same" if same else "loss-reading", **about))
        mount(page, "sparse", "losses", view.losses(page, before, after))
        if not same:
            st.html(words("weight", **about))
        st.html(f"<h3>{words.inline('next-title')}</h3>{words('next-same' if same else 'next', **about)}")
        rows, shares = comparison.top_tokens(page, before, after)
        names = text("full"), choice.name(words)
        figures.show(charts.pair(rows, shares, names, percent), "next", text("next-alt"))
        tables.twin({text("col-token"): rows} | dict(zip(names, shares, strict=False)), "next")
        if question := questions.budget(page):
            quiz.predict(f"budget-{page.model}-{page.text}", Question(*question))

        @st.fragment
        def compare() -> None:
            heading("compare-title", words("compare"))
            asked = f"compare-{page.text}"
            button = st.empty()
            if button.button(text("compare-button"), key="compare"):
                st.session_state[asked] = True
            if st.session_state.get(asked):
                button.empty()
                found = view.compared(page, st.empty())
                st.html(view.grid_table(found, words))
                points = {text(pattern): [] for pattern in view.PATTERNS}
                for each, share, bits in found:
                    points[text(each.pattern)].append((share, bits, str(each.size) if each != view.FULL else ""))
                titles = text("col-share"), text("col-bits")
                figures.show(charts.damage(points, titles, number, percent), "damage", text("compare-alt"))
                st.html(f'<p class="note">{words.inline("compare-note")}</p>')
                columns = [each.name(words) for each, *_ in found], *zip(*((x, y) for _, x, y in found), strict=True)
                tables.twin(dict(zip((text("col-pattern"), *titles), columns, strict=True)), "patterns")

        compare()
    st.html(switchboard.trained(words, "base", "sliding", "alternating"))
