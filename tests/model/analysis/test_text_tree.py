"""A tree of texts keeps each text once, and says how likely it is."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from model.analysis.text_tree import Tree, merge, search
from model.generate import beam_search

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


def test_searches_are_one_tree_and_the_best_beam_is_no_less_likely_than_its_first(moe):
    ids = moe.tokenizer.encode("The dog")
    found = search(moe.model, ids, width=3, length=4)
    history = beam_search(moe.model, ids, width=3, length=4)
    assert [beam.tokens for beam in found.beams] == [beam.tokens for beam in history[-1]]
    texts = {tuple(found.tree.tokens(node)) for node in range(len(found.tree))}
    assert texts == {(), *(beam.tokens[:i] for beams in history for beam in beams for i in range(5))} | {
        found.greedy[:i] for i in range(5)
    }
    for text, node in found.ends.items():
        assert found.tree.log_probability(node) == pytest.approx(found.log_probabilities[text], abs=1e-6)
    inside = [found.greedy[: i + 1] in {beam.tokens for beam in beams} for i, beams in enumerate(history)]
    assert found.dropped == (0 if all(inside) else 1 + inside.index(False))
    assert found.gain == pytest.approx(
        math.exp(found.beams[0].log_probability - found.tree.log_probability(found.ends[found.greedy]))
    )
