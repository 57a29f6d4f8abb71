"""Other people's settings and weights: handled, or refused by name."""

from dataclasses import asdict

import pytest
import torch
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from model import arithmetic, hf, positions
from model.config import Config
from model.errors import SettingError
from model.weights import rope
from model.weights.families import FAMILIES
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
        ({"rope_scaling": {"rope_type": "longrope", "factor": 4.0}}, "known types of scaling"),
        ({"rope_scaling": {"rope_type": "yarn"}}, "factor is missing"),
        ({"rope_scaling": {"rope_type": "yarn", "factor": 4.0, "mscale": 2.0}}, "only without mscale"),
        ({"rope_scaling": {"rope_type": "yarn", "factor": 4.0, "truncate": 1}}, "truncate is true or false"),
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
    assert rope.NUMBERS.keys() == positions.SCALINGS.keys()


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


def test_a_bert_with_the_names_and_heads_of_its_first_files_is_read():
    reference = families.make("bert")
    named = {
        f"bert.{name}".replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): x
        for name, x in reference.state_dict().items()
    }
    heads = {"cls.predictions.bias": torch.ones(97), "cls.seq_relationship.weight": torch.ones(2, 48)}
    ours, whole = hf.build(reference.config.to_dict(), named | heads), hf.from_hf(reference)
    assert all(torch.equal(x, y) for x, y in zip(ours.parameters(), whole.parameters(), strict=True))


@pytest.mark.parametrize("name", ["llama tied", "gpt2"])
def test_a_head_of_its_own_is_used_though_the_configuration_says_tied(name, tmp_path):
    """As transformers does."""
    made = families.make(name)
    tied = made.state_dict() | {"lm_head.weight": torch.randn_like(made.lm_head.weight) / 4}
    made.config.save_pretrained(tmp_path)
    weights = {key: value.contiguous() for key, value in tied.items()}
    save_file(weights, tmp_path / "model.safetensors", {"format": "pt"})
    reference = transformers.AutoModelForCausalLM.from_pretrained(tmp_path).eval()
    ids = torch.arange(5, 17)[None]
    ours = hf.from_folder(tmp_path)
    assert not ours.config.tied and hf.from_hf(made).config.tied
    torch.testing.assert_close(ours(ids), reference(ids).logits, atol=1e-5, rtol=1e-5)
    stored = sum(parameter.numel() for parameter in reference.parameters())
    assert arithmetic.count(ours.config).total == stored


# ---- what a configuration leaves out

CLASSES = {
    "llama": transformers.LlamaConfig,
    "mistral": transformers.MistralConfig,
    "mixtral": transformers.MixtralConfig,
    "qwen2": transformers.Qwen2Config,
    "qwen3": transformers.Qwen3Config,
    "qwen3_moe": transformers.Qwen3MoeConfig,
    "gpt_neox": transformers.GPTNeoXConfig,
    "gemma3_text": transformers.Gemma3TextConfig,
    "gpt2": transformers.GPT2Config,
    "distilbert": transformers.DistilBertConfig,
    "bert": transformers.BertConfig,
}
OLD = {  # of files that transformers 4 and other tools wrote
    **dict.fromkeys(["bad_words_ids", "finetuning_task", "prefix", "sep_token_id", "suppress_tokens"]),
    **dict.fromkeys(["do_sample", "torchscript", "use_bfloat16", "tie_encoder_decoder", "is_decoder"], False),
    **dict.fromkeys(["output_past", "predict_special_tokens", "unsloth_fixed"], True),
    **dict.fromkeys(["num_beams", "top_k", "n_special", "pooler_fc_size", "model_max_length"], 1),
    **dict.fromkeys(["directionality", "pooler_type", "unsloth_version", "tokenizer_class"], "x"),
    **{"auto_map": {"AutoModel": "x.Y"}, "pruned_heads": {}, "cross_attention_hidden_size": None},
}
SIZES = {"vocab_size": 100, "width": 256, "layers": 2, "heads": 32}


@pytest.mark.parametrize("kind", FAMILIES)
@given(data=st.data())
@settings(max_examples=25)
def test_what_a_configuration_leaves_out_is_what_transformers_takes(kind, data):
    """Its classes are the reference: whatever is left out, they and we read the same."""
    family, theirs = FAMILIES[kind], CLASSES[kind]
    names = {ours: name for name, ours in family.settings.items()}
    whole = theirs(**{names[ours]: size for ours, size in SIZES.items()}).to_dict()
    left_out = data.draw(st.sets(st.sampled_from(sorted(family.defaults))))
    kept = {name: value for name, value in whole.items() if name in family.settings and name not in left_out}
    if "rope_theta" not in left_out and "rope_parameters" in whole:
        kept["rope_parameters"] = whole["rope_parameters"]
    given = {"model_type": kind} | kept
    assert hf.config_from(given) == hf.config_from(theirs(**kept).to_dict())


def test_every_setting_of_a_family_is_needed_or_has_a_default():
    for family in FAMILIES.values():
        needed = {name for name, ours in family.settings.items() if ours in hf.NEEDED}
        rotary = {"rope_theta"} if family.recipe.position == "rotary" else set()
        assert family.defaults.keys() == family.settings.keys() - needed | rotary


@pytest.mark.parametrize("name", sorted(OLD))
def test_what_says_nothing_about_the_pass_is_passed_over(name):
    assert hf.config_from(LLAMA_3_1_8B) == hf.config_from({name: OLD[name]} | LLAMA_3_1_8B)


DISAGREE = [
    {"rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 500000.0}},
    {"rope_theta": 0},
    {"rope_theta": "500000"},
    {"rope_scaling": []},
    {"rope_scaling": False},
    {"rope_scaling": {"rope_type": "default", "type": "yarn"}},
    {"rope_scaling": None, "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0}},
    {"rope_scaling": LLAMA_3_1_8B["rope_scaling"] | {"low_freq_factor": 4.0}},
    {"rms_norm_eps": None},
    {"max_position_embeddings": None},
    {"hidden_act": None},
    {"rms_norm_eps": "1e-05"},
    {"num_attention_heads": "32"},
    {"pruned_heads": {"0": [1]}},
]


@pytest.mark.parametrize("change", DISAGREE, ids=str)
def test_settings_that_contradict_each_other_or_say_nothing_are_refused(change):
    with pytest.raises(SettingError) as refused:
        hf.config_from(LLAMA_3_1_8B | change)
    assert refused.value.field in (*change, "rope_theta", "rope_scaling")


@pytest.mark.parametrize("change", [{"norm_eps": "1e-5"}, {"layers": None}, {"layers": True}, {"windows": 5}], ids=str)
def test_our_own_configuration_is_of_our_types(change):
    own = {**asdict(Config()), "model_type": "vetro"}
    assert hf.config_from(own) == Config()
    with pytest.raises(SettingError) as refused:
        hf.config_from(own | change)
    assert refused.value.field in change
