"""Figures of lesson `experts`: what is drawn is what was given."""

import numpy as np

from viz import experts as figures


def shown(x) -> str:
    return f"{x:.3g}"


def test_the_parts_of_a_load_fill_their_bar():
    rows = np.array([[0.5, 0.25, 0.25, 0.0], [0.01, 0.09, 0.4, 0.5]])
    figure = figures.loads(["Layer 1", "Layer 2"], {"a": rows, "b": rows[::-1]}, "expert {n}", shown)
    parts = [trace for trace in figure.data if trace.type == "bar" and trace.customdata is not None]
    assert len(parts) == 2
    for trace, shares in zip(parts, (rows, rows[::-1]), strict=True):
        np.testing.assert_allclose(np.asarray(trace.base, float), (np.cumsum(shares, axis=1) - shares).ravel())
        drawn = np.asarray(trace.x, float)
        assert ((drawn <= shares.ravel()) & (shares.ravel() - drawn < 0.0031)).all()
        assert trace.marker.color[:4] == trace.marker.color[4:]
        assert f"expert 2: {shown(shares[0, 1])}" in trace.customdata[1]
    texts = [trace.text for trace in figure.data if trace.type == "scatter"]
    assert list(texts[0]) == ["1", "2", "3", "", "", "2", "3", "4"]  # a narrow part has no room for its number
    assert not set(parts[0].y) & set(parts[1].y)


def test_the_busiest_expert_has_a_line_for_each_layer_and_a_mean():
    shares = np.array([[0.2, 0.3], [0.4, 0.5]])
    steps = np.array([20, 40])
    curves = {"with": (steps, shares), "without": (steps, shares + 0.1)}
    figure = figures.busiest(curves, 0.125, ("step", "share"), "even", "layer {n}", shown)
    lines = {trace.name: trace for trace in figure.data if trace.name}
    np.testing.assert_allclose(lines["with"].y, [0.25, 0.45])
    np.testing.assert_allclose(lines["without"].y, [0.35, 0.55])
    assert len(figure.data) == 2 * 3
    assert figure.layout.shapes[0].y0 == 0.125


def test_information_is_on_one_scale_with_its_shuffled_labels():
    rows = {"token": ([2.0, 1.5], [0.1, 0.1]), "genre": ([0.02, 0.03], [0.001, 0.001])}
    figure = figures.information(rows, ["Layer 1", "Layer 2"], ("measured", "shuffled"), "bits", shown)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    marks = [trace for trace in figure.data if trace.type == "scatter" and trace.mode == "markers"]
    for (measured, shuffled), bar, mark in zip(rows.values(), bars, marks, strict=True):
        assert list(bar.x) == measured and list(mark.x) == shuffled
        assert list(bar.y) == list(mark.y)
    assert len({y for bar in bars for y in bar.y}) == 4
    assert figure.layout.xaxis.range[0] == 0


def test_guesses_and_counts_keep_their_order():
    guessed = figures.guesses(["none", "path", "token"], [0.2, 0.5, 0.7], shown).data[0]
    assert list(guessed.x) == [0.2, 0.5, 0.7] and guessed.marker.color[0] == guessed.marker.color[2]
    losses = [3.0, 2.5, 2.6]
    counts = figures.counts(losses, 2, "bits", "active", shown).data[0]
    assert list(counts.y) == losses and list(counts.x) == [1, 2, 3]
    assert counts.marker.size[1] > counts.marker.size[0]


def test_parameters_in_all_and_for_one_token():
    names = {"embedding": "e", "attention": "a", "rest": "r", "used": "u", "idle": "i"}
    parts = {"embedding": 10, "attention": 20, "rest": 5, "used": 25, "idle": 40}
    figure = figures.parameters({"M": parts}, names, ("{model}, all", "one"), str, shown)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    np.testing.assert_allclose(np.array([bar.x for bar in bars], float).sum(0), [1, 0.6])
    np.testing.assert_allclose(np.asarray(bars[3].base, float), [0.35, 0.35])
    assert list(figure.layout.yaxis.ticktext) == ["M, all", "one"]
