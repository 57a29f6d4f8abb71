"""Lesson 10: how does the model know the order? Without positions, with a table, with hands that turn."""

from functools import partial

import streamlit as st
from markupsafe import Markup

from ui.frame import prompt_bar, quiz
from ui.frame.lesson import lesson
from ui.frame.question import Question
from ui.kit import figures, listing, numbers, tables
from ui.lessons.encoders import maps
from ui.lessons.positions import losses, rotation
from ui.lessons.positions import tables as bag_of_words
from viz import positions as charts

LINK = rotation.LINK | losses.LINK | bag_of_words.LINK

with lesson("positions", limit=24, fits=prompt_bar.rotary, link=LINK) as page:
    words, text = page.words, page.words.text
    number = partial(numbers.number, lang=page.lang)
    trace = page.trace(rotation.KEEP)
    key = f"{page.model}-{page.text}"

    def heading(section: str, body: Markup) -> None:
        st.html(f"<h2>{words.inline(section)}</h2>{body}")

    def note(section: str, **values) -> None:
        st.html(f'<p class="note">{words.inline(section, **values)}</p>')

    def aloud(sentence: Markup) -> None:
        st.html(f'<div class="read">{sentence}</div>')

    def eyebrow(section: str, **values) -> None:
        st.html(f'<p class="eyebrow">{words.inline(section, **values)}</p>')

    @st.fragment
    def bag(encoder) -> None:
        with st.container(horizontal=True, gap="small"):
            for way in ("swap", "shuffle"):
                st.button(text(f"bag-{way}"), key=way, on_click=bag_of_words.ask, args=(way,))
        found = bag_of_words.bag(encoder, page.text, *bag_of_words.asked())
        st.html(bag_of_words.orders(found, words))
        aloud(bag_of_words.reading(found, words))
        columns = {}
        for name, vectors in (("with-table", found.table), ("without-table", found.bare)):
            before, after = vectors
            named = {text("as-written"): before, text("rearranged"): after, text("difference"): after - before}
            eyebrow(name)
            figures.show(charts.strips(named, text("strips-hover")), name, text("strips-alt"))
            columns |= {f"{text(name)}: {which}": list(vector) for which, vector in named.items()}
        note("bag-note")
        tables.twin({text("bag-number"): list(range(1, len(found.bare[0]) + 1))} | columns, "bag-of-words")

    @st.fragment
    def row(encoder) -> None:
        asked = st.number_input(text("row-ask"), 0, 9999, 512, key="row", bind="query-params", width=220)
        st.html(bag_of_words.look_up(encoder, asked, words))

    def tables(encoder) -> None:
        heading("table-title", words("table-text"))
        computed, learned = bag_of_words.sinusoidal(encoder), bag_of_words.table(encoder)
        shown = computed[: bag_of_words.SHOWN]
        eyebrow("sinusoidal-name", n=len(shown))
        drawn = charts.table(shown, text("position"), text("dimension"), text("cell-hover"))
        figures.show(drawn, "sinusoidal", text("sinusoidal-alt", n=len(shown)))
        pair = {"similar-sinusoidal": computed, "similar-learned": learned}
        for column, (name, rows) in zip(st.columns(2, gap="large"), pair.items(), strict=True):
            with column:
                eyebrow(name)
                cosines = bag_of_words.similarity(rows)
                drawn = charts.similarity(cosines, bag_of_words.EVERY, text("row"), text("similar-hover"))
                figures.show(drawn, name, text("similar-alt"))
        note("similar-note")
        row(encoder)
        listing.show(*bag_of_words.SOURCE)

    if encoder := maps.encoder(words):
        heading("bag-title", words("bag-text"))
        bag(encoder)
        if question := bag_of_words.ask_decoder(page, trace):
            st.html(f"<h3>{words.inline('decoder-title')}</h3>{words('bag-decoder')}")
            quiz.predict(f"decoder-{key}", Question(*question))
        tables(encoder)
    page.yield_slot()

    @st.fragment
    def turning() -> None:
        with st.container(gap="xsmall"):
            at = rotation.dials(page, trace)
            note("dials-caveat")
            listing.show(*rotation.SOURCE)
            heading("falling-title", words("falling-text"))
            distances, scores = rotation.falling(page, trace, at)
            aloud(rotation.read_falling(distances, scores, words))
            named = {text(f"falling-{name}"): values for name, values in scores.items()}
            drawn = charts.falling(distances, named, at.distance, number, text("distance"), text("score"))
            figures.show(drawn, "falling", text("falling-alt"))
            note("falling-note")
            tables.twin({text("distance"): distances.tolist()} | named, "scores-by-distance")
            found = rotation.twice(page, at.key)
            heading("twice-title", words("twice-text", **rotation.read_twice(page, found)))
            named = {text("twice-before"): found.before.mean(1), text("twice-after"): found.after.mean(1)}
            drawn = charts.layers(named, text("layer-column"), text("twice-cosine"), text("layer-hover"))
            figures.show(drawn, "twice", text("twice-alt"))
            st.html(rotation.hands(found, words))

    config, title = page.bundle.model.config, page.bundle.card.title
    heading("dials-heading", words("dials-text", model=title, pairs=config.head_width // 2))
    turning()
    heading("base-title", words("base-text", model=title, trained=number(losses.trained(page))))
    losses.bases(page, trace)
    quiz.predict(f"slowest-{key}", Question(*losses.ask_slowest(page)))
    heading("far-title", words("far-text", model=title, context=number(config.context)))
    if len(page.ids) > 1:
        quiz.predict(f"moved-{key}", Question(*losses.ask_moved(page, trace)))
    losses.beyond(page, trace)
