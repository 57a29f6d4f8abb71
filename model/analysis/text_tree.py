"""A tree of texts: what was written after a prompt, and where it could have gone another way."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Node:
    """A text: its parent's, and one token more. The root is the prompt itself."""

    parent: int = -1
    token: int = -1
    probability: float = 1.0  # that the model gives the token after the parent's text
    forced: bool = False  # taken by hand, where the draw said another
    children: list[int] = field(default_factory=list)


class Tree:
    """Nodes by number, in the order in which they came; 0 is the root."""

    def __init__(self):
        self.nodes = [Node()]

    def __len__(self) -> int:
        return len(self.nodes)

    def add(self, at: int, token: int, probability: float, forced: bool = False) -> int:
        """The text of `at` with one token more: a new node, or the one that is there, with how it was taken now."""
        for child in self.nodes[at].children:
            if self.nodes[child].token == token:
                self.nodes[child].forced = forced
                return child
        self.nodes.append(Node(at, token, probability, forced))
        self.nodes[at].children.append(len(self) - 1)
        return len(self) - 1

    def path(self, at: int) -> list[int]:
        """The nodes from the first token to `at`; the root is left out."""
        path = []
        while at:
            path.append(at)
            at = self.nodes[at].parent
        return path[::-1]

    def tokens(self, at: int) -> list[int]:
        return [self.nodes[node].token for node in self.path(at)]

    def log_probability(self, at: int) -> float:
        """Of all tokens after the prompt together, natural logarithm."""
        return sum(math.log(max(self.nodes[node].probability, 1e-300)) for node in self.path(at))

    def lanes(self) -> list[int]:
        """A line for each node, so that the tree can be drawn without crossings: the first child stays on its parent's
        line, every other one opens a new line below all that came before it."""
        lanes, last, waiting = [0] * len(self), 0, [0]
        while waiting:
            at = waiting.pop()
            if at:
                parent = self.nodes[at].parent
                first = self.nodes[parent].children[0] == at
                lanes[at] = lanes[parent] if first else (last := last + 1)
            waiting += reversed(self.nodes[at].children)
        return lanes


def merge(texts: Iterable[tuple[Iterable[int], Iterable[float]]]) -> Tree:
    """Texts as one tree, the first on the first line: each is its tokens and their probabilities."""
    tree = Tree()
    for tokens, probabilities in texts:
        at = 0
        for token, probability in zip(tokens, probabilities, strict=True):
            at = tree.add(at, token, probability)
    return tree
