import os
import threading
from concurrent.futures import ThreadPoolExecutor

import plotly.graph_objects as go
from streamlit.testing.v1 import AppTest

from model import layers, transformer
from tests.support.app_test import html_of, unfolded
from tests.support.payload import charts
from ui.kit import figures, listing
from viz import theme


def page():
    import numpy as np
    import plotly.graph_objects as go

    from model import tokens
    from ui.kit import figures, listing

    columns = {"token": ["<i>"] * 300, "share": np.linspace(0, 1, 300)}
    figures.show(go.Figure(go.Bar(x=[0.5], y=["<b>"])), "bars", "A bar", columns)
    listing.show(tokens.Tokenizer)


def test_a_figure_its_twin_and_its_source():
    test = AppTest.from_function(page, default_timeout=30).run()
    assert not test.exception
    spec = charts(test)["bars"]
    assert spec["layout"]["template"]["layout"]["font"]["family"] == theme.SANS
    assert "<tr>" not in html_of(test) and not test.code, "what is folded is not made before it is opened"
    shown = html_of(unfolded(test))
    assert shown.count("<tr>") == 201 and "of 300 rows" in shown
    assert "<td>&lt;i&gt;</td>" in shown and "<i>" not in shown
    assert "class Tokenizer" in test.code[0].value and "model/tokens.py:" in shown


def test_code_is_found_by_many_readers_at_once():
    """Two that parse at once disturb one another where one is stopped in it, as by what is thrown away meanwhile."""

    class Litter:
        def __init__(self):
            self.itself = self

        def __del__(self):
            os.sched_yield()

    def litter():
        while not done.is_set():
            Litter()
            os.sched_yield()

    def look(thing):
        listing.read_lines.cache_clear()
        return listing.lines_of(thing)

    done, things = threading.Event(), 20 * [layers.Attention, transformer.Transformer]
    with ThreadPoolExecutor(5) as pool:
        pool.submit(litter)
        try:
            found = list(pool.map(look, things))
        finally:
            done.set()
    assert found == list(map(look, things))


def formulas():
    from ui.kit import tables

    tables.twin({"=1+1": ["-x", "y"] * 150, "share": [-0.5, 2] * 150}, "shares")


def test_the_csv_of_a_twin_has_all_rows_and_no_formula(monkeypatch):
    made = []
    monkeypatch.setattr(figures.st, "download_button", lambda label, make, *_, **__: made.append(make))
    unfolded(AppTest.from_function(formulas).run())
    lines = made[-1]().decode("utf-8-sig").splitlines()
    assert lines[:3] == ["'=1+1,share", "'-x,-0.5", "y,2"] and len(lines) == 301


def test_dark_swaps_every_colour_and_nothing_else():
    figure = go.Figure(
        go.Heatmap(z=[[0, 1]], colorscale=theme.SEQUENTIAL, text=[["paper", "#123456"]]),
        {"font": {"color": theme.INK}},
    )
    light, dark = (theme.apply_theme(figure, mode).to_json() for mode in ("light", "dark"))
    assert theme.INK in light and theme.GREEN in light
    assert theme.INK not in dark and theme.GREEN not in dark
    assert "#123456" in dark
    assert figure.layout.font.color == theme.INK, "the caller's figure must stay as it was"
