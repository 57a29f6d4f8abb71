"""The loss on text that was never trained on, in bits per byte: comparable between tokenizers."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from model import packing
from model.tokens import Tokenizer
from model.transformer import Transformer

ROWS = 8  # of a batch


def held_out(file: Path, context: int) -> Iterator[packing.Batch]:
    """The documents of a file of training/corpus.py, cut where a row is full, in batches."""
    with np.load(file) as arrays:
        documents = np.split(arrays["ids"], arrays["starts"][1:-1])
    rows = packing.pack([len(text) for text in documents], context, "chopped")
    for i in range(0, len(rows), ROWS):
        yield packing.lay_out(rows[i : i + ROWS], documents, context)


@torch.inference_mode()
def bits_per_byte(model: Transformer, tokenizer: Tokenizer, file: Path, context: int) -> float:
    """Of all tokens but the first of each piece, which nothing announces, and the mark that closes a document."""
    sizes = np.array([0 if id in tokenizer.special else len(tokenizer.bytes(id)) for id in range(len(tokenizer))])
    nats = size = 0.0
    for batch in held_out(file, context):
        ids, positions, documents = (
            torch.from_numpy(array).to(model.device) for array in (batch.ids, batch.positions, batch.documents)
        )
        logits = model(ids, positions=positions, documents=documents).cpu()
        known = sizes[batch.targets.clip(min=0)] * (batch.targets != packing.IGNORE_INDEX)
        targets = torch.from_numpy(np.where(known, batch.targets, packing.IGNORE_INDEX)).flatten()
        nats += float(functional.cross_entropy(logits.flatten(0, 1), targets, reduction="sum"))
        size += known.sum()
    return nats / np.log(2) / size
