"""Counting from a configuration, against the model that transformers builds from it, and against ours."""

from dataclasses import replace

import pytest
import torch
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st

from model import arithmetic, hf, masks
from model.config import RECIPES
from model.transformer import Transformer
from model.weights.published import MODELS
from tests.model import families

BUILDERS = {
    "llama": (transformers.LlamaConfig, transformers.LlamaForCausalLM),
    "mistral": (transformers.MistralConfig, transformers.MistralForCausalLM),
    "mixtral": (transformers.MixtralConfig, transformers.MixtralForCausalLM),
    "qwen2": (transformers.Qwen2Config, transformers.Qwen2ForCausalLM),
    "qwen3": (transformers.Qwen3Config, transformers.Qwen3ForCausalLM),
    "qwen3_moe": (transformers.Qwen3MoeConfig, transformers.Qwen3MoeForCausalLM),
    "gpt_neox": (transformers.GPTNeoXConfig, transformers.GPTNeoXForCausalLM),
    "gemma3_text": (transformers.Gemma3TextConfig, transformers.Gemma3ForCausalLM),
    "gpt2": (transformers.GPT2Config, transformers.GPT2LMHeadModel),
    "bert": (transformers.BertConfig, lambda config: transformers.BertModel(config, add_pooling_layer=False)),
}


def parameters(model) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@st.composite
def configurations(draw):
    family = draw(st.sampled_from(sorted(BUILDERS)))
    kv_heads, group, width = draw(st.integers(1, 4)), draw(st.integers(1, 4)), 2 * draw(st.integers(1, 8))
    heads, layers, context = kv_heads * group, draw(st.integers(1, 3)), draw(st.integers(1, 60))
    vocabulary, tied = draw(st.integers(1, 200)), draw(st.booleans())
    if family == "gpt2":
        sizes = {"n_embd": heads * width, "n_head": heads, "n_layer": layers, "n_positions": context}
        return family, sizes | {"vocab_size": vocabulary, "n_inner": draw(st.integers(1, 90))}
    sizes = {
        "vocab_size": vocabulary,
        "hidden_size": heads * width,
        "intermediate_size": draw(st.integers(1, 90)),
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "max_position_embeddings": context,
    }
    if family == "gpt_neox":
        return family, sizes | {"hidden_size": 8 * heads * width, "tie_word_embeddings": tied}
    if family == "qwen2":
        return family, sizes | {"num_key_value_heads": kv_heads, "tie_word_embeddings": tied}
    if family != "bert":
        sizes |= {"num_key_value_heads": kv_heads, "tie_word_embeddings": tied, "head_dim": 2 * draw(st.integers(1, 9))}
    if family == "mixtral":
        experts = draw(st.integers(1, 5))
        sizes |= {"num_local_experts": experts, "num_experts_per_tok": draw(st.integers(1, experts))}
    if family == "qwen3_moe":
        experts = draw(st.integers(1, 5))
        sizes |= {"num_experts": experts, "num_experts_per_tok": draw(st.integers(1, experts))}
        sizes |= {"moe_intermediate_size": draw(st.integers(1, 90))}
    return family, sizes


@settings(max_examples=200)
@given(configurations())
@pytest.mark.slow
def test_the_count_is_that_of_the_model_transformers_builds(drawn):
    family, sizes = drawn
    configure, build = BUILDERS[family]
    theirs = configure(**sizes, pad_token_id=None)
    with torch.device("meta"):
        model = build(theirs)
    assert arithmetic.count(hf.config_from(theirs)).total == parameters(model)


@pytest.mark.parametrize("name", families.MAKERS)
def test_the_count_is_that_of_every_family(name):
    made = families.make(name)
    assert arithmetic.count(hf.from_hf(made).config).total == parameters(made)


