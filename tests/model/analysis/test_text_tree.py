"""A tree of texts keeps each text once, and can be drawn without crossings."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from model.analysis.text_tree import Tree, merge

texts = some.lists(some.lists(some.integers(0, 3), max_size=6), max_size=12)


def grown(texts) -> Tree:
    return merge((text, [0.5] * len(text)) for text in texts)


def test_a_text_taken_twice_is_one_text():
    tree = Tree()
    first = tree.add(0, 7, 0.5)
    assert tree.add(0, 7, 0.5, forced=True) == first
    assert len(tree) == 2
    assert tree.nodes[first].forced  # how it was taken last


def test_a_branch_leaves_the_other_as_it_was():
    tree = Tree()
    at = tree.add(tree.add(0, 7, 0.5), 8, 0.25)
    other = tree.add(tree.nodes[at].parent, 9, 0.125)
    assert tree.tokens(at) == [7, 8]
    assert tree.tokens(other) == [7, 9]
    assert tree.path(other) == [1, 3]
    assert tree.path(0) == []
    assert tree.log_probability(other) == pytest.approx(math.log(0.5 * 0.125))


@given(texts)
def test_every_text_is_in_the_tree_and_nothing_else(texts):
    tree = grown(texts)
    prefixes = {tuple(text[:end]) for text in texts for end in range(len(text) + 1)} | {()}
    assert {tuple(tree.tokens(node)) for node in range(len(tree))} == prefixes
    assert len(tree) == len(prefixes)


@given(texts)
def test_lines_do_not_cross(texts):
    """No two nodes share a place; a connector goes down from its parent through places that are empty."""
    tree = grown(texts)
    lanes = tree.lanes()
    places = {(len(tree.path(node)), lanes[node]) for node in range(len(tree))}
    assert len(places) == len(tree)
    for node in range(1, len(tree)):
        parent = tree.nodes[node].parent
        column = len(tree.path(parent))
        assert not places & {(column, lane) for lane in range(lanes[parent] + 1, lanes[node] + 1)}


def test_the_first_text_is_on_the_first_line():
    tree = grown([[1, 2, 3], [1, 5], [4], [1, 2, 6]])
    assert tree.lanes() == [0, 0, 0, 0, 2, 3, 1]
