"""The tree of texts is drawn without crossings."""

from hypothesis import given
from hypothesis import strategies as some

from model.analysis.text_tree import Tree, merge
from ui.lessons.step_by_step.lanes import lanes

texts = some.lists(some.lists(some.integers(0, 3), max_size=6), max_size=12)


def grown(texts) -> Tree:
    return merge((text, [0.5] * len(text)) for text in texts)


@given(texts)
def test_lines_do_not_cross(texts):
    """No two nodes share a place; a connector goes down from its parent through places that are empty."""
    tree = grown(texts)
    lines = lanes(tree)
    places = {(len(tree.path(node)), lines[node]) for node in range(len(tree))}
    assert len(places) == len(tree)
    for node in range(1, len(tree)):
        parent = tree.nodes[node].parent
        column = len(tree.path(parent))
        assert not places & {(column, lane) for lane in range(lines[parent] + 1, lines[node] + 1)}


def test_the_first_text_is_on_the_first_line():
    tree = grown([[1, 2, 3], [1, 5], [4], [1, 2, 6]])
    assert lanes(tree) == [0, 0, 0, 0, 2, 3, 1]
