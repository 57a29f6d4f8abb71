"""Decoding, one token at a time: the distribution, a choice, append, again."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
import torch

from model.cache import KVCache
from model.sampling import Sampling, Stages, draw, stages
from model.transformer import Transformer


class Decoder:
    """A model with its key/value cache. It gives the logits after any text; the longest beginning that is cached is not
    computed again, so going on, rewinding and branching are the same call."""

    def __init__(self, model: Transformer):
        if not (model.config.head and model.config.causal):
            raise ValueError("an encoder does not continue a text: it has no head, and reads both ways")
        self.model = model
        self.cache = KVCache(model.config)
        self.ids: list[int] = []

    @torch.inference_mode()
    def logits(self, ids: Sequence[int]) -> np.ndarray:
        """ids (T,) -> the logits (V,) of the token that would come next. ValueError for more than the context."""
        ids = list(ids)
        if len(ids) > self.model.config.context:
            raise ValueError(f"{len(ids)} tokens are more than the {self.model.config.context} this model was made for")
        # the last token's hidden state is always needed: of earlier passes only keys and values are cached
        known = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(ids[:-1], self.ids, strict=False)))
        new = self.model.ids(ids[known:])
        self.cache.truncate(known)
        self.ids = ids[:known]  # all that is sure, should the pass be interrupted
        last = self.model.hidden_states(new, cache=self.cache)[:, -1]
        self.ids = ids
        return self.model.lm_head(last)[0].float().cpu().numpy()


PLAIN_SAMPLING = Sampling()


@dataclass(frozen=True)
class Step:
    """One turn of the loop. seconds: wall time until the logits were there, and for the choice after that."""

    stages: Stages
    token: int
    probability: float  # of the token, in the distribution drawn from; 0 for a forced one that was filtered out
    forced: bool
    seconds: float


def stream(
    model: Transformer,
    ids: Sequence[int],
    *,
    sampling: Sampling = PLAIN_SAMPLING,
    seed: int = 0,
    force: Mapping[int, int] | None = None,
) -> Iterator[Step]:
    """Continues a text until the context is full. The first step is the prefill, every later one decodes one token.

    force: {step: token id}, tokens that are taken in the place of the draw.
    """
    decoder, ids, force = Decoder(model), list(ids), dict(force or {})
    for step in range(model.config.context - len(ids)):
        start = time.perf_counter()
        distribution = stages(decoder.logits(ids), **vars(sampling))
        token = force[step] if step in force else draw(distribution.final, seed=seed, step=step)
        yield Step(distribution, token, float(distribution.final[token]), step in force, time.perf_counter() - start)
        ids.append(token)


@dataclass(frozen=True)
class Beam:
    """One hypothesis of beam search. log_probability: the sum over its tokens, natural logarithm."""

    tokens: tuple[int, ...]
    log_probability: float


def beam_search(model: Transformer, ids: Sequence[int], *, width: int, length: int) -> list[list[Beam]]:
    """Keeps the `width` likeliest continuations of each length: [after 1 token, after 2, …], the best first.

    Beam search as in Sutskever et al. 2014, without a length penalty and without stopping at an end token.
    """
    decoders = [Decoder(model) for _ in range(width)]
    beams, history = [Beam((), 0.0)], []
    for _ in range(length):
        candidates = []
        for decoder, beam in zip(decoders, beams, strict=False):
            log_probabilities = np.log(np.maximum(stages(decoder.logits([*ids, *beam.tokens])).base, 1e-300))
            for token in np.argsort(-log_probabilities, kind="stable")[:width]:
                candidates.append(
                    Beam((*beam.tokens, int(token)), beam.log_probability + float(log_probabilities[token]))
                )
        beams = sorted(candidates, key=lambda beam: -beam.log_probability)[:width]
        history.append(beams)
    return history
