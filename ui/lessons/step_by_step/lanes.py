"""Where the tree of texts is drawn."""

from model.analysis.text_tree import Tree


def lanes(tree: Tree) -> list[int]:
    """A line for each node, so that the tree can be drawn without crossings: the first child stays on its parent's
    line, every other one opens a new line below all that came before it."""
    lines, last, waiting = [0] * len(tree), 0, [0]
    while waiting:
        at = waiting.pop()
        if at:
            parent = tree.nodes[at].parent
            first = tree.nodes[parent].children[0] == at
            lines[at] = lines[parent] if first else (last := last + 1)
        waiting += reversed(tree.nodes[at].children)
    return lines
