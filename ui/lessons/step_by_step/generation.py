"""A session's tree of texts after one prompt, with the decoder that reads them: the state behind the lesson.

Tokens are drawn as in model.generate.stream: `step` is the number of tokens after the prompt. So a text that is rewound
and written again comes out the same, and it is the text of `stream` with the same seed.
"""

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from model import sampling
from model.analysis.text_tree import Tree
from model.generate import Decoder
from model.zoo import Bundle
from ui.frame.page import Page
from ui.kit import cache

LIMIT = 64  # tokens after the prompt
TOP = 8  # candidates with a bar of their own
REMEMBERED = 256  # distributions at a time
HOTTEST, LAST_SEED = 2.0, 9999


@dataclass(frozen=True)
class Distribution:
    """What may follow a text, over the whole vocabulary of V tokens, as far as it is drawn: the TOP likeliest in order,
    then the token drawn where it is none of them."""

    ids: list[int]
    logits: list[float]
    base: list[float]  # the model's own probabilities
    tempered: list[float]  # at this temperature: what is drawn from
    drawn: int
    rank: int  # of the token drawn, from 1
    best: float  # the largest logit of all
    totals: tuple[float, float]  # the sum over V of e^(logit - best), and of the same at this temperature
    size: int  # V


def distribution(logits: np.ndarray, temperature: float, seed: int, step: int) -> Distribution:
    """logits (V,) of the next token."""
    stages = sampling.stages(logits, temperature=temperature)
    drawn = sampling.draw(stages.final, seed=seed, step=step)
    ids = np.argsort(-logits, kind="stable")[:TOP].tolist()
    ids += [drawn] if drawn not in ids else []
    below = np.asarray(logits, np.float64) - logits.max()
    tempered_total = np.exp(below / temperature).sum() if temperature else 1.0
    return Distribution(
        ids,
        logits[ids].tolist(),
        stages.base[ids].tolist(),
        stages.final[ids].tolist(),
        drawn,
        1 + int((logits > logits[drawn]).sum()),
        float(logits.max()),
        (float(np.exp(below).sum()), float(tempered_total)),
        len(logits),
    )


class GenerationSession:
    """The texts that one session has written after one prompt: a tree, the node that is shown, and the decoder.

    Two runs of one session may overlap (a rerun starts while the last one is still in the model), so all that changes
    the cache is done under a lock.
    """

    def __init__(
        self, bundle: Bundle, ids: Sequence[int], temperature: float = 1.0, seed: int = 1, path: Sequence[int] = ()
    ):
        self.bundle, self.ids = bundle, list(ids)
        self.temperature, self.seed = temperature, seed
        self.tree, self.at = Tree(), 0
        self.turn = 0  # commands applied; so the component gets new data after each, even if nothing came of it
        self.decoder = Decoder(bundle.model)
        self.lock = threading.RLock()
        self.distributions: dict[tuple, Distribution] = {}
        self.same_seed, self.beams = {"turn": 0}, {"turn": 0}  # what was asked for last
        self._replay(list(path))

    @property
    def step(self) -> int:
        """Tokens between the prompt and here."""
        return len(self.tree.path(self.at))

    @property
    def text(self) -> list[int]:
        """The ids of the prompt and of what follows it up to here."""
        return [*self.ids, *self.tree.tokens(self.at)]

    def distribution(self, at: int | None = None) -> Distribution:
        """What may come after this node's text: from memory, or from the model, which reads only what its cache does
        not hold."""
        with self.lock:
            path = tuple(self.tree.tokens(self.at if at is None else at))
            if known := self.distributions.get((path, self.temperature, self.seed)):
                return known
            return self._remember(path, self._logits([*self.ids, *path]))

    def append(self, token: int) -> None:
        """Appends one of the candidates. It is forced where the draw said another."""
        with self.lock:
            following = self.distribution()
            if token in following.ids and self.step < LIMIT:
                probability = following.base[following.ids.index(token)]
                self.at = self.tree.add(self.at, token, probability, token != following.drawn)

    def apply_command(self, command: dict) -> None:
        """What the component asks for: {"at": node, "take": token id}, {"go": node}, {"temperature": …, "seed": …}.
        Anything else changes nothing."""
        with self.lock:
            self.turn += 1
            match command:
                case {"at": int(node), "take": int(token)} if 0 <= node < len(self.tree):
                    self.at = node
                    self.append(token)
                case {"go": int(node)} if 0 <= node < len(self.tree):
                    self.at = node
                case {"temperature": int() | float() as temperature, "seed": int(seed)}:
                    self.temperature, self.seed = fit_temperature(temperature), fit_seed(seed)

    def _logits(self, text: list[int]) -> np.ndarray:
        try:
            return self.decoder.logits(text)
        except BaseException:
            self.decoder = Decoder(self.bundle.model)  # the cache may have stopped half way
            raise

    def _remember(self, path: tuple[int, ...], logits: np.ndarray) -> Distribution:
        following = distribution(logits, self.temperature, self.seed, len(path))
        self.distributions[(path, self.temperature, self.seed)] = following
        if len(self.distributions) > REMEMBERED:
            del self.distributions[next(iter(self.distributions))]
        return following

    def _replay(self, path: list[int]) -> None:
        """The text of a link, in one pass. A path that this model cannot have is no path."""
        if not path or len(path) > LIMIT or not all(0 <= id < self.bundle.model.config.vocab_size for id in path):
            return
        trace = cache.trace(self.bundle, [*self.ids, *path], {"logits"}, kept=False)
        logits = trace.logits[len(self.ids) - 1 :]
        for step, token in enumerate(path):
            following = self._remember(tuple(path[:step]), logits[step])
            probability = sampling.softmax(logits[step])[token]
            self.at = self.tree.add(self.at, token, float(probability), token != following.drawn)
        self._remember(tuple(path), logits[len(path)])


def generation_session(page: Page) -> GenerationSession:
    """The session's texts after this prompt. The link's path counts when the session begins; after another prompt, the
    tree begins anew and the settings stay."""
    name, link = "loop-grown", st.query_params
    before = st.session_state.get(name)

    def begin() -> GenerationSession:
        if before:
            return GenerationSession(page.bundle, page.ids, before[1].temperature, before[1].seed)
        path = [int(id) for id in link.get("path", "").split(".") if id.isdecimal() and len(id) < 9]
        settings = fit_temperature(link.get("temperature")), fit_seed(link.get("seed"))
        return GenerationSession(page.bundle, page.ids, *settings, path)

    return cache.memo(name, (page.model, tuple(page.ids)), begin)


def fit_temperature(value: str | float | None) -> float:
    """A temperature from 0 to HOTTEST, with one decimal; 1 for what is no number."""
    x = _float(value)
    return round(min(max(x, 0.0), HOTTEST), 1) if math.isfinite(x) else 1.0


def fit_seed(value: str | float | None) -> int:
    """A seed from 0 to LAST_SEED; 1 for what is no number."""
    x = _float(value)
    return int(min(max(x, 0), LAST_SEED)) if math.isfinite(x) else 1


def _float(value: str | float | None) -> float:
    try:
        return 1.0 if value in (None, "") else float(value)
    except ValueError:
        return 1.0
