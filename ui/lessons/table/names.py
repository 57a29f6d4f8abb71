"""What the papers and a config.json call each row of the table."""

from model.weights.families import FAMILIES

# d_model, d_ff and d_k as in Vaswani et al. 2017; n_layers, n_heads and n_ctx as in Brown et al. 2020; experts as in
# Shazeer et al. 2017; θ as in Su et al. 2021.
SYMBOLS = {
    "layers": "n_layers",
    "width": "d_model",
    "vocab_size": "|V|",
    "context": "n_ctx",
    "heads": "n_heads",
    "kv_heads": "n_kv_heads",
    "head_width": "d_k",
    "window": "W",
    "rope_base": "θ",
    "mlp_width": "d_ff",
    "experts": "n",
    "active_experts": "k",
    "norm_eps": "ε",
}
UNLISTED = {"rope_base": "rope_theta", "rope_scaling": "rope_scaling", "bias": "attention_bias"}  # in no family's table


def _settings() -> dict[str, str]:
    """What config.json calls each row: Llama's word where Llama has one, for it is the one most files use."""
    known = dict(UNLISTED)
    for name in ("bert", "mixtral", "mistral", "llama"):
        known |= {ours: theirs for theirs, ours in FAMILIES[name].settings.items()}
    return known | ({"window": known.pop("windows")} if "windows" in known else {})


SETTINGS = _settings()


def of(row: str) -> list[str]:
    """The symbol of a row and its name in config.json, as far as there are any."""
    return [names[row] for names in (SYMBOLS, SETTINGS) if row in names]
