"""A tree of texts: what was written after a prompt, and where it could have gone another way."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice

from model.generate import Beam, beam_search, stream
from model.sampling import Sampling
from model.transformer import Transformer


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


def merge(texts: Iterable[tuple[Iterable[int], Iterable[float]]]) -> Tree:
    """Texts as one tree, the first on the first line: each is its tokens and their probabilities."""
    tree = Tree()
    for tokens, probabilities in texts:
        at = 0
        for token, probability in zip(tokens, probabilities, strict=True):
            at = tree.add(at, token, probability)
    return tree


@dataclass(frozen=True)
class SearchTree:
    """All texts that beam search kept for a while, and the greedy one, as one tree.

    beams: the last ones, the best first; greedy: the other text; log_probabilities: of all texts, by their tokens.
    ends: the nodes without children, by their tokens. dropped: the step, from 1, after which the greedy text was in no
    beam, or 0.
    """

    tree: Tree
    beams: list[Beam]
    greedy: tuple[int, ...]
    log_probabilities: dict[tuple[int, ...], float]
    ends: dict[tuple[int, ...], int]
    dropped: int

    @property
    def gain(self) -> float:
        """How many times as likely the best beam is as the greedy text."""
        return math.exp(self.beams[0].log_probability - self.log_probabilities[self.greedy])


def search(model: Transformer, ids: Sequence[int], *, width: int, length: int) -> SearchTree:
    """Beam search of this width and greedy decoding, both of `length` tokens. The tree begins with the last beams, the
    best first."""
    history = beam_search(model, ids, width=width, length=length)
    steps = list(islice(stream(model, ids, sampling=Sampling(temperature=0)), length))
    greedy = tuple(step.token for step in steps)
    along = accumulate(math.log(step.stages.base[step.token]) for step in steps)
    sums = {greedy[: i + 1]: total for i, total in enumerate(along)}
    sums |= {beam.tokens: beam.log_probability for beams in history for beam in beams}

    def probabilities(text: tuple[int, ...]) -> list[float]:
        return [math.exp(sums[text[: i + 1]] - sums.get(text[:i], 0.0)) for i in range(len(text))]

    last = [beam.tokens for beam in history[-1]]
    tree = merge((text, probabilities(text)) for text in dict.fromkeys([*last, greedy, *sums]))
    ends = {tuple(tree.tokens(i)): i for i, node in enumerate(tree.nodes) if not node.children}
    inside = [greedy[: i + 1] in {beam.tokens for beam in beams} for i, beams in enumerate(history)]
    return SearchTree(tree, history[-1], greedy, sums, ends, 0 if all(inside) else 1 + inside.index(False))