def theirs(config):
    """A published configuration, said to transformers."""
    sizes = {
        "vocab_size": config.vocab_size,
        "hidden_size": config.width,
        "intermediate_size": config.mlp_width,
        "num_hidden_layers": config.layers,
        "num_attention_heads": config.heads,
        "num_key_value_heads": config.kv_heads,
        "head_dim": config.head_width,
        "max_position_embeddings": config.context,
        "tie_word_embeddings": config.tied,
        "pad_token_id": None,
    }
    if config.position == "learned":
        sizes = {"vocab_size": config.vocab_size, "n_embd": config.width, "n_layer": config.layers}
        return "gpt2", sizes | {"n_head": config.heads, "n_positions": config.context, "n_inner": config.mlp_width}
    if config.experts:
        return "mixtral", sizes | {"num_local_experts": config.experts, "num_experts_per_tok": config.active_experts}
    return "mistral" if config.window else "llama", sizes


@pytest.mark.parametrize("name", MODELS)
def test_a_published_model_counts_as_transformers_builds_it(name):
    family, sizes = theirs(MODELS[name])
    configure, build = BUILDERS[family]
    with torch.device("meta"):
        model = build(configure(**sizes))
    assert arithmetic.count(MODELS[name]).total == parameters(model)


def test_the_loaded_models_count_as_their_own_weights(bundle):
    assert arithmetic.count(bundle.model.config).total == bundle.card.parameters


@pytest.mark.parametrize("experts", [None, 3])
@pytest.mark.parametrize("name", RECIPES)
def test_every_part_is_that_of_our_own_model(name, experts):
    config = replace(RECIPES[name], experts=experts or RECIPES[name].experts)
    with torch.device("meta"):
        model = Transformer(config)
    found = arithmetic.count(config)
    assert found.total == parameters(model)
    assert found.attention == sum(parameters(block.attn) for block in model.layers)
    assert found.mlp + found.experts + found.routers == sum(parameters(block.mlp) for block in model.layers)
    assert found.positions == parameters(model.position)


@pytest.mark.parametrize("experts", [None, 3])
@pytest.mark.parametrize("name", RECIPES)
def test_the_terms_are_the_matrices_of_our_own_model(name, experts):
    config = replace(RECIPES[name], experts=experts or RECIPES[name].experts)
    with torch.device("meta"):
        model = Transformer(config)
    block = model.layers[0]
    terms = {term.name: term for term in arithmetic.layer_terms(config)}
    mlp = block.mlp.experts[0] if config.experts else block.mlp
    for owner, names in (
        (block.attn, "qkvo"),
        (mlp, ("gate", "up", "down") if config.mlp == "gated" else ("up", "down")),
    ):
        for name in names:
            matrix = getattr(owner, f"{name}_proj")
            assert terms[name].shape == (matrix.in_features, matrix.out_features)
            assert terms[name].count == terms[name].copies * parameters(matrix)
    assert ("router" in terms) == bool(config.experts)
    assert arithmetic.layer_parameters(config) == parameters(block)
    outside = sum(term.count for term in arithmetic.outer_terms(config))
    assert config.layers * parameters(block) + outside == parameters(model)


WINDOWS = [
    replace(RECIPES["llama"], layers=4, windows=windows) for windows in ((None,), (5,), (5, None), (None, 3, 100))
]


@pytest.mark.parametrize("config", [*WINDOWS, RECIPES["bert"]], ids=lambda config: f"{config.mask} {config.windows}")
def test_keys_per_query_are_those_that_the_masks_let_through(config):
    places = torch.arange(9)
    seen = torch.stack([mask(places, places).sum(1) for mask in masks.for_layers(config)]).double()
    assert arithmetic.keys_per_query(config, 9) == pytest.approx((float(seen.mean()), float(seen[:, -1].mean())))


def test_a_cache_weighs_as_much_as_the_model_from_some_token_on():
    config = MODELS["Llama 3.1 8B"]
    n, weights = arithmetic.break_even_tokens(config), 2 * arithmetic.count(config).total
    assert arithmetic.cache_bytes(config, n - 1) < weights <= arithmetic.cache_bytes(config, n)
    assert n == 122_533


