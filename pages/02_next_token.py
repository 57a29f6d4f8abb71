"""Lesson 2: how is the next token chosen?"""

from functools import partial

import streamlit as st

from ui import html, next_token, numbers, quiz, widgets
from ui.lesson import lesson
from viz import distribution
from viz import lens as lens_figure

with lesson("next_token", limit=64, link=next_token.LINK) as page:
    words, text = page.words, page.words.text
    number, percent = partial(numbers.number, lang=page.lang), partial(numbers.percent, lang=page.lang)
    cell = partial(next_token.hundredths, lang=page.lang)
    trace = page.trace(next_token.KEEP)
    reading = next_token.read(page.bundle, trace)
    about = next_token.said(reading, reading.base, words)
    last, others = html.chip(page.tokens[-1]), text("others", n=about["others"])
    rows = distribution.names(reading.tokens, [number(score) for score in reading.logits[reading.top]], others)
    names = {text("token"): [*reading.tokens, others]}

    def heading(section: str, text: html.Raw) -> None:
        st.html(f"<h2>{words.inline(section)}</h2>{text}")

    def aloud(sentence: html.Raw) -> None:
        st.html(f'<div class="read">{sentence}</div>')

    def note(section: str, **values) -> None:
        st.html(f'<p class="note">{words.inline(section, **values)}</p>')

    heading("scores-title", words("vector", **about, layers=len(trace.layers), token=last))
    strip = distribution.strips({"x": reading.vector}, text("strip-hover"))
    widgets.figure(strip, "vector", text("vector-alt", **about))
    note("strip-note", limit=number(distribution.limit(reading.vector)))
    st.html(words("head", **about))
    aloud(words.inline("reading", **about, token=last))
    st.html(f'<p class="eyebrow">{words.inline("bars-head")}</p>')
    widgets.figure(distribution.bars(rows, reading.with_tail(reading.base), percent), "bars", text("bars-alt"))
    st.html(words("entropy", **about))
    widgets.table_twin(next_token.vocabulary(page.bundle, reading, words), "next-token")
    quiz.predict(f"needed-{page.model}-{page.text}", *next_token.ask_needed(reading, words))
    page.give_way()

    @st.fragment
    def sums() -> None:
        with st.container(gap="xsmall"):
            heading("sum-title", words("sum-intro"))
            vectors, lines = next_token.sums(page.bundle, reading, next_token.candidate(reading, words), words)
            strips = distribution.strips(vectors, text("strip-hover"))
            widgets.figure(strips, "strips", text("strips-alt", **about))
            st.html(lines)

    @st.fragment
    def choosing() -> None:
        with st.container(gap="xsmall"):
            heading("choose-title", words("choose"))
            dial, settings = next_token.dials(words)
            stages = next_token.stages(reading, settings)
            shares, counts = reading.with_tail(stages), [next_token.left(stage) for stage in stages]
            aloud(next_token.stages_reading(reading, stages[-1], words))
            heads = next_token.heads(settings, words)
            figure = distribution.stages(rows, shares, heads, list(map(number, counts)), text("left"), dial, cell)
            widgets.figure(figure, "stages", text("stages-alt"))
            note("stages-note", **about, scale=next_token.whole(distribution.scale(shares)))
            columns = {head.replace("<br>", " "): share for head, share in zip(heads, shares, strict=True)}
            widgets.table_twin(names | columns, "stages")
            draws(stages[-1])

    def draws(chances) -> None:
        st.html(f"<h3>{words.inline('draw-title')}</h3>{words('draw')}")
        times, seed = next_token.dice(words)
        drawn = next_token.drawn(page.bundle, reading, chances, times, seed)
        came, promised = number(drawn.counts[0]), number(drawn.expected[0])
        aloud(words.inline("draws-reading", best=about["best"], times=number(times), count=came, expected=promised))
        figure = distribution.draws(
            [*map(distribution.label, reading.tokens), others], drawn.counts, drawn.expected, number
        )
        widgets.figure(figure, "drawn", text("draws-alt"))
        note("draws-note")
        st.html(words("drawn", tokens=html.Raw(" ".join(map(html.chip, drawn.first)))))
        widgets.table_twin(names | {text("times"): drawn.counts, text("expected"): drawn.expected}, "draws")

    sums()
    widgets.source(*next_token.SOURCE)
    choosing()
    quiz.predict(f"tail-{page.model}-{page.text}", *next_token.ask_tail(reading, words))

    found = next_token.levels(page, trace)
    heading("lens-title", words("lens"))
    aloud(next_token.lens_reading(found, words))
    levels = next_token.level_names(found, words)
    figure = lens_figure.tower(found.ids, found.tokens, found.shares, found.chances, levels, percent)
    widgets.figure(figure, "lens", text("lens-alt"))
    note("lens-note", token=html.chip(found.tokens[-1]))
    widgets.table_twin(next_token.lens_table(found, words), "lens")
