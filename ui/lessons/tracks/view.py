"""Lesson 4: the tracks and their cache, token by token, with times taken while the reader looks."""

import threading
from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st
import torch
from markupsafe import Markup

import content
from model.cache import KVCache, LayerCache
from model.generate import Decoder
from model.runtime import timing
from model.runtime.timing import DecodeStep, Point, Times
from ui.kit import cache, figures, tables, url_state
from ui.kit.mounting import mount
from ui.kit.numbers import number
from viz import tracks as charts

TURNS = 5  # tokens written: one by the prefill, the others one at a time
RUNS = 3
PAUSE = 2.5  # seconds from one run to the next: longer than a run, so that the page answers in between
LENGTHS = (1, 24, 48, 96, 192)  # of the curve, in tokens
EACH = 3  # runs at each length
SHORT, LONG = 8, 128  # prompts that the question compares
GROWN = 1.5  # times as long: from here on a time has clearly grown
SOURCE = (Decoder.logits, LayerCache.append, KVCache.bytes)
LINK = {"turn": url_state.integer_between(TURNS)}
MS = 1000

_alone = threading.Lock()  # one measurement at a time: two of them would time each other


# ---- the tracks


def figure(page) -> None:
    """The tracks, and below them the times. The first run is there when they are drawn; the others follow by
    themselves, one at a time, so that the page answers in between."""
    st.fragment(_figure, run_every=PAUSE if len(_runs(page)) < RUNS else None)(page)


def _figure(page) -> None:
    words, runs = page.words, _runs(page)
    waiting = st.empty()
    if not runs:
        waiting.html(f'<p class="note" role="status">{words.inline("first-run", turns=TURNS)}</p>')
        Decoder(page.bundle.model).logits(page.ids)  # a pass that warms up, not counted
    if len(runs) < RUNS:
        runs.append(run(page))
        if len(runs) == RUNS:
            st.rerun()  # else the fragment would go on asking for its next turn
    waiting.empty()
    shared = {"lang": page.lang, "words": content.load(page.lang, "tracks")}
    mount(page, "tracks", "tracks", shared | drawn(page, runs))
    about = words("measured", turns=TURNS, setting=setting(page))
    st.html(f"<h2>{words.inline('measured-title')}</h2>{about}{summary(page, runs)}")
    st.html(agreement(page, runs))
    note = words.inline("progress", n=len(runs) + 1, all=RUNS) if len(runs) < RUNS else words.inline("caveat")
    st.html(f'<p class="note">{note}</p>')
    tables.twin(table(page, runs), "tracks")


def _runs(page) -> list[list[DecodeStep]]:
    """This session's runs of the prompt so far."""
    key = (page.model, tuple(page.ids))
    kept = st.session_state.get("tracks-runs")
    if kept is None or kept[0] != key:
        kept = st.session_state["tracks-runs"] = (key, [])
    return kept[1]


def run(page) -> list[DecodeStep]:
    with _alone:
        return list(timing.decode_both_ways(page.bundle.model, page.ids, TURNS))


def first(runs: list[list[DecodeStep]]) -> Times:
    """Times to the first token. Both ways do the same for it, since the cache is empty: two times a run."""
    return Times(tuple(time for turns in runs for time in (turns[0].cached, turns[0].uncached)))


def later(runs: list[list[DecodeStep]], way: str) -> Times:
    """Times of the later tokens, `way` is "cached" or "uncached"."""
    return Times(tuple(getattr(turn, way) for turns in runs for turn in turns[1:]))


def drawn(page, runs: list[list[DecodeStep]]) -> dict:
    """What the component draws but the words. Times are medians over the runs, in seconds."""
    model, tokenizer = page.bundle.model, page.bundle.tokenizer
    config = model.config

    def time(place: int, way: str) -> float:
        return (Times(tuple(getattr(turns[place], way) for turns in runs)) if place else first(runs)).median

    return {
        "tokens": page.tokens,
        "turns": [
            {
                "token": tokenizer.strings([turn.token])[0],
                "cached": time(place, "cached"),
                "uncached": time(place, "uncached"),
                "bytes": turn.cache_bytes,
            }
            for place, turn in enumerate(runs[0])
        ],
        "layers": config.layers,
        "heads": config.kv_heads,
        "width": config.head_width,
        "size": model.embed_tokens.weight.element_size(),
    }


