"""What a token costs after longer and longer texts, measured once for the whole server."""

import numpy as np
import streamlit as st

from model.runtime import timing
from model.runtime.timing import Point
from ui.frame.page import Page
from ui.kit import cache, figures
from ui.lessons.tracks.measuring import ALONE, RUNS_EACH
from ui.lessons.tracks.readings import MS, device, milliseconds, total
from viz import tracks as charts

LENGTHS = (1, 24, 48, 96, 192)  # tokens
WAYS = {"decode": "with", "prefill": "without", "recurrent": "gru"}  # and the styles of their lines


def curves() -> dict[str, list[Point]]:
    """The points of each model that was measured."""
    return cache.shared("tracks-curves")


@st.fragment
def curve(page: Page) -> None:
    """Measured when the first reader asks; each point is drawn as soon as it is there."""
    words, model = page.words, page.bundle.model
    spot = st.empty()
    if st.button(words.text("measure"), key="measure"):
        points: list[Point] = []
        measured = timing.decode_costs(model, page.ids, LENGTHS, RUNS_EACH)
        for length in LENGTHS:
            with spot.container():
                if len(points) > 1:
                    _charts(page, points)
                page.note(words.inline("measuring", n=length), live=True)
            with ALONE:
                points.append(next(measured))
        curves()[page.model] = points
    with spot.container():
        if points := curves().get(page.model):
            _charts(page, points)
            _reading(page, points)
        else:
            page.note(words.inline("not-measured"))


def _charts(page: Page, points: list[Point]) -> None:
    """Both charts of the points so far."""
    text, count = page.words.text, len(points)
    lengths = [point.length for point in points]

    def line(way: str, style: str) -> charts.Line:
        times = [getattr(point, way) for point in points]
        medians = MS * np.array([time.median for time in times])
        return charts.Line(style, text(f"line-{style}"), medians, MS * np.array([time.spread for time in times]).T)

    ways = [line(way, style) for way, style in WAYS.items()]
    page.heading("one-title", level=3)
    columns = {text("column-length"): lengths} | {f"{way.name}, ms": way.times for way in ways}
    chart = charts.times(lengths, ways, "ms", text("across"))
    figures.show(chart, f"one-{count}", text("one-alt"), columns, name="one-token")
    every = np.arange(1, lengths[-1] + 1)
    sums = [charts.Line(way.style, way.name, total(lengths, way.times) / MS) for way in ways[:2]]
    page.heading("sum-title", level=3)
    columns = {text("column-length"): every} | {f"{way.name}, s": way.times for way in sums}
    chart = charts.times(every, sums, "s", text("across-sum"))
    figures.show(chart, f"sum-{count}", text("sum-alt"), columns, name="whole-text")


def _reading(page: Page, points: list[Point]) -> None:
    """What the charts show, in words, and their numbers."""
    words, last, layers = page.words, points[-1], page.bundle.model.config.layers
    lengths = [point.length for point in points]
    medians = {way: np.array([getattr(point, way).median for point in points]) for way in WAYS}
    cached, uncached = (float(total(lengths, medians[way])[-1]) for way in ("decode", "prefill"))
    seconds = {"cached": cached, "uncached": uncached, "times": uncached / cached, "n": last.length}
    values = {name: words.number(value) for name, value in seconds.items()} | {"setting": device(page)}
    page.read(words.inline("sum-reading", **values, runs=RUNS_EACH))
    st.html(words("sum-note", **values, runs=RUNS_EACH))
    gru = {name: milliseconds(getattr(last, name).median, words) for name in ("prefill", "recurrent")}
    chain = {"n": values["n"], "layers": layers, "chain": words.number(last.length + layers - 1)}
    page.heading("gru-title", words("gru", **gru, **chain, setting=device(page)), level=3)
