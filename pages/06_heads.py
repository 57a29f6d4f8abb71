"""Lesson 6: why so many heads? What each writes, how far it moves a score, what kind it is, and what heads share."""

from functools import partial

import streamlit as st

from ui import heads, html, numbers, prompt, sharing, switchboard, widgets
from ui.lesson import lesson
from viz import heads as figures

with lesson("heads", limit=32, fits=prompt.pre_norm, link=heads.LINK) as page:
    words, text = page.words, page.words.text
    number = partial(numbers.number, lang=page.lang)
    trace = page.trace(heads.KEEP)
    found = heads.candidates(page.bundle, trace)
    begin = heads.start(page.bundle, trace, found)
    config = page.bundle.model.config
    about = {"layers": config.layers, "heads": config.heads, "all": config.layers * config.heads}

    def heading(section: str, *paragraphs: html.Raw) -> None:
        st.html(f"<h2>{words.inline(section)}</h2>{''.join(paragraphs)}")

    heads.explorer(page, trace, begin)
    with st.container(gap=None):
        widgets.source(*heads.WRITES)
        written = heads.writes(page, trace)
        columns = {text("col-length-last"): written.lengths[:, :, -1]}
        widgets.table_twin(heads.table(words, columns), "head-writes")
    heads.ask_depth(page, trace)

    heading("effects-heading", words("effects-intro", token=html.chip(found.tokens[0])))

    @st.fragment
    def effects() -> None:
        token, rival, told = heads.choice(page.bundle, found, words)
        score = heads.score(page.bundle, trace, found, token, rival)
        aloud, compared = heads.moved(score, words)
        with st.container(gap="xsmall"):
            st.html(f'{told}<div class="read">{aloud}</div><p class="note">{compared}</p>')
            heads.effects(page, score, begin)
            st.html(f"{words('effects-sum')}{heads.sums(score, words)}")
            names = (text("growth-heads"), text("growth-mlps"), text("growth-sum"))
            chart = figures.growth(score.heads, score.mlps, score.rest, names, text("axis-layer"), number)
            widgets.figure(chart, "growth", text("growth-alt", token=score.name))
        with st.container(gap=None):
            widgets.source(*heads.EFFECTS)
            widgets.table_twin(heads.table(words, {text("col-effect"): score.heads}), "direct-effects")

    effects()
    st.html(f'<div class="notice">{words("effects-caveat")}</div>')

    heading("kinds-heading", words("kinds-intro", **about))
    heads.ask_repeat(page)
    heads.sorts(page, trace, begin)
    st.html(heads.how_measured(page))
    with st.container(gap=None):
        widgets.source(*heads.MEASURED)
        kinds = {text(f"place-{name}"): scores for name, scores in heads.by_kind(page).items()}
        widgets.table_twin(heads.table(words, kinds), "head-kinds")

    heading("sharing-heading", words("sharing-intro", **about, groups=config.kv_heads))
    sharing.ask(page)
    sharing.diagram(page)

    @st.fragment
    def measured() -> None:
        st.html(f"<h3>{words.inline('measure-heading')}</h3>{words('measure-intro', **sharing.setting(page))}")
        if not st.button(text("measure"), key="measure", type="primary"):
            return
        runs = sharing.measured(page)
        st.html(f'<div class="read">{sharing.told(runs, words)}</div>')
        names = [text("bar-name", count=one.kv_heads) for one in runs]
        chart = figures.times([one.decode.seconds for one in runs], names, text("milliseconds"), number)
        widgets.figure(chart, "sharing-times", text("times-alt"))
        st.html(f'<p class="note">{words.inline("measured-note")}</p>')
        with st.container(gap=None):
            widgets.source(*sharing.SOURCE)
            widgets.table_twin(sharing.table(runs, words), "sharing")

    measured()
    st.html(switchboard.trained(words, "mha", "base", "mqa"))