def summary(page, runs: list[list[DecodeStep]]) -> Markup:
    """The times in a sentence and a table."""
    words, lang = page.words, page.lang
    rows = {"first": first(runs), "later-with": later(runs, "cached"), "later-without": later(runs, "uncached")}
    body = "".join(_row(words.inline(name), times, page) for name, times in rows.items())
    columns = "".join(f'<th scope="col">{words.inline(name)}</th>' for name in ("what", "median", "spread", "count"))
    table = f'<table class="grid-table"><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>'
    cached, uncached = (number(1 / rows[f"later-{way}"].median, lang) for way in ("with", "without"))
    sentence = words.inline("speed", cached=cached, uncached=uncached)
    return Markup(f'<div class="read">{sentence}</div>{table}')


def agreement(page, runs: list[list[DecodeStep]]) -> Markup:
    """How far the logits of the two ways differ."""
    difference = max(turn.difference for turns in runs for turn in turns)
    scores = page.bundle.model.config.vocab_size
    return page.words(
        "same",
        difference=number(difference, page.lang),
        vocabulary=number(scores, page.lang),
        n=sum(map(len, runs)),
    )


def _row(name: str, times: Times, page) -> str:
    low, high = times.spread
    spread = f"{number(MS * low, page.lang)} – {milliseconds(high, page.lang)}"
    cells = (milliseconds(times.median, page.lang), spread, number(len(times.seconds), page.lang))
    return f'<tr><th scope="row">{name}</th>{"".join(f"<td class=number>{cell}</td>" for cell in cells)}</tr>'


def milliseconds(seconds: float, lang: str) -> str:
    return f"{number(MS * seconds, lang)}\u202fms"


def table(page, runs: list[list[DecodeStep]]) -> dict[str, list]:
    """Every turn of every run."""
    turns = [(i + 1, turn) for i, turns in enumerate(runs) for turn in turns]
    text = page.words.text
    return {
        text("column-run"): [i for i, _ in turns],
        text("column-length"): [turn.length for _, turn in turns],
        text("column-token"): page.bundle.tokenizer.strings([turn.token for _, turn in turns]),
        text("column-with"): [MS * turn.cached for _, turn in turns],
        text("column-without"): [MS * turn.uncached for _, turn in turns],
        text("column-bytes"): [turn.cache_bytes for _, turn in turns],
        text("column-difference"): [turn.difference for _, turn in turns],
    }


def setting(page) -> str:
    """What it ran on, in words."""
    if page.bundle.model.device.type != "cpu":
        return page.words.text("setting-gpu")
    threads = torch.get_num_threads()
    return page.words.text("setting-one") if threads == 1 else page.words.text("setting-many", n=threads)


# ---- longer and longer


@st.fragment
def curve(page) -> None:
    """Measured once for the whole server, when the first reader asks; each point is drawn as soon as it is there."""
    words, model = page.words, page.bundle.model
    kept = _curves()
    spot = st.empty()
    if st.button(words.text("measure"), key="measure"):
        points: list[Point] = []
        waiting = timing.decode_costs(model, page.ids, LENGTHS, EACH)
        for length in LENGTHS:
            with spot.container():
                if len(points) > 1:
                    lines(page, points)
                st.html(f'<p class="note" role="status">{words.inline("measuring", n=length)}</p>')
            with _alone:
                points.append(next(waiting))
        kept[page.model] = points
    with spot.container():
        if page.model in kept:
            lines(page, kept[page.model])
            reading(page, kept[page.model])
        else:
            st.html(f'<p class="note">{words.inline("not-measured")}</p>')


@st.cache_resource(show_spinner=False)
def _curves() -> dict[str, list[Point]]:
    """The points of each model that was measured, shared by all sessions."""
    return {}


