"""The neurons of an MLP: the trace's numbers, parts that add up, and direct effects compared with the model's own."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from model import lens
from model.analysis import ablation
from model.analysis import neurons as analysis
from model.config import GPT2
from model.edits import SilenceAttention, SilenceMLP
from model.transformer import Transformer, run
from tests.support.models import traced

PROMPT = "The dog chased the squirrel because it"


@pytest.fixture(scope="module")
def trace(smollm2):
    return traced(smollm2, PROMPT)


@pytest.fixture(scope="module")
def routed(moe):
    return traced(moe, PROMPT)


def test_the_neurons_are_those_of_the_pass(smollm2, trace):
    mlp, at = analysis.neurons(smollm2.model, trace, 20), trace.layers[20]
    for name, field in (("gate", "gate"), ("pre", "pre"), ("post", "post"), ("out", "mlp_out")):
        np.testing.assert_array_equal(getattr(mlp, name), getattr(at, field))
    np.testing.assert_allclose(mlp.added(3).sum(0), at.mlp_out[3], atol=1e-3)
    np.testing.assert_allclose(mlp.lengths[3], np.linalg.norm(mlp.added(3), axis=1), rtol=1e-4, atol=1e-5)
    key = smollm2.model.layers[20].mlp.up_proj.weight.detach().numpy()[7]
    assert at.mlp_in[3] @ key == pytest.approx(float(mlp.pre[3, 7]), abs=1e-4)


def test_an_expert_is_such_an_mlp(moe, routed):
    at = routed.layers[2]
    for choice in (0, 1):
        mlp = analysis.neurons(moe.model, routed, 2, int(at.expert_index[-1, choice]))
        np.testing.assert_allclose(mlp.added(-1).sum(0), at.expert_out[-1, choice], atol=1e-5)


def test_fractions_add_up_and_half_is_reached_by_the_fewest(smollm2, trace):
    mlp = analysis.neurons(smollm2.model, trace, 25)
    fractions, count = mlp.fractions(-1), mlp.needed(-1, 0.5)
    assert fractions.sum() == pytest.approx(1, abs=1e-4)
    largest = np.sort(fractions)[::-1]
    assert largest[: count - 1].sum() < 0.5 <= largest[:count].sum()


def test_direct_logits_of_all_parts_are_the_logits(smollm2, trace):
    """Through a norm whose scale is held, a sum of vectors gives the sum of their logits."""
    parts = [trace.embed[-1], *(added[-1] for at in trace.layers for added in (at.attn_out, at.mlp_out))]
    logits = analysis.direct_logits(smollm2.model, np.stack(parts), trace.layers[-1].resid_post[-1])
    np.testing.assert_allclose(logits.sum(0), trace.logits[-1], atol=2e-2)


def test_a_layer_norm_takes_the_mean_of_what_is_added():
    """With biases, which are a part of the sum that belongs to no neuron."""
    torch.manual_seed(0)
    sizes = {"vocab_size": 40, "width": 16, "layers": 2, "heads": 2, "kv_heads": 2, "head_width": 8, "mlp_width": 24}
    model = Transformer(replace(GPT2, context=8, **sizes))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    trace = run(model, [1, 2, 3], ["a", "b", "c"])
    mlp, at = analysis.neurons(model, trace, 1), trace.layers
    np.testing.assert_allclose(mlp.added(2).sum(0) + mlp.bias, at[1].mlp_out[2], atol=1e-4)
    parts = [at[0].resid_pre[2], *(x[2] for layer in at for x in (layer.attn_out, layer.mlp_out))]
    logits = analysis.direct_logits(model, np.stack(parts), at[-1].resid_post[2])
    bias = (model.lm_head.weight @ model.norm.bias).detach().numpy()
    np.testing.assert_allclose(logits.sum(0) + bias, trace.logits[2], atol=1e-3)


@pytest.mark.parametrize("edit", [SilenceMLP(11), SilenceAttention(3), SilenceMLP(11, 0)])
def test_silencing_from_the_layer_on_is_a_whole_pass_with_the_edit(smollm2, trace, edit):
    whole = traced(smollm2, PROMPT, edits=(edit,), keep={"final", edit.name})
    kept = getattr(whole.layers[edit.layer], edit.name)
    silent = slice(None) if edit.token is None else edit.token
    assert not kept[silent].any() and (edit.token is None or kept[1:].any())
    np.testing.assert_allclose(
        ablation.surprisal(smollm2.model, trace, edit), lens.surprisal(smollm2.model, whole), atol=1e-4
    )
