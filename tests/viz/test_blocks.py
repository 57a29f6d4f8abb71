"""A drawing follows its configuration; the figures of lesson `blocks` hold the numbers they are given."""

from dataclasses import replace

import numpy as np
import pytest

from model.config import BERT, LLAMA, MIXTRAL, PAPER_2017, RECIPES
from viz import blocks, switchboard


def slots(config) -> dict[str, str]:
    return {part.name: part.slot for part in blocks.wired(config)}


def places(config) -> dict[str, str]:
    return {part.name: part.place for part in blocks.wired(config)}


@pytest.mark.parametrize("config", RECIPES.values(), ids=RECIPES)
def test_every_part_has_a_slot_of_its_own(config):
    parts = blocks.wired(config)
    order = [blocks.SLOTS.index(part.slot) for part in parts]
    assert order == sorted(set(order))
    assert {"embedding", "attention", "mlp", "attn_norm", "mlp_norm", "head"} <= {part.name for part in parts}
    inner = {name for rows in blocks.inside(config).values() for row in rows for name in row}
    assert {part.name for part in parts} | (inner - {"rotation"}) <= set(blocks.designs(config))


def test_the_norm_stands_where_the_configuration_says():
    post = replace(LLAMA, norm_place="post")
    assert slots(LLAMA)["attn_norm"] == "attn_before" and places(LLAMA)["attn_norm"] == "branch"
    assert slots(post)["attn_norm"] == "attn_after" and places(post)["attn_norm"] == "stream"
    assert "final_norm" in slots(LLAMA) and "final_norm" not in slots(post)
    assert places(LLAMA)["attention"] == places(post)["attention"] == "branch"
    assert blocks.designs(LLAMA)["mlp_norm"] != blocks.designs(post)["mlp_norm"]
    assert [part.slot for part in blocks.cross_attention(post)] == ["cross", "cross_after"]


@pytest.mark.parametrize(
    "position, below, rotated",
    [("learned", True, False), ("sinusoidal", True, False), ("rotary", False, True), ("none", False, False)],
)
def test_positions_are_added_once_or_turn_inside_every_attention(position, below, rotated):
    config = replace(LLAMA, position=position)
    assert ("position" in slots(config)) is below
    assert (("rotation",) in blocks.inside(config)["attention"]) is rotated


def test_the_mlp_is_drawn_as_it_is():
    def parts(config):
        return [name for row in blocks.inside(config)["mlp"] for name in row]

    assert parts(LLAMA) == ["gate", "up", "activation", "down"]
    assert parts(replace(LLAMA, mlp="plain")) == ["up", "activation", "down"]
    assert parts(MIXTRAL) == ["router", "experts"]


@pytest.mark.parametrize("kv_heads, name", [(4, "multi"), (2, "grouped"), (1, "one")])
def test_sharing_is_read_from_the_heads(kv_heads, name):
    config = replace(LLAMA, heads=4, kv_heads=kv_heads)
    assert blocks.sharing(config) == name
    assert (blocks.designs(config)["attention"] == blocks.designs(LLAMA)["attention"]) is (name == "multi")


def test_sizes_and_biases_make_no_difference_and_a_choice_does():
    wider = replace(LLAMA, width=128, layers=9, mlp_width=99, bias=True, vocab_size=5)
    assert blocks.designs(wider) == blocks.designs(LLAMA)
    old, new = blocks.designs(BERT), blocks.designs(LLAMA)
    apart = {name for name in old if old[name] != new[name]}
    assert {"segment", "position", "embed_norm", "attn_norm", "mlp", "gate", "activation", "head", "scores"} <= apart
    assert not {"embedding", "residual", "q", "output"} & apart
    assert blocks.designs(replace(PAPER_2017, windows=(4,)))["scores"] != blocks.designs(PAPER_2017)["scores"]


def test_the_streams_hold_the_first_token_and_the_mean_of_the_others():
    sizes = {"a": np.arange(1, 13, dtype=float).reshape(4, 3), "b": np.full((3, 1), 2.0)}
    figure = blocks.streams(sizes, "layer", "size", "first", lambda x: f"{x:.3g}")
    first, others, alone = figure.data
    np.testing.assert_array_equal(first.y, sizes["a"][:, 0])
    np.testing.assert_array_equal(others.y, sizes["a"][:, 1:].mean(1))
    np.testing.assert_array_equal(alone.y, sizes["b"][:, 0])
    assert first.line.dash == "dash" and others.line.dash == "solid" and figure.layout.yaxis.type == "log"


@pytest.mark.parametrize("better", [True, False])
def test_the_higher_loss_has_its_name_above(better):
    steps, base = np.array([20, 40, 60]), np.array([5.0, 4.0, 3.5])
    other = base - 0.3 if better else base + 0.3
    figure = switchboard.losses({"base": (steps, base), "b": (steps, other)}, "step", "loss", str)
    np.testing.assert_array_equal(figure.data[1].y, other)
    shifts = [note.yshift for note in figure.layout.annotations]
    assert shifts == ([18, -18] if better else [-18, 18])


def test_differences_are_bold_where_they_are_beyond_the_band():
    seeds = [np.array([-0.2, -0.1]), np.array([0.02, -0.01])]
    figure = switchboard.differences(["x", "y"], seeds, [0.05, 0.05], "base", "bits", lambda x: f"{x:+.2f}")
    np.testing.assert_array_equal(figure.data[0].x, [-0.2, -0.1, 0.02, -0.01])
    np.testing.assert_array_equal(figure.data[0].y, [0, 0, 1, 1])
    np.testing.assert_allclose(figure.data[1].x, [-0.15, 0.005])
    np.testing.assert_allclose(figure.data[1].error_x.array, [np.std(one, ddof=1) for one in seeds])
    assert figure.layout.yaxis.ticktext == ("<b>x</b>", "y")
    assert [(band.x0, band.x1, band.y0, band.y1) for band in figure.layout.shapes[:2]] == [
        (-0.05, 0.05, -0.5, 0.5),
        (-0.05, 0.05, 0.5, 1.5),
    ]


def test_a_single_seed_has_no_error_bar():
    figure = switchboard.differences(["x"], [np.array([0.3])], [0.1], "base", "bits", str)
    assert figure.data[1].error_x.array == (0.0,)


def test_the_line_over_the_rates_goes_through_the_means():
    courses = {"a": {"0.001": [2.0, 2.2], "0.01": [3.0]}, "b": {"0.001": [2.5], "0.01": [2.4]}}
    figure = switchboard.by_rate(courses, "rate", "bits", str)
    line, dots = figure.data[:2]
    np.testing.assert_allclose(line.y, [2.1, 3.0])
    assert dots.x == ("0.001", "0.001", "0.01") and dots.y == (2.0, 2.2, 3.0)
    assert [line.name for line in figure.data if line.showlegend] == ["a", "b"]
