"""Recipes are small changes of one another, and choices that do not fit together are refused by name."""

from dataclasses import replace

import pytest
import torch

from model.config import BERT, GPT2, LLAMA, MISTRAL, MIXTRAL, PAPER_2017, RECIPES, Config, differences
from model.errors import SettingError
from model.layers import GatedMLP, PlainMLP
from model.masks import Bidirectional, Causal, Sliding
from model.transformer import Transformer, run


def test_recipes_differ_in_what_they_are_known_for():
    assert set(differences(LLAMA, MISTRAL)) == {"kv_heads", "windows"}
    assert set(differences(LLAMA, MIXTRAL)) == {"kv_heads", "experts"}
    assert differences(PAPER_2017, GPT2)["norm_place"] == ("post", "pre")
    assert differences(GPT2, BERT)["mask"] == ("causal", "bidirectional")


@pytest.mark.parametrize(
    "wrong, named",
    [
        ({"norm": "batch"}, "norm is 'batch'; allowed: layer, rms"),
        ({"mask": "sliding"}, "mask is 'sliding'; allowed: causal, bidirectional"),
        ({"mlp": "experts"}, "mlp is 'experts'; allowed: plain, gated"),
        ({"kv_heads": 3}, "kv_heads is 3; the 4 heads cannot be shared evenly among them"),
        ({"windows": (4,), "mask": "bidirectional"}, r"windows is \(4,\); with mask 'bidirectional'"),
        ({"windows": (None, 4), "mask": "bidirectional"}, r"windows is \(None, 4\); with mask 'bidirectional'"),
        ({"windows": (4, 0)}, r"windows is \(4, 0\)"),
        ({"windows": ()}, r"windows is \(\)"),
        ({"active_experts": 5, "experts": 4}, "active_experts is 5; .*between 1 and the number of experts, 4"),
        ({"active_experts": 0, "experts": 4}, "active_experts is 0"),
        ({"active_experts": 2, "experts": 0}, "active_experts is 2; .*the number of experts, 0"),
        ({"layers": 0}, "layers is 0"),
        ({"norm_eps": 0.0}, "norm_eps is 0.0"),
        ({"rope_base": float("nan")}, "rope_base is nan"),
    ],
    ids=str,
)
def test_choices_that_do_not_fit_together_are_refused(wrong, named):
    with pytest.raises(SettingError, match=named) as refused:
        Config(**wrong)
    assert refused.value.field == next(iter(wrong))


def test_every_layer_takes_its_window_in_turn():
    assert Transformer(replace(LLAMA, layers=5, windows=(3, None, 2))).masks == (
        *(Sliding(3), Causal(), Sliding(2)),
        *(Sliding(3), Causal()),
    )
    assert Transformer(BERT).masks == (Bidirectional(),) * BERT.layers
    assert replace(LLAMA, windows=(None, 2)).window == 2 and LLAMA.window is None


@pytest.mark.parametrize("name", RECIPES)
def test_any_model_may_have_experts_of_its_own_kind_of_mlp(name):
    torch.manual_seed(0)
    config = replace(RECIPES[name], experts=3)
    model = Transformer(config).eval()
    for block in model.layers:
        kinds = {type(expert) for expert in block.mlp.experts}
        assert kinds == {PlainMLP if config.mlp == "plain" else GatedMLP} and len(block.mlp.experts) == 3
    trace = run(model, [1, 2, 3, 4], list("abcd"))
    for layer in trace.layers:
        assert layer.expert_out.shape == (4, 2, config.width)
        merged = (layer.expert_weight[..., None] * layer.expert_out).sum(1)
        assert layer.mlp_out == pytest.approx(merged, abs=1e-6)