def lines(page, points: list[Point]) -> None:
    """Both charts of the points so far."""
    text, count = page.words.text, len(points)
    lengths = [point.length for point in points]

    def line(style: str, way: str) -> charts.Line:
        times = [getattr(point, way) for point in points]
        medians = MS * np.array([time.median for time in times])
        return charts.Line(style, text(f"line-{style}"), medians, MS * np.array([time.spread for time in times]).T)

    ways = [line("with", "decode"), line("without", "prefill"), line("gru", "recurrent")]
    st.html(f"<h3>{page.words.inline('one-title')}</h3>")
    one = charts.times(lengths, ways, "ms", text("across"))
    figures.show(one, f"one-{count}", text("one-alt"))
    every = np.arange(1, lengths[-1] + 1)
    sums = [charts.Line(way.style, way.name, total(lengths, way.times) / MS) for way in ways[:2]]
    st.html(f"<h3>{page.words.inline('sum-title')}</h3>")
    figures.show(charts.times(every, sums, "s", text("across-sum")), f"sum-{count}", text("sum-alt"))


def total(lengths: Sequence[int], times: np.ndarray) -> np.ndarray:
    """Times (N,) of one more token after each of the lengths -> what n tokens take in all, (last length,): between the
    lengths measured, straight lines."""
    return np.interp(np.arange(1, lengths[-1] + 1), lengths, times).cumsum()


def reading(page, points: list[Point]) -> None:
    """What the charts show, said, and their numbers."""
    words, lang, last = page.words, page.lang, points[-1]
    lengths = [point.length for point in points]
    cached, uncached = (
        total(lengths, np.array([getattr(point, way).median for point in points])) for way in ("decode", "prefill")
    )
    layers = page.bundle.model.config.layers
    values = {
        "n": number(last.length, lang),
        "setting": setting(page),
        "runs": EACH,
        "cached": number(float(cached[-1]), lang),
        "uncached": number(float(uncached[-1]), lang),
        "times": number(float(uncached[-1] / cached[-1]), lang),
    }
    st.html(f'<div class="read">{words.inline("sum-reading", **values)}</div>{words("sum-note", **values)}')
    gru = {"prefill": milliseconds(last.prefill.median, lang), "recurrent": milliseconds(last.recurrent.median, lang)}
    chain = {"n": number(last.length, lang), "layers": layers, "chain": number(last.length + layers - 1, lang)}
    st.html(f"<h3>{words.inline('gru-title')}</h3>{words('gru', **gru, **chain, setting=setting(page))}")
    columns = {words.text("column-length"): lengths}
    for way, name in (("decode", "line-with"), ("prefill", "line-without"), ("recurrent", "line-gru")):
        columns[f"{words.text(name)}, ms"] = [MS * getattr(point, way).median for point in points]
    tables.twin(columns, "lengths")


# ---- the question


def longer(page) -> tuple[Callable[[], int], Callable[[int, int], str]]:
    """Which time grows with the prompt? Answer and explanation, for ui.frame.quiz; measured when it is asked for."""

    def found() -> dict[str, tuple[float, float]]:
        return cache.result(cache.Key("longer", page.model, tuple(page.ids)), lambda: _longer(page))

    def grew(name: str) -> bool:
        short, long = found()[name]
        return long / short >= GROWN

    def answer() -> int:
        return {(True, False): 0, (False, True): 1, (True, True): 2, (False, False): 3}[grew("first"), grew("later")]

    def explain(chosen: int, right: int) -> str:
        told = {
            f"{name}_{size}": milliseconds(time, page.lang)
            for name, pair in found().items()
            for size, time in zip(("short", "long"), pair, strict=True)
        }
        section = "explain-usual" if right == 0 else "explain-unusual"
        return page.words(section, **told, short=SHORT, long=LONG, runs=EACH)

    return answer, explain


def _longer(page) -> dict[str, tuple[float, float]]:
    """Seconds to the first and to a later token, after a short prompt and a long one: the fastest of several, for other
    work on the machine only ever adds to a time."""
    model, times = page.bundle.model, {"first": [], "later": []}
    for length in (SHORT, LONG):
        text = np.resize(page.ids, length).tolist()
        decoder = Decoder(model)
        with _alone:
            times["first"].append(timing.measure_times(lambda text=text: Decoder(model).logits(text), model.device, EACH))
            decoder.logits(text)
            again = timing.measure_times(lambda text=text, known=decoder: known.logits(text), model.device, EACH)
            times["later"].append(again)
    return {name: tuple(min(time.seconds) for time in pair) for name, pair in times.items()}
