"""Small random models of every family, made by transformers: the independent reference."""

import torch
import transformers

from model.checks.reference import passes as reference  # noqa: F401 (what transformers computes on the way)

MODERN = dict(
    vocab_size=97,
    hidden_size=48,
    intermediate_size=80,
    num_hidden_layers=3,
    num_attention_heads=6,
    max_position_embeddings=64,
    attn_implementation="eager",
    bos_token_id=None,
    eos_token_id=None,
)
GPT2 = dict(
    vocab_size=97,
    n_embd=48,
    n_layer=3,
    n_head=6,
    n_positions=64,
    attn_implementation="eager",
    bos_token_id=None,
    eos_token_id=None,
)
LLAMA3 = dict(
    rope_type="llama3",
    rope_theta=500.0,
    factor=8.0,
    low_freq_factor=1.0,
    high_freq_factor=4.0,
    original_max_position_embeddings=16,
)
YARN = dict(rope_type="yarn", rope_theta=500.0, factor=4.0, original_max_position_embeddings=300)
YARN_NUMBERS = dict(attention_factor=1.3, beta_fast=20.0, beta_slow=2.0, truncate=False)
LINEAR = dict(rope_type="linear", rope_theta=100.0, factor=4.0)


def llama(**settings):
    return lambda: transformers.LlamaForCausalLM(transformers.LlamaConfig(**MODERN | settings))


def mixtral(**settings):
    config = MODERN | dict(num_key_value_heads=2, num_local_experts=5, num_experts_per_tok=2) | settings
    return lambda: transformers.MixtralForCausalLM(transformers.MixtralConfig(**config))


def qwen3_moe(**settings):
    config = MODERN | dict(num_key_value_heads=2, head_dim=12, moe_intermediate_size=20) | settings
    config |= dict(num_experts=6, num_experts_per_tok=3)
    return lambda: transformers.Qwen3MoeForCausalLM(transformers.Qwen3MoeConfig(**config))


def gpt_neox(**settings):
    config = MODERN | dict(hidden_size=96, rotary_pct=0.25) | settings
    return lambda: transformers.GPTNeoXForCausalLM(transformers.GPTNeoXConfig(**config))


def gemma3(**settings):
    config = MODERN | dict(num_key_value_heads=2, head_dim=12, query_pre_attn_scalar=20, sliding_window=5) | settings
    config |= dict(layer_types=["sliding_attention", "full_attention", "sliding_attention"])
    return lambda: transformers.Gemma3ForCausalLM(transformers.Gemma3TextConfig(**config))


MAKERS = {
    "llama multi-head": llama(num_key_value_heads=6),
    "llama grouped-query": llama(num_key_value_heads=2),
    "llama multi-query": llama(num_key_value_heads=1),
    "llama tied": llama(num_key_value_heads=2, tie_word_embeddings=True),
    "llama head width of its own": llama(num_key_value_heads=2, head_dim=12),
    "llama 3.1 rotary": llama(num_key_value_heads=2, rope_parameters=LLAMA3),
    "llama yarn": llama(num_key_value_heads=2, head_dim=32, rope_parameters=YARN),
    "qwen3 yarn, all numbers said": lambda: transformers.Qwen3ForCausalLM(
        transformers.Qwen3Config(**MODERN, num_key_value_heads=2, head_dim=32, rope_parameters=YARN | YARN_NUMBERS)
    ),
    "llama linear rotary": llama(num_key_value_heads=2, rope_parameters=LINEAR),
    "mistral window 5": lambda: transformers.MistralForCausalLM(
        transformers.MistralConfig(**MODERN, num_key_value_heads=2, sliding_window=5)
    ),
    "mixtral": mixtral(),
    "mixtral window 5": mixtral(sliding_window=5, num_experts_per_tok=3),
    "qwen2": lambda: transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**MODERN, num_key_value_heads=2)),
    "qwen2 window 5 in the upper layers": lambda: transformers.Qwen2ForCausalLM(
        transformers.Qwen2Config(
            **MODERN, num_key_value_heads=2, use_sliding_window=True, sliding_window=5, max_window_layers=1
        )
    ),
    "qwen3": lambda: transformers.Qwen3ForCausalLM(
        transformers.Qwen3Config(**MODERN, num_key_value_heads=2, head_dim=12)
    ),
    "qwen3 experts": qwen3_moe(),
    "qwen3 experts renormalised, window 5": qwen3_moe(norm_topk_prob=True, use_sliding_window=True, sliding_window=5),
    "gpt_neox": gpt_neox(),
    "gpt_neox in sequence, half rotated": gpt_neox(
        use_parallel_residual=False, rope_parameters={**LINEAR, "partial_rotary_factor": 0.5}
    ),
    "gemma3": gemma3(),
    "gemma3 scaled": gemma3(
        rope_parameters={"full_attention": LINEAR, "sliding_attention": {"rope_type": "default", "rope_theta": 50.0}},
        tie_word_embeddings=False,
    ),
    "gpt2": lambda: transformers.GPT2LMHeadModel(transformers.GPT2Config(**GPT2)),
    "distilbert": lambda: transformers.DistilBertModel(
        transformers.DistilBertConfig(
            **dict(vocab_size=97, dim=48, hidden_dim=80, n_layers=3, n_heads=6, max_position_embeddings=64),
            attn_implementation="eager",
        )
    ),
    "bert": lambda: transformers.BertModel(transformers.BertConfig(**MODERN), add_pooling_layer=False),
}


def make(name: str):
    """A model whose every weight matters: with the usual small initial values and all norm weights at 1, a swapped
    norm or a lost bias would pass."""
    torch.manual_seed(7)
    model = MAKERS[name]().eval()
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim > 1:
                weight.normal_(std=0.25)
            else:
                weight.add_(torch.randn_like(weight) * 0.3)
    return model
