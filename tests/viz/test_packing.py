"""Figures of lesson `packing`: what is drawn is what was given."""

import numpy as np

from viz import packing


def test_waste_is_drawn_by_context():
    shares = {"padded": np.array([0.1, 0.5]), "packed": np.array([0.0, 0.01])}
    figure = packing.wasted([16, 64], shares, 64, ("context", "empty"), str, "{:.0%}".format)
    for line, (name, values) in zip(figure.data, shares.items(), strict=True):
        assert line.name == name and list(line.x) == [16, 64] and np.array_equal(line.y, values)
    assert "padded<br>16 → 10%" in figure.data[0].customdata
    assert figure.data[0].marker.symbol != figure.data[1].marker.symbol
    assert figure.layout.shapes[0].x0 == 64 and figure.layout.xaxis.type == "log"


def test_what_has_no_row_in_the_table_is_not_drawn():
    starts = np.array([0, 1, 8, 1024])
    changes = {"table": np.array([0, 0.1, 0.2, np.nan]), "rotary": np.array([0, 1e-6, 1e-6, 1e-5])}
    figure = packing.moved(starts, changes, 8, 512, ("start", "change", "end of the table"), str)
    table, rotary = figure.data
    assert list(table.x) == [1, 8] and list(rotary.x) == [1, 8, 1024]
    assert [shape.x0 for shape in figure.layout.shapes] == [8, 512]
    assert figure.layout.annotations[0].x == np.log10(512) and figure.layout.annotations[0].text == "end of the table"
