"""What transformers makes of the same files: the second opinion that our model is checked against.

Others wrote it; what it shares with ours is PyTorch underneath. Its classes take seconds to import, so no page
loads this file; `model.checks` runs in a process of its own.
"""

from contextlib import redirect_stderr
from io import StringIO
from typing import Any

import torch
from torch import nn
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, BertModel, logging

from model import zoo

logging.set_verbosity_error()
logging.disable_progress_bar()

# Where each family keeps its layers, and what in a layer says what attention and the MLP add.
PLACES = {
    "llama": ("model.layers", "self_attn", "mlp"),
    "mistral": ("model.layers", "self_attn", "mlp"),
    "qwen2": ("model.layers", "self_attn", "mlp"),
    "qwen3": ("model.layers", "self_attn", "mlp"),
    "qwen3_moe": ("model.layers", "self_attn", "mlp"),
    "gpt_neox": ("gpt_neox.layers", "attention", "mlp"),
    "gemma3_text": ("model.layers", "post_attention_layernorm", "post_feedforward_layernorm"),
    "mixtral": ("model.layers", "self_attn", "mlp"),
    "gpt2": ("transformer.h", "attn", "mlp"),
    "distilbert": ("transformer.layer", "attention.out_lin", "ffn"),
    "bert": ("encoder.layer", "attention.output.dense", "output.dense"),
}


def model(name: str) -> nn.Module:
    """A model by what `zoo.load` takes, read by transformers, in float32. Raises as `zoo.find`; ImportError where it
    wants a package that is not there."""
    path = zoo.find(name)
    folder = path if path.is_dir() else path.parent
    settings = {"attn_implementation": "eager", "dtype": torch.float32, "local_files_only": True}
    if path.suffix == ".gguf":
        import accelerate  # noqa: F401 (transformers asks for it too, but only after it has read for 15 seconds)

        with redirect_stderr(StringIO()):  # it draws a progress bar
            model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=path.name, **settings)
    elif AutoConfig.from_pretrained(folder).model_type == "bert":
        model = BertModel.from_pretrained(folder, add_pooling_layer=False, **settings)
    else:
        model = AutoModelForCausalLM.from_pretrained(folder, **settings)
    return model.eval()


def tokenizer(name: str):
    """Its tokenizer, read by transformers. Raises as `model`."""
    path = zoo.find(name)
    if path.suffix == ".gguf":
        return AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    return AutoTokenizer.from_pretrained(path if path.is_dir() else path.parent)


def passes(model: Any, ids: list[int]) -> dict:
    """What transformers computes on the way: lists over layers of attn_out, mlp_out, resid_post, pattern (and
    router_logits), and `end`, the final logits or hidden state. All without the batch axis."""
    layers_at, attention, mlp = PLACES[model.config.model_type]
    layers = model.get_submodule(layers_at)
    outputs = {"attn_out": [], "mlp_out": [], "resid_post": [], "router_logits": []}

    def keep(name: str):
        def hook(module: Any, args: Any, out: Any) -> None:
            outputs[name].append((out[0] if isinstance(out, tuple) else out).detach())

        return hook

    handles = []
    for layer in layers:
        handles.append(layer.get_submodule(attention).register_forward_hook(keep("attn_out")))
        handles.append(layer.get_submodule(mlp).register_forward_hook(keep("mlp_out")))
        handles.append(layer.register_forward_hook(keep("resid_post")))
        if model.config.model_type in ("mixtral", "qwen3_moe"):
            handles.append(layer.mlp.gate.register_forward_hook(keep("router_logits")))
    try:
        with torch.inference_mode():
            out = model(torch.tensor([ids]), output_attentions=True)
    finally:
        for handle in handles:
            handle.remove()
    arrays = {name: [x.flatten(0, -2).numpy() for x in values] for name, values in outputs.items()}
    arrays["pattern"] = [pattern[0].numpy() for pattern in out.attentions]
    arrays["end"] = (out.logits if hasattr(out, "logits") else out.last_hidden_state)[0].numpy()
    return arrays
