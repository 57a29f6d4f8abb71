"""Lesson 2: how is the next token chosen?"""

from functools import partial

import streamlit as st
from markupsafe import Markup

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.frame.question import Question
from ui.kit import figures, listing, markup, numbers, tables
from ui.lessons.next_token import readings
from viz import bars
from viz import lens as lens_figure

with lesson("next_token", limit=64, link=readings.LINK) as page:
    words, text = page.words, page.words.text
    number, percent = partial(numbers.number, lang=page.lang), partial(numbers.percent, lang=page.lang)
    cell = partial(readings.hundredths, lang=page.lang)
    trace = page.trace(readings.KEEP)
    reading = readings.read(page.bundle, trace)
    about = readings.said(reading, reading.base, words)
    last, others = markup.chip(page.tokens[-1]), text("others", n=about["others"])
    rows = bars.names(reading.tokens, [number(score) for score in reading.logits[reading.top]], others)
    names = {text("token"): [*reading.tokens, others]}

    def heading(section: str, text: Markup) -> None:
        st.html(f"<h2>{words.inline(section)}</h2>{text}")

    def aloud(sentence: Markup) -> None:
        st.html(f'<div class="read">{sentence}</div>')

    def note(section: str, **values) -> None:
        st.html(f'<p class="note">{words.inline(section, **values)}</p>')

    heading("scores-title", words("vector", **about, layers=len(trace.layers), token=last))
    strip = bars.strips({"x": reading.vector}, text("strip-hover"))
    figures.show(strip, "vector", text("vector-alt", **about))
    note("strip-note", limit=number(bars.limit(reading.vector)))
    st.html(words("head", **about))
    aloud(words.inline("reading", **about, token=last))
    st.html(f'<p class="eyebrow">{words.inline("bars-head")}</p>')
    figures.show(bars.bars(rows, reading.with_tail(reading.base), percent), "bars", text("bars-alt"))
    st.html(words("entropy", **about))
    tables.twin(readings.vocabulary(page.bundle, reading, words), "next-token")
    quiz.predict(f"needed-{page.model}-{page.text}", Question(*readings.ask_needed(reading, words)))
    page.yield_slot()

    @st.fragment
    def sums() -> None:
        with st.container(gap="xsmall"):
            heading("sum-title", words("sum-intro"))
            vectors, lines = readings.sums(page.bundle, reading, readings.candidate(reading, words), words)
            strips = bars.strips(vectors, text("strip-hover"))
            figures.show(strips, "strips", text("strips-alt", **about))
            st.html(lines)

    @st.fragment
    def choosing() -> None:
        with st.container(gap="xsmall"):
            heading("choose-title", words("choose"))
            dial, settings = readings.dials(words)
            stages = readings.stages(reading, settings)
            shares, counts = reading.with_tail(stages), [readings.left(stage) for stage in stages]
            aloud(readings.stages_reading(reading, stages[-1], words))
            heads = readings.heads(settings, words)
            figure = bars.stages(rows, shares, heads, list(map(number, counts)), text("left"), dial, cell)
            figures.show(figure, "stages", text("stages-alt"))
            note("stages-note", **about, scale=readings.whole(bars.scale(shares)))
            columns = {head.replace("<br>", " "): share for head, share in zip(heads, shares, strict=True)}
            tables.twin(names | columns, "stages")
            draws(stages[-1])

    def draws(chances) -> None:
        st.html(f"<h3>{words.inline('draw-title')}</h3>{words('draw')}")
        times, seed = readings.dice(words)
        drawn = readings.drawn(page.bundle, reading, chances, times, seed)
        came, promised = number(drawn.counts[0]), number(drawn.expected[0])
        aloud(words.inline("draws-reading", best=about["best"], times=number(times), count=came, expected=promised))
        figure = bars.draws([*map(bars.label, reading.tokens), others], drawn.counts, drawn.expected, number)
        figures.show(figure, "drawn", text("draws-alt"))
        note("draws-note")
        st.html(words("drawn", tokens=Markup(" ".join(map(markup.chip, drawn.first)))))
        tables.twin(names | {text("times"): drawn.counts, text("expected"): drawn.expected}, "draws")

    sums()
    listing.show(*readings.SOURCE)
    choosing()
    quiz.predict(f"tail-{page.model}-{page.text}", Question(*readings.ask_tail(reading, words)))

    found = readings.levels(page, trace)
    heading("lens-title", words("lens"))
    aloud(readings.lens_reading(found, words))
    levels = readings.level_names(found, words)
    figure = lens_figure.tower(found.ids, found.tokens, found.shares, found.chances, levels, percent)
    figures.show(figure, "lens", text("lens-alt"))
    note("lens-note", token=markup.chip(found.tokens[-1]))
    tables.twin(readings.lens_table(found, words), "lens")
