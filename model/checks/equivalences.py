"""The same thing in two ways: showing its work or not, with a cache, packed, on a ring of devices, moved on."""

import numpy as np
import torch

from model import packing, ring
from model.checks.subject import (
    ANGLES,
    CLOSE,
    DEEP,
    Measure,
    Subject,
    absolute,
    check,
    is_decoder,
    is_rotary,
    relative,
    worst,
)
from model.checks.sums import read
from model.config import Config
from model.edits import MovePositions
from model.generate import Decoder
from model.trace import LayerTrace

DEVICES = (2, 3, 5)  # of the ring
SHIFTS = (1, 1000)  # positions, of every token alike


@check("ways", 0)
def traced(s: Subject) -> Measure:
    """the pass that shows its work = the plain pass, bit for bit"""
    return absolute(s.traced_output, s.plain_output)


@check("ways", DEEP, is_decoder)
def cache(s: Subject) -> Measure:
    """token by token with a key/value cache = all at once without"""
    decoder = Decoder(s.model)
    return worst(relative(decoder.logits(s.ids[: i + 1]), row) for i, row in enumerate(s.plain_output))


@check("ways", DEEP, is_decoder)
def cache_rewind(s: Subject) -> Measure:
    """back from another ending, with a cache that was rewound = without a cache"""
    decoder, half = Decoder(s.model), len(s.ids) // 2
    decoder.logits(s.ids[:half] + s.ids[:half:-1] + s.ids[:1])
    return relative(decoder.logits(s.ids), s.plain_output[-1])


@check("ways", DEEP, is_decoder)
def packed(s: Subject) -> Measure:
    """three texts packed into one row = each of them alone"""
    texts = [np.array(ids) for ids in (s.ids, s.ids[len(s.ids) // 2 :], s.ids[::-1])]
    context = sum(map(len, texts))
    rows = packing.pack([len(text) for text in texts], context, "best_fit")
    batch = packing.lay_out(rows, texts, context)
    ids, positions, documents = (
        torch.tensor(array, device=s.model.device) for array in (batch.ids, batch.positions, batch.documents)
    )
    alone = [s.forward(s.model.ids(texts[piece.document].tolist())) for piece in rows[0]]
    return relative(s.forward(ids, positions=positions, documents=documents), np.concatenate(alone))


def _reads_all(config: Config) -> bool:
    return config.window is None


@check("ways", CLOSE, _reads_all)
def ring_attention(s: Subject) -> Measure:
    """attention split over the devices of a ring = the model's own, in every layer"""
    causal, length = s.bundle.model.config.causal, len(s.ids)

    def compare(layer: LayerTrace, i: int) -> Measure:
        q, k, v = (torch.tensor(array) for array in read(layer))
        q = q * (s.model.config.score_scale * q.shape[-1] ** 0.5)  # the ring divides by √K
        runs = (ring.ring_attention(q, k, v, devices=min(n, length), causal=causal) for n in DEVICES)
        return worst(relative(run.output.numpy(), layer.z, i) for run in runs)

    return s.layers(compare)


@check("ways", ANGLES, is_rotary)
def shifted(s: Subject) -> Measure:
    """all tokens moved on by as many positions: the scores stay as they are"""
    moved = (MovePositions(tuple(range(shift, shift + len(s.ids)))) for shift in SHIFTS)
    passes = [s.run(edit, keep={"scores"}).layers for edit in moved]
    return s.layers(lambda layer, i: worst(relative(layers[i].scores, layer.scores, i) for layers in passes))
