"""Other people's settings and weights: handled, or refused by name."""

import pytest

from model import hf, positions
from model.errors import SettingError
from tests.model import families

LLAMA_3_1_8B = {
    "architectures": ["LlamaForCausalLM"],
    "attention_bias": False,
    "attention_dropout": 0.0,
    "bos_token_id": 128000,
    "eos_token_id": 128001,
    "hidden_act": "silu",
    "hidden_size": 4096,
    "initializer_range": 0.02,
    "intermediate_size": 14336,
    "max_position_embeddings": 131072,
    "mlp_bias": False,
    "model_type": "llama",
    "num_attention_heads": 32,
    "num_hidden_layers": 32,
    "num_key_value_heads": 8,
    "pretraining_tp": 1,
    "rms_norm_eps": 1e-05,
    "rope_scaling": {
        "factor": 8.0,
        "high_freq_factor": 4.0,
        "low_freq_factor": 1.0,
        "original_max_position_embeddings": 8192,
        "rope_type": "llama3",
    },
    "rope_theta": 500000.0,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
    "transformers_version": "4.42.3",
    "use_cache": True,
    "vocab_size": 128256,
}


def test_a_config_json_of_the_older_spelling_is_read():
    config = hf.config_from(LLAMA_3_1_8B)
    assert (config.group, config.head_width, config.rope_base) == (4, 128, 500000.0)
    assert dict(config.rope_scaling)["rope_type"] == "llama3"


@pytest.mark.parametrize(
    "change, named",
    [
        ({"model_type": "mamba"}, "model_type = 'mamba'"),
        ({"model_type": ["llama"]}, "known: llama"),
        ({"attention_bias": True}, "attention_bias = True"),
        ({"mlp_bias": True}, "mlp_bias = True"),
        ({"rope_scaling": {"rope_type": "yarn", "factor": 4.0}}, "known types of scaling"),
        ({"rope_scaling": {"rope_type": "linear", "factor": 4.0, "beta": 1}}, "beta is a setting we do not know in it"),
        ({"rope_scaling": {"type": "linear"}}, "factor is missing in it"),
        ({"rope_scaling": {"type": "linear", "factor": "4"}}, "'4' is no number"),
        ({"rope_scaling": "linear"}, "of a wrong type"),
        ({"rope_parameters": {"rope_type": "default", "partial_rotary_factor": 0.5}}, "partial_rotary_factor"),
        ({"hidden_act": "mish"}, "hidden_act = 'mish'"),
        ({"hidden_act": ["silu"]}, "of a wrong type"),
        ({"quantization_config": {"bits": 4}}, "quantization_config"),
        ({"partial_rotary_factor": 0.5}, "partial_rotary_factor = 0.5"),
        ({"num_key_value_heads": 5}, "kv_heads is 5; the 32 heads"),
        ({"num_attention_heads": 30, "num_key_value_heads": 30}, "does not divide into 30 heads"),
        ({"hidden_size": None}, "hidden_size is missing"),
        ({"hidden_size": "4096"}, "hidden_size = '4096' is of a wrong type"),
        ({"hidden_size": True}, "hidden_size = True is of a wrong type"),
        ({"rms_norm_eps": -1.0}, "norm_eps is -1.0; it must be above 0"),
        ({"head_dim": 7}, "must be even"),
        ({"num_hidden_layers": 0}, "layers is 0"),
    ],
    ids=str,
)
def test_settings_that_we_do_not_implement_are_refused_by_name(change, named):
    field = next(iter(change))
    with pytest.raises(SettingError, match=named) as refused:
        hf.config_from(LLAMA_3_1_8B | change)
    assert isinstance(refused.value, ValueError)
    assert (refused.value.field, refused.value.value) == (field, change[field])


def test_every_scaling_of_the_rotation_is_read_with_its_numbers():
    assert hf.ROPE_NUMBERS.keys() == positions.SCALINGS.keys()


def test_weights_that_are_missing_left_over_or_misshapen_are_refused_by_name():
    reference = families.make("llama grouped-query")
    config, weights = reference.config.to_dict(), reference.state_dict()
    name = "model.layers.1.self_attn.k_proj.weight"
    with pytest.raises(ValueError, match=r"lack layers\.1\.self_attn\.k_proj\.weight"):
        hf.build(config, {k: v for k, v in weights.items() if k != name})
    with pytest.raises(ValueError, match=r"no place for: layers\.1\.self_attn\.k_proj\.bias"):
        hf.build(config, weights | {"model.layers.1.self_attn.k_proj.bias": weights[name][:, 0]})
    with pytest.raises(ValueError, match=r"layers\.1\.attn\.k_proj\.weight"):
        hf.build(config, weights | {name: weights[name][:, :-1]})
    with pytest.raises(ValueError, match="lack lm_head"):
        hf.build(config, {k: v for k, v in weights.items() if k != "lm_head.weight"})
