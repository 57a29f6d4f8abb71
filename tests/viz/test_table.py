"""The areas: true to scale, inside the picture, none upon another."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from viz.table import BOXES, Box, layer, model

PARTS = ("head", "norms", "routers", "attention", "mlp", "experts", "positions", "embedding")
counts = st.integers(0, 10**12)


def shares(boxes: list[Box]) -> dict[str, float]:
    return {part: sum(box.area for box in boxes if box.part == part) for part in {box.part for box in boxes}}


@settings(deadline=None)
@given(sizes=st.lists(counts, min_size=len(PARTS), max_size=len(PARTS)), layers=st.integers(1, 300))
def test_every_part_is_as_large_as_its_share(sizes, layers):
    parts = dict(zip(PARTS, sizes, strict=True)) | {"attention": sizes[3] + 1}
    boxes = model(parts, layers, experts=8, active=2)
    found, total = shares(boxes), sum(parts.values())
    for part, count in parts.items():
        np.testing.assert_allclose(found.get(part, 0), count / total, atol=1e-9)
    assert all(box.x >= -1e-9 and box.x + box.width <= 1 + 1e-9 for box in boxes)
    assert all(box.y >= -1e-9 and box.y + box.height <= 1 + 1e-9 for box in boxes)


def test_layers_have_the_same_area_and_start_at_the_bottom_left():
    parts = dict.fromkeys(PARTS, 0) | {"attention": 30, "mlp": 70}
    boxes = [box for box in model(parts, 30) if box.part == "mlp"]
    assert [box.label for box in boxes] == [str(n) for n in range(1, 31)]
    np.testing.assert_allclose([box.area for box in boxes], 0.7 / 30)
    assert boxes[0].y == max(box.y for box in boxes) and boxes[0].x == min(box.x for box in boxes)
    assert model(parts, 7)[-1].label == "7"  # no number of layers leaves a gap


def test_no_box_lies_on_another():
    parts = dict.fromkeys(PARTS, 5) | {"experts": 60}
    boxes = [box for box in model(parts, 5, experts=3, active=1) if box.area]
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            across = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
            down = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
            assert min(across, down) < 1e-9


def test_idle_experts_are_as_large_as_their_share():
    parts = dict.fromkeys(PARTS, 0) | {"experts": 1}
    for experts, active in ((8, 2), (1000, 4), (10**7, 10**6), (1, 1)):
        idle = sum(box.area for box in model(parts, 3, experts, active) if box.idle)
        np.testing.assert_allclose(idle, 1 - active / experts, atol=1e-9)


def test_a_tower_of_layers_is_drawn_as_one():
    parts = dict.fromkeys(PARTS, 1)
    assert len(model(parts | {"experts": 0}, 10**7)) <= len(PARTS)
    assert len(model(parts, 1000, 64, 2)) < BOXES


def test_one_layer_shows_its_matrices():
    rows = [("attention", "q", 30), ("attention", "k", 10), ("mlp", "up", 60), ("norms", "", 1)]
    boxes = layer(rows)
    np.testing.assert_allclose([box.area for box in boxes], np.array([30, 10, 60, 1]) / 101)
    assert [box.label for box in boxes[:3]] == ["q", "k", "up"]
    mixture = layer([("attention", "q", 1), ("experts", "", 7), ("routers", "", 1)], experts=8, active=2)
    assert [box.label for box in mixture if box.part == "experts"] == [str(n) for n in range(1, 9)]
    assert sum(box.idle for box in mixture) == 6
