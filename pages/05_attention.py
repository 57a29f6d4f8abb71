"""Lesson 5: which earlier words matter? One head at a time, its two steps, and what the mask hides."""

import streamlit as st

import content
from ui import attention, components, prompt, questions, widgets
from ui.lesson import lesson
from viz.attention import heatmap

with lesson("attention", models=(*prompt.DECODERS, "minilm"), limit=32, link=attention.LINK) as page:
    words = page.words
    trace = page.trace(attention.keep(page.bundle.model.config))
    look = attention.start(page.bundle, trace)

    @st.fragment
    def explorer() -> None:
        """The component switches heads by itself; it reports one only where its chart and table are asked for."""
        data = attention.packed(page.bundle, trace) | {"lang": page.lang, "words": content.load(page.lang, "attention")}
        chosen = components.mount("attention", key="attention", data=data, on_chart_change=lambda: None).chart
        valid = chosen and chosen["layer"] < len(trace.layers) and chosen["head"] < len(trace.layers[0].pattern)
        layer, head = (chosen["layer"], chosen["head"]) if valid else (look.layer, look.head)
        names = {"layer": layer + 1, "head": head + 1}
        reader, read, score, weight = (words.text(f"col-{name}") for name in ("reader", "read", "score", "weight"))
        with st.container(gap=None):
            widgets.source(*attention.SOURCE)
            with st.expander(words.text("twin", **names), expanded=bool(valid)):
                shown = trace.layers[layer]
                chart = heatmap(shown.pattern[head], trace.tokens, shown.mask, reader, read, weight)
                widgets.figure(chart, key="twin", alt=words.text("twin-alt", **names))
            columns = attention.table(trace, layer, head)
            widgets.table_twin(dict(zip((reader, read, score, weight), columns, strict=True)), "attention")

    explorer()
    questions.swap(page, trace, look) or questions.append(page, trace, look)
    questions.carry(page, trace, look)
