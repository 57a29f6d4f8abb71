""" "red: changed here" marks all that is changed."""

import pytest
from playwright.sync_api import expect

from tests.support.app_test import run_page
from tests.support.payload import component_payload


@pytest.mark.parametrize(
    "edits, layers, heads, tokens",
    [
        ("silence.3.2", {2}, {(2, 1)}, set()),
        ("cut.2.1.5.4", {1}, {(1, 0)}, set()),
        ("cut.all.all.5.4", set(range(6)), {(layer, head) for layer in range(6) for head in range(6)}, set()),
        ("mask.4.sliding.4", {3}, {(3, head) for head in range(6)}, set()),
        ("patch.2.5.6", {1}, set(), {4}),
        ("drop.5.3", {4}, set(), set()),
        ("force.all.1.4", set(range(6)), set(), set()),
        ("swap.2.cat", {None}, set(), {1}),
        ("shift.10.6", {None}, set(), set(range(5, 10))),
    ],
)
def test_everything_that_is_changed_is_marked(edits, layers, heads, tokens):
    touched = component_payload(run_page("what_if", model="experts", edits=edits), "what_if")[0]["touched"]
    assert {each["layer"] for each in touched} == layers
    assert {(each["layer"], head) for each in touched for head in each["heads"]} == heads
    assert {token for each in touched for token in each["tokens"]} == tokens


def test_the_map_shows_the_marks(bare_page):
    """A mask of one layer and an exchanged token, neither of which is a change of one head or a cut."""
    board = bare_page("what_if", edits="mask.4.sliding.4_swap.2.cat", layer="4").locator(".what-if")
    expect(board.locator(".layers .marked")).to_have_count(1)
    expect(board.locator(".thumb.changed")).to_have_count(9)
    expect(board.locator(".name.marked")).to_have_text("·cat")
