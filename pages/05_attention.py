"""Lesson 5: which earlier words matter? One head at a time, its two steps, and what the mask hides."""

import streamlit as st

import content
from ui.frame import prompt_bar
from ui.frame.lesson import lesson
from ui.kit import figures, listing, tables
from ui.kit.folded import folded
from ui.kit.mounting import mount
from ui.lessons.attention import questions, readings
from viz.attention import heatmap

CHART = "head-chart"  # the folded part that a button of the component opens

with lesson("attention", models=(*prompt_bar.DECODERS, "minilm"), limit=32, link=readings.LINK) as page:
    words = page.words
    trace = page.trace(readings.keep(page.bundle.model.config))
    look = readings.start(page.bundle, trace)

    @st.fragment
    def explorer() -> None:
        """The component switches heads by itself; it reports one only where its chart and table are asked for."""
        data = readings.packed(page.bundle, trace) | {"lang": page.lang, "words": content.load(page.lang, "attention")}
        chosen = mount(page, "attention", "attention", data, on_chart_change=opened).chart
        valid = chosen and chosen["layer"] < len(trace.layers) and chosen["head"] < len(trace.layers[0].pattern)
        layer, head = (chosen["layer"], chosen["head"]) if valid else (look.layer, look.head)
        reader, read, score, weight = (words.text(f"col-{name}") for name in ("reader", "read", "score", "weight"))

        def chart() -> None:
            shown, names = trace.layers[layer], {"layer": layer + 1, "head": head + 1}
            st.html(f'<p class="eyebrow apart">{words.inline("head-title", **names)}</p>')
            drawn = heatmap(shown.pattern[head], trace.tokens, shown.mask, reader, read, weight)
            figures.show(drawn, key="twin", alt=words.text("twin-alt", **names))

        with st.container(gap=None):
            listing.show(*readings.SOURCE)
            folded(words.text("twin"), CHART, chart)
            columns = readings.table(trace, layer, head)
            tables.twin(dict(zip((reader, read, score, weight), columns, strict=True)), "attention")

    def opened() -> None:
        st.session_state[CHART] = True

    explorer()
    questions.swap(page, trace, look) or questions.append(page, trace, look)
    questions.carry(page, trace, look)
