"""What a transformer is made of, as one frozen value, and the well-known recipes as changes of one another.

A recipe says which parts are used; its sizes are small examples, to be replaced:

    LLAMA = replace(PAPER_2017, norm="rms", norm_place="pre", position="rotary", …)
    tiny = replace(LLAMA, layers=2, width=64)
"""

import math
from dataclasses import dataclass, fields, replace

from model.errors import SettingError


@dataclass(frozen=True)
class Config:
    """The choices of one transformer. Sizes are counts; `None` says that the model has no such thing.

    Raises SettingError, a ValueError, naming the field, where the choices do not fit together.
    """

    vocab_size: int = 1000
    width: int = 64  # D, of the residual stream
    layers: int = 2
    heads: int = 4  # H, query heads
    kv_heads: int = 4  # G: heads = multi-head, 1 = multi-query, between = grouped-query attention
    head_width: int = 16  # K
    mlp_width: int = 256  # F
    context: int = 512  # positions the model was trained for

    norm: str = "layer"  # "layer", "rms"
    # "post": after the sum, as in 2017; "pre": before each part, the residual stream has none; "sandwich": before each
    # part, and on what it gives; "parallel": "pre", and both parts read the stream as it enters the layer
    norm_place: str = "post"
    norm_eps: float = 1e-5
    embed_norm: bool = False  # a norm on the embedding, as in BERT
    embed_scaled: bool = False  # the embedding's rows are enlarged by √D, as in Gemma

    position: str = "sinusoidal"  # "sinusoidal", "learned", "rotary", "none"
    rope_base: float = 10000.0
    rope_scaling: tuple[tuple[str, float | str], ...] | None = None  # of Hugging Face's rope_parameters, sorted
    rotary_width: int | None = None  # the first dimensions of each head, which alone are rotated; None: all K
    local_rope_base: float | None = None  # another base in the layers with a window, and no scaling, as in Gemma 3

    mask: str = "causal"  # "causal", "bidirectional"
    windows: tuple[int | None, ...] = (None,)  # keys that a query sees, its own too: of each layer, and over again

    mlp: str = "plain"  # "plain", "gated"
    activation: str = "relu"  # "relu", "gelu", "gelu_tanh", "silu"
    experts: int | None = None  # E, MLPs in the place of one, and a router that chooses among them
    active_experts: int = 2  # A, used for each token where there are experts
    renormalise: bool = True  # the router weights of a token's experts are divided by their sum

    bias: bool = True  # in the projections of attention and MLP
    qkv_bias: bool = False  # in those of q, k and v, though the others have none
    qk_norm: bool = False  # an RMSNorm on every head's q and k, before they are rotated
    score_width: int | None = None  # q·k is divided by the root of this instead of K
    segments: int | None = None  # rows of BERT's table of sentence A and B
    head: bool = True  # a language-model head on top: an encoder has none
    tied: bool = True  # the head reads with the embedding's own rows

    def __post_init__(self):
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise self._error(name, f"allowed: {', '.join(allowed)}")
        for name in ("vocab_size", "width", "layers", "heads", "kv_heads", "head_width", "mlp_width", "context"):
            if getattr(self, name) < 1:
                raise self._error(name, "it must be at least 1")
        for name in ("norm_eps", "rope_base", "local_rope_base", "score_width"):
            if (number := getattr(self, name)) is not None and not 0 < number < math.inf:
                raise self._error(name, "it must be above 0")
        if self.heads % self.kv_heads:
            raise self._error("kv_heads", f"the {self.heads} heads cannot be shared evenly among them")
        if self.position == "rotary" and self.head_width % 2:
            raise self._error("head_width", "rotary positions rotate pairs of dimensions, so it must be even")
        if self.rotary_width is not None and (self.rotary_width % 2 or not 0 < self.rotary_width <= self.head_width):
            raise self._error("rotary_width", f"it must be even, and at most the head's {self.head_width}")
        if not self.windows or any(window is not None and window < 1 for window in self.windows):
            raise self._error("windows", "each must be None or at least 1")
        if self.window is not None and not self.causal:
            raise self._error("windows", f"with mask {self.mask!r} there can be none: a window looks back only")
        if self.experts is not None and not 1 <= self.active_experts <= self.experts:
            raise self._error("active_experts", f"it must lie between 1 and the number of experts, {self.experts}")

    def _error(self, name: str, why: str) -> SettingError:
        return SettingError(name, getattr(self, name), f"{name} is {getattr(self, name)!r}; {why}")

    @property
    def group(self) -> int:
        """Query heads that share one key/value head."""
        return self.heads // self.kv_heads

    @property
    def window(self) -> int | None:
        """Of the layers that have one; None where every query attends to everything before it."""
        return next((window for window in self.windows if window is not None), None)

    @property
    def score_divisor(self) -> int:
        """By whose square root q·k is divided: K, where the model has no other number for it."""
        return self.score_width or self.head_width

    @property
    def score_scale(self) -> float:
        """What q·k is multiplied with: 1/√K."""
        return self.score_divisor**-0.5

    @property
    def rotation(self) -> str:
        """How positions are rotary: a key of `positions.ROTATIONS`."""
        if self.local_rope_base is not None:
            return "by layer"
        return "whole" if self.rotary_width is None else "part"

    @property
    def causal(self) -> bool:
        """Whether no position attends to a later one, so that text can be continued."""
        return self.mask != "bidirectional"


CHOICES = {
    "norm": ("layer", "rms"),
    "norm_place": ("post", "pre", "sandwich", "parallel"),
    "position": ("sinusoidal", "learned", "rotary", "none"),
    "mask": ("causal", "bidirectional"),
    "mlp": ("plain", "gated"),
    "activation": ("relu", "gelu", "gelu_tanh", "silu"),
}

PAPER_2017 = Config()  # the decoder's self-attention and MLP of "Attention is all you need"
GPT2 = replace(PAPER_2017, norm_place="pre", position="learned", activation="gelu_tanh")
BERT = replace(
    PAPER_2017, position="learned", activation="gelu", mask="bidirectional", embed_norm=True, segments=2, head=False
)
LLAMA = replace(
    PAPER_2017, norm="rms", norm_place="pre", position="rotary", mlp="gated", activation="silu", bias=False, tied=False
)
MISTRAL = replace(LLAMA, kv_heads=2, windows=(256,))
MIXTRAL = replace(LLAMA, kv_heads=2, experts=8)
QWEN2 = replace(LLAMA, qkv_bias=True)
QWEN3 = replace(LLAMA, qk_norm=True)
QWEN3_MOE = replace(QWEN3, experts=128, active_experts=8)
GEMMA3 = replace(
    LLAMA,
    norm_place="sandwich",
    embed_scaled=True,
    activation="gelu_tanh",
    windows=(512, 512, 512, 512, 512, None),
    local_rope_base=10_000.0,
    rope_base=1_000_000.0,
    qk_norm=True,
    tied=True,
)
NEOX = replace(GPT2, norm_place="parallel", position="rotary", rotary_width=4, activation="gelu", tied=False)
RECIPES = {
    "2017": PAPER_2017,
    "gpt2": GPT2,
    "bert": BERT,
    "llama": LLAMA,
    "mistral": MISTRAL,
    "mixtral": MIXTRAL,
    "qwen2": QWEN2,
    "qwen3": QWEN3,
}


def differences(a: Config, b: Config) -> dict[str, tuple]:
    """The fields in which two configurations differ: {name: (value in a, value in b)}."""
    pairs = {field.name: (getattr(a, field.name), getattr(b, field.name)) for field in fields(Config)}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
