"""Lesson 5: which earlier words matter? One head at a time, its two steps, and what the mask hides."""

import streamlit as st

import content
from ui import attention, components, questions, widgets
from ui.lesson import lesson
from viz.attention import heatmap

with lesson("attention", models=("smollm2", "minilm"), limit=32) as page:
    words = page.words
    trace = page.trace(attention.keep(page.bundle.model.config))
    look = attention.start(page.bundle, trace)

    components.mount(
        "attention",
        key="attention",
        data={
            **attention.packed(page.bundle, trace),
            "lang": page.lang,
            "words": content.load(page.lang, "attention"),
        },
    )
    widgets.source(*attention.SOURCE)

    @st.fragment
    def twin() -> None:
        """Of the head that the link names: the browser writes it there, and sends the link along with any request."""
        layer, head = attention.asked(trace, look, st.query_params)
        names = {"layer": layer + 1, "head": head + 1}
        reader, read, score, weight = (words.text(f"col-{name}") for name in ("reader", "read", "score", "weight"))
        with st.container(gap=None):
            with st.expander(words.text("twin"), key="twin"):
                st.html(f"<h3>{words.inline('head-title', **names)}</h3>")
                shown = trace.layers[layer]
                chart = heatmap(shown.pattern[head], trace.tokens, shown.mask, reader, read, weight)
                widgets.figure(chart, key="twin-chart", alt=words.text("twin-alt", **names))
                st.button(words.text("twin-button"), key="twin-button")
            columns = attention.table(trace, layer, head)
            widgets.table_twin(dict(zip((reader, read, score, weight), columns, strict=True)), "attention")

    twin()
    questions.swap(page, trace, look) or questions.append(page, trace, look)
    questions.carry(page, trace, look)
