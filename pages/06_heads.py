"""Lesson 6: why so many heads? What each writes, how far it moves a score, what kind it is, and what heads share."""

from functools import partial

import streamlit as st
from markupsafe import Markup

from ui.frame import prompt_bar
from ui.frame.lesson import lesson
from ui.kit import figures, listing, markup, numbers, tables
from ui.lessons.blocks import switchboard
from ui.lessons.heads import kv_sharing, view
from viz import heads as charts

with lesson("heads", limit=32, fits=prompt_bar.pre_norm, link=view.LINK) as page:
    words, text = page.words, page.words.text
    number = partial(numbers.number, lang=page.lang)
    trace = page.trace(view.KEEP)
    found = view.candidates(page.bundle, trace)
    begin = view.start(page.bundle, trace, found)
    config = page.bundle.model.config
    about = {"layers": config.layers, "heads": config.heads, "all": config.layers * config.heads}

    def heading(section: str, *paragraphs: Markup) -> None:
        st.html(f"<h2>{words.inline(section)}</h2>{''.join(paragraphs)}")

    view.explorer(page, trace, begin)
    with st.container(gap=None):
        listing.show(*view.WRITES)
        written = view.writes(page, trace)
        columns = {text("col-length-last"): written.lengths[:, :, -1]}
        tables.twin(view.table(words, columns), "head-writes")
    view.ask_depth(page, trace)

    heading("effects-heading", words("effects-intro", token=markup.chip(found.tokens[0])))

    @st.fragment
    def effects() -> None:
        token, rival, told = view.choice(page.bundle, found, words)
        score = view.score(page.bundle, trace, found, token, rival)
        aloud, compared = view.moved(score, words)
        with st.container(gap="xsmall"):
            st.html(f'{told}<div class="read">{aloud}</div><p class="note">{compared}</p>')
            view.effects(page, score, begin)
            st.html(f"{words('effects-sum')}{view.sums(score, words)}")
            names = (text("growth-heads"), text("growth-mlps"), text("growth-sum"))
            chart = charts.growth(score.heads, score.mlps, score.rest, names, text("axis-layer"), number)
            figures.show(chart, "growth", text("growth-alt", token=score.name))
        with st.container(gap=None):
            listing.show(*view.EFFECTS)
            tables.twin(view.table(words, {text("col-effect"): score.heads}), "direct-effects")

    effects()
    st.html(f'<div class="notice">{words("effects-caveat")}</div>')

    heading("kinds-heading", words("kinds-intro", **about))
    view.ask_repeat(page)
    view.sorts(page, trace, begin)
    st.html(view.how_measured(page))
    with st.container(gap=None):
        listing.show(*view.MEASURED)
        kinds = {text(f"place-{name}"): scores for name, scores in view.by_kind(page).items()}
        tables.twin(view.table(words, kinds), "head-kinds")

    heading("sharing-heading", words("sharing-intro", **about, groups=config.kv_heads))
    kv_sharing.ask(page)
    kv_sharing.diagram(page)

    @st.fragment
    def measured() -> None:
        st.html(f"<h3>{words.inline('measure-heading')}</h3>{words('measure-intro', **kv_sharing.setting(page))}")
        if not st.button(text("measure"), key="measure", type="primary"):
            return
        runs = kv_sharing.measured(page)
        st.html(f'<div class="read">{kv_sharing.told(runs, words)}</div>')
        names = [text("bar-name", count=one.kv_heads) for one in runs]
        chart = charts.times([one.decode.seconds for one in runs], names, text("milliseconds"), number)
        figures.show(chart, "sharing-times", text("times-alt"))
        st.html(f'<p class="note">{words.inline("measured-note")}</p>')
        with st.container(gap=None):
            listing.show(*kv_sharing.SOURCE)
            tables.twin(kv_sharing.table(runs, words), "sharing")

    measured()
    st.html(switchboard.trained(words, "mha", "base", "mqa"))
