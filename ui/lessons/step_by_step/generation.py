"""A session's tree of texts after one prompt, with the decoder that reads them: the state behind lesson 3.

Tokens are drawn as in model.generate.stream: `step` is the number of tokens after the prompt. So a text that is rewound
and written again comes out the same, and it is the text of `stream` with the same seed.
"""

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from model import sampling, transformer
from model.analysis.text_tree import Tree
from model.generate import Decoder

LIMIT = 64  # tokens after the prompt
TOP = 8  # candidates with a bar of their own
KEPT = 256  # readings remembered at a time
HOTTEST, LAST_SEED = 2.0, 9999


@dataclass(frozen=True)
class Reading:
    """What may follow a text, over the whole vocabulary of V tokens, as far as it is drawn: the TOP likeliest in order,
    then the token drawn where it is none of them."""

    ids: list[int]
    logits: list[float]
    base: list[float]  # the model's own probabilities
    chances: list[float]  # at this temperature: what is drawn from
    drawn: int
    rank: int  # of the token drawn, from 1
    best: float  # the largest logit of all
    totals: tuple[float, float]  # the sum over V of e^(logit - best), and of the same at this temperature
    size: int  # V


def read(logits: np.ndarray, temperature: float, seed: int, step: int) -> Reading:
    """logits (V,) of the next token."""
    shares = sampling.stages(logits, temperature=temperature)
    drawn = sampling.draw(shares.final, seed=seed, step=step)
    ids = np.argsort(-logits, kind="stable")[:TOP].tolist()
    ids += [drawn] if drawn not in ids else []
    scores = np.asarray(logits, np.float64) - logits.max()
    hot = np.exp(scores / temperature).sum() if temperature else 1.0
    return Reading(
        ids,
        logits[ids].tolist(),
        shares.base[ids].tolist(),
        shares.final[ids].tolist(),
        drawn,
        1 + int((logits > logits[drawn]).sum()),
        float(logits.max()),
        (float(np.exp(scores).sum()), float(hot)),
        len(logits),
    )


class Growth:
    """The texts that one session has written after one prompt: a tree, the place in it, and the decoder.

    Two runs of one session may overlap (a rerun starts while the last one is still in the model), so all that changes
    the cache is done under a lock.
    """

    def __init__(self, bundle, ids: Sequence[int], temperature: float = 1.0, seed: int = 1, path: Sequence[int] = ()):
        self.bundle, self.ids = bundle, list(ids)
        self.temperature, self.seed = temperature, seed
        self.tree, self.at = Tree(), 0
        self.turn = 0  # orders obeyed; so the component gets new data after each, even if nothing came of it
        self.decoder = Decoder(bundle.model)
        self.lock = threading.RLock()
        self.readings: dict[tuple, Reading] = {}
        self.proof, self.beams = {"turn": 0}, {"turn": 0}  # what was asked for last
        self._replay(list(path))

    @property
    def step(self) -> int:
        """Tokens between the prompt and here."""
        return len(self.tree.path(self.at))

    @property
    def text(self) -> list[int]:
        """The ids of the prompt and of what follows it up to here."""
        return [*self.ids, *self.tree.tokens(self.at)]

    def reading(self, at: int | None = None) -> Reading:
        """What may come after this node's text: from memory, or from the model, which reads only what its cache does
        not hold."""
        with self.lock:
            path = tuple(self.tree.tokens(self.at if at is None else at))
            if found := self.readings.get((path, self.temperature, self.seed)):
                return found
            return self._remember(path, self._logits([*self.ids, *path]))

    def take(self, token: int) -> None:
        """Appends one of the candidates. It is forced where the draw said another."""
        with self.lock:
            reading = self.reading()
            if token in reading.ids and self.step < LIMIT:
                share = reading.base[reading.ids.index(token)]
                self.at = self.tree.add(self.at, token, share, token != reading.drawn)

    def obey(self, order: dict) -> None:
        """What the component asks for: {"at": node, "take": token id}, {"go": node}, {"temperature": …, "seed": …}.
        Anything else changes nothing."""
        with self.lock:
            self.turn += 1
            match order:
                case {"at": int(node), "take": int(token)} if 0 <= node < len(self.tree):
                    self.at = node
                    self.take(token)
                case {"go": int(node)} if 0 <= node < len(self.tree):
                    self.at = node
                case {"temperature": int() | float() as temperature, "seed": int(seed)}:
                    self.temperature, self.seed = _temperature(temperature), _seed(seed)

    def _logits(self, text: list[int]) -> np.ndarray:
        try:
            return self.decoder.logits(text)
        except BaseException:
            self.decoder = Decoder(self.bundle.model)  # the cache may have stopped half way
            raise

    def _remember(self, path: tuple[int, ...], logits: np.ndarray) -> Reading:
        reading = read(logits, self.temperature, self.seed, len(path))
        self.readings[(path, self.temperature, self.seed)] = reading
        if len(self.readings) > KEPT:
            del self.readings[next(iter(self.readings))]
        return reading

    def _replay(self, path: list[int]) -> None:
        """The text of a link, in one pass. A path that this model cannot have is no path."""
        if not path or len(path) > LIMIT or not all(0 <= id < self.bundle.model.config.vocab_size for id in path):
            return
        ids = [*self.ids, *path]
        logits = transformer.run(self.bundle.model, ids, [""] * len(ids), keep={"logits"}).logits[len(self.ids) - 1 :]
        for step, token in enumerate(path):
            reading = self._remember(tuple(path[:step]), logits[step])
            share = sampling.softmax(logits[step])[token]
            self.at = self.tree.add(self.at, token, float(share), token != reading.drawn)
        self._remember(tuple(path), logits[len(path)])


def growth(page) -> Growth:
    """The session's texts after this prompt. The link's path counts when the session begins; after another prompt, the
    tree begins anew and the settings stay."""
    key = (page.model, tuple(page.ids))
    kept = st.session_state.get("loop-grown")
    if kept is None:
        link = st.query_params
        path = [int(id) for id in link.get("path", "").split(".") if id.isdecimal() and len(id) < 9]
        settings = _temperature(_float(link.get("temperature"))), _seed(_float(link.get("seed")))
        kept = key, Growth(page.bundle, page.ids, *settings, path)
    elif kept[0] != key:
        kept = key, Growth(page.bundle, page.ids, kept[1].temperature, kept[1].seed)
    st.session_state["loop-grown"] = kept
    return kept[1]


def _float(text: str | None) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 1.0


def _temperature(x: float) -> float:
    return round(min(max(x, 0.0), HOTTEST), 1) if math.isfinite(x) else 1.0


def _seed(x: float) -> int:
    return int(min(max(x, 0), LAST_SEED)) if math.isfinite(x) else 1
