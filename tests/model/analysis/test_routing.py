"""How experts are used: the balancing loss is that of the training, fractions are counts, outputs add up."""

import numpy as np
import pytest
import torch

from model.analysis import routing
from model.tap import Recorder
from model.trace import LayerTrace
from model.train import Routing
from model.transformer import run


@pytest.fixture(scope="module")
def ids(moe):
    return moe.tokenizer.encode("The dog chased the squirrel because it")


@pytest.fixture(scope="module")
def trace(moe, ids):
    return run(moe.model, ids, moe.tokenizer.strings(ids))


def test_the_balancing_loss_is_that_of_the_training(moe, ids, trace):
    tap = Recorder(keep={"router_logits", "router_probs", "expert_index"})
    with torch.inference_mode():
        moe.model(torch.tensor([ids]), tap=tap)
    trained = Routing.of(tap, moe.model.config, torch.ones(1, len(ids), dtype=torch.bool))
    layers = [routing.balance(layer) for layer in trace.layers]
    assert np.mean([layer.loss for layer in layers]) == pytest.approx(float(trained.balance), rel=1e-5)
    np.testing.assert_allclose([layer.f for layer in layers], trained.load, rtol=1e-5)


def test_even_use_costs_one_and_one_expert_for_all_costs_as_many_as_there_are():
    even = LayerTrace(expert_index=np.array([[0, 1], [2, 3]]), router_probs=np.full((2, 4), 0.25, np.float32))
    assert routing.balance(even).loss == 1 and routing.balance(even).f.tolist() == [0.25] * 4
    one = LayerTrace(expert_index=np.zeros((3, 1), int), router_probs=np.eye(4, dtype=np.float32)[[0, 0, 0]])
    assert routing.balance(one).loss == 4 and routing.balance(one).f.tolist() == [1, 0, 0, 0]


def test_the_weighted_outputs_are_the_models_own(trace):
    np.testing.assert_allclose(routing.combined(trace), trace.stack("mlp_out"), atol=1e-4)
    assert routing.experts_used(trace) == sum(len(set(layer.expert_index.ravel())) for layer in trace.layers)
