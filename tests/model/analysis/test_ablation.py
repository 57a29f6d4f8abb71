"""Heads silenced together, from their layer on, say what a whole pass without each of them says."""

import numpy as np
import pytest

from model.analysis.ablation import ablated_logits
from model.edits import SilenceHead
from model.transformer import run

IDS = [104, 101, 108, 108, 111]


@pytest.mark.parametrize("layer", [0, 3, 5])
def test_several_heads_at_once_are_each_silenced_alone(moe, layer):
    trace = run(moe.model, IDS, IDS, keep={"resid_pre"})
    found = ablated_logits(moe.model, trace, layer, [4, 1, 5])
    for logits, head in zip(found, [4, 1, 5], strict=True):
        alone = run(moe.model, IDS, IDS, edits=[SilenceHead(layer, head)], keep={"logits"}).logits[-1]
        assert np.abs(logits - alone).max() <= 1e-4 * np.abs(alone).max()