def test_key_value_heads_that_query_heads_can_share():
    config = replace(RECIPES["llama"], heads=12, kv_heads=12)
    assert arithmetic.kv_head_choices(config) == (12, 6, 4, 3, 2, 1)
    assert arithmetic.kv_heads_by_kind(config) == {"mha": 12, "gqa": 3, "mqa": 1}
    assert arithmetic.kv_heads_by_kind(replace(config, kv_heads=2))["gqa"] == 2


@pytest.mark.parametrize(
    "name, total",
    [
        ("Llama 3.1 8B", 8_030_261_248),
        ("Llama 3.1 70B", 70_553_706_496),
        ("Llama 3.1 405B", 405_853_388_800),
        ("Mixtral 8x7B", 46_702_792_704),
        ("Mistral 7B", 7_241_732_096),
        ("GPT-2", 124_439_808),
    ],
)
def test_published_models_have_their_published_counts(name, total):
    assert arithmetic.count(MODELS[name]).total == total


def test_a_pair_is_that_of_pytorch():
    """The base model of Vaswani et al. 2017; PyTorch's has a norm of its own after each stack."""
    config = replace(RECIPES["2017"], width=512, layers=6, heads=8, kv_heads=8, head_width=64, mlp_width=2048)
    reference = parameters(torch.nn.Transformer(512, 8, 6, 6, 2048, batch_first=True, device="meta")) - 2 * 2 * 512
    found = arithmetic.count_pair(config)
    assert found.total - found.embedding == reference == 44_138_496


def test_one_token_uses_two_experts_of_eight():
    found = arithmetic.count(MODELS["Mixtral 8x7B"])
    assert found.active == 12_879_925_248  # "13B active parameters" (Jiang et al. 2024)
    assert found.experts - found.idle == found.experts // 4
    assert found.by_use["used"] + found.by_use["idle"] == found.experts and sum(found.by_use.values()) == found.total


@pytest.mark.parametrize("experts", [None, 2])  # the token meets all that there are
@pytest.mark.parametrize("name", RECIPES)
def test_operations_are_two_for_every_number_of_a_matrix_that_a_token_meets(name, experts):
    config = replace(RECIPES[name], experts=experts)
    with torch.device("meta"):
        model = Transformer(config)
    linear = [module for module in model.modules() if isinstance(module, torch.nn.Linear)]
    assert arithmetic.operations(config, 10).matrices == 2 * sum(module.weight.numel() for module in linear)
    assert arithmetic.operations(config, 10).attention == 2 * 2 * config.layers * config.heads * config.head_width * 10


@pytest.mark.parametrize("name", ["Llama 3.1 8B", "GPT-2"])
def test_writing_is_counted_pass_by_pass(name):
    """Every pass by itself, with its own keys; a window is reached too."""
    config = replace(MODELS[name], windows=(3, None)) if name == "GPT-2" else MODELS[name]
    layers, one = config.layers, 4 * config.heads * config.head_width  # for each key, in a layer
    head = 2 * config.vocab_size * config.width
    body = arithmetic.operations(config, 0, head=False).matrices
    assert arithmetic.operations(config, 0).matrices == body + head

    def track(position: int) -> int:
        windows = [config.windows[i % len(config.windows)] for i in range(layers)]
        return body + one * sum(min(position, window or position) for window in windows)

    cached = sum(track(t) + head for t in range(1, 21))
    uncached = sum(sum(track(s) for s in range(1, t + 1)) + head for t in range(1, 21))
    assert arithmetic.writing_operations(config, 20) == pytest.approx((cached, uncached), rel=1e-12)
    assert arithmetic.prompt_operations(config, 20) == pytest.approx(sum(map(track, range(1, 21))) + head, rel=1e-9)
    half = arithmetic.attention_half(config)
    for keys, is_half in ((half - 1, False), (half, True)):
        work = arithmetic.operations(config, keys)
        assert (2 * work.attention >= work.total) == is_half
