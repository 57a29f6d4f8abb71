"""How a model knows the order of its tokens.

A position module, called with the positions, (T,) or for every text of a batch its own, (B, T), gives an object with
`add(x)` for the residual stream and `rotate(q, k)` for every attention; one of the two does nothing. So the angles are
computed once for all layers.
"""

import math
from dataclasses import replace
from itertools import cycle, islice

import torch
from torch import Tensor, nn

from model.config import Config
from model.tap import Tap


class PositionEncoding:
    """What a pass does for the positions: by itself nothing, as in a model without any."""

    def add(self, x: Tensor, tap: Tap) -> Tensor:
        return x

    def rotate(self, q: Tensor, k: Tensor, tap: Tap) -> tuple[Tensor, Tensor]:
        return q, k

    def layer(self, index: int) -> "PositionEncoding":
        """What it does in one layer: in most models the same in all."""
        return self


class AdditivePositions(PositionEncoding):
    """Rows (T, D) or (B, T, D) that are added to the embedding, once, at the bottom; the embedding may be enlarged."""

    def __init__(self, rows: Tensor, scale: float = 1.0):
        self.rows, self.scale = rows, scale

    def add(self, x: Tensor, tap: Tap) -> Tensor:
        return x * self.scale + tap("pos_embed", self.rows)


class RotaryPositions(PositionEncoding):
    """Rotates pairs of dimensions in every attention, by angles (T, K/2) or (B, T, K/2), the same in every head; what
    is rotated may be enlarged."""

    def __init__(self, angles: Tensor, scale: float = 1.0):
        cos, sin = scale * angles.cos().unsqueeze(-3), scale * angles.sin().unsqueeze(-3)
        self.cos, self.sin = torch.cat((cos, cos), dim=-1), torch.cat((-sin, sin), dim=-1)

    def rotate(self, q: Tensor, k: Tensor, tap: Tap) -> tuple[Tensor, Tensor]:
        return tap("q_rot", self.rotate_pairs(q)), tap("k_rot", self.rotate_pairs(k))

    def rotate_pairs(self, x: Tensor) -> Tensor:
        """Pair i is (a, b) = (x[i], x[i + K/2]) and becomes (a cos − b sin, b cos + a sin). Hugging Face's Llama pairs
        the dimensions like this; the paper pairs neighbours, which is the same up to their order."""
        return torch.addcmul(x * self.cos, x.roll(x.shape[-1] // 2, -1), self.sin)


class PartlyRotaryPositions(RotaryPositions):
    """Rotates the first dimensions of each head, as many as the angles are for, and leaves the others."""

    def rotate_pairs(self, x: Tensor) -> Tensor:
        width = self.cos.shape[-1]
        return torch.cat((super().rotate_pairs(x[..., :width]), x[..., width:]), dim=-1)


class Table(nn.Embedding):
    """Rows, looked up by index."""

    scale = 1.0  # of a row, as it is given out

    def reset_parameters(self) -> None:
        # a standard deviation of 0.02, as in GPT-2; not normal_, which imports the compiler (2 s) on the meta device
        nn.init.uniform_(self.weight, -0.02 * 3**0.5, 0.02 * 3**0.5)


class ScaledTable(Table):
    """An embedding whose rows are made √D times as large where they enter the stream: those of Gemma lie near length 1,
    for the head reads with them too."""

    def __init__(self, rows: int, width: int):
        super().__init__(rows, width)
        self.scale = width**0.5

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(input) * self.scale


TABLES = {False: Table, True: ScaledTable}  # of the embedding: enlarged, or not


class NoPosition(nn.Module):
    """A bag of words, but for what a causal mask gives away."""

    def __init__(self, config: Config):
        super().__init__()

    def forward(self, positions: Tensor) -> PositionEncoding:
        return PositionEncoding()


class Learned(nn.Module):
    """A trained table with one row for each position; it ends at its last row."""

    def __init__(self, config: Config):
        super().__init__()
        self.table = Table(config.context, config.width)

    def forward(self, positions: Tensor) -> PositionEncoding:
        if (end := int(positions.max())) >= len(self.table.weight):
            raise ValueError(
                f"position {end} is beyond the table of positions, which has {len(self.table.weight)} rows"
            )
        return AdditivePositions(self.table(positions))


class Sinusoidal(nn.Module):
    """Sines and cosines of falling frequency (Vaswani et al. 2017, section 3.5): nothing is trained. The embedding is
    made √D times as large (section 3.4): beside numbers as large as 1 it would drown."""

    def __init__(self, config: Config):
        super().__init__()
        speeds = 10000.0 ** (-torch.arange(0, config.width, 2, device="cpu") / config.width)
        self.speeds: Tensor
        self.register_buffer("speeds", speeds, persistent=False)
        self.scale = config.width**0.5

    def forward(self, positions: Tensor) -> PositionEncoding:
        angles = positions[..., None] * self.speeds
        return AdditivePositions(torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(-2), self.scale)


class Rotary(nn.Module):
    """Rotates each pair of dimensions of q and k by an angle that grows with the position, so that their product
    depends on the distance only (Su et al. 2021, RoFormer)."""

    def __init__(self, config: Config):
        super().__init__()
        width = config.rotary_width or config.head_width
        speeds = 1.0 / config.rope_base ** (torch.arange(0, width, 2, device="cpu") / width)
        scaling = dict(config.rope_scaling or {"rope_type": "default"})
        speeds = SCALINGS[str(scaling["rope_type"])](speeds, scaling | {"base": config.rope_base})
        self.scale = float(scaling.get("attention_factor", 1.0))
        self.speeds: Tensor
        self.register_buffer("speeds", speeds, persistent=False)  # radians per position, of each pair

    @property
    def wavelengths(self) -> Tensor:
        """Positions in which each pair is rotated once around: (K/2,)."""
        return 2 * math.pi / self.speeds

    def forward(self, positions: Tensor) -> PositionEncoding:
        return RotaryPositions(positions[..., None] * self.speeds, self.scale)


class PartlyRotary(Rotary):
    """What the other dimensions of a head find depends on no distance (GPT-NeoX, Black et al. 2022)."""

    def forward(self, positions: Tensor) -> PositionEncoding:
        return PartlyRotaryPositions(positions[..., None] * self.speeds, self.scale)


class EachLayers(PositionEncoding):
    """Each layer has the rotation of its kind."""

    def __init__(self, layers: list[PositionEncoding]):
        self.layers = layers

    def layer(self, index: int) -> PositionEncoding:
        return self.layers[index]


class RotaryByLayer(Rotary):
    """The layers with a window, which look at what is near, rotate from a base of their own (Gemma 3, 2025). What this
    module itself holds is the rotation of the others."""

    def __init__(self, config: Config):
        super().__init__(config)
        self.local = Rotary(replace(config, rope_base=config.local_rope_base or config.rope_base, rope_scaling=None))
        self.windows = tuple(islice(cycle(config.windows), config.layers))

    def forward(self, positions: Tensor) -> PositionEncoding:
        whole, local = super().forward(positions), self.local(positions)
        return EachLayers([whole if window is None else local for window in self.windows])


def _llama3(speeds: Tensor, scaling: dict) -> Tensor:
    """Llama 3.1: slow pairs are slowed by `factor`, fast ones left, those between blended (its published recipe)."""
    rotations = scaling["original_max_position_embeddings"] * speeds / (2 * math.pi)
    low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
    blend = ((rotations - low) / (high - low)).clamp(0, 1)
    return (1 - blend) * speeds / scaling["factor"] + blend * speeds


def _yarn(speeds: Tensor, scaling: dict) -> Tensor:
    """YaRN: as with Llama 3.1, but what lies between is blended by the number of the pair, not by its speed (Peng et
    al. 2023, section 3.2, with the bounds of its implementation)."""

    def pair(rotations: float) -> float:
        """That one, as a fraction, which rotates so many times within the original context."""
        length = scaling["original_max_position_embeddings"] / (2 * math.pi * rotations)
        return len(speeds) * math.log(length) / math.log(scaling["base"])

    first, last = pair(scaling["beta_fast"]), pair(scaling["beta_slow"])
    if scaling["truncate"]:
        first, last = math.floor(first), math.ceil(last)
    first, last = max(first, 0), min(last, 2 * len(speeds) - 1)
    span = last - first or 0.001
    blend = 1 - ((torch.arange(len(speeds), device="cpu") - first) / span).clamp(0, 1)
    return (1 - blend) * speeds / scaling["factor"] + blend * speeds


SCALINGS = {
    "default": lambda speeds, scaling: speeds,
    "linear": lambda speeds, scaling: speeds / scaling["factor"],
    "llama3": _llama3,
    "yarn": _yarn,
}
ROTATIONS = {"whole": Rotary, "part": PartlyRotary, "by layer": RotaryByLayer}
POSITIONS = {
    "rotary": lambda config: ROTATIONS[config.rotation](config),
    "learned": Learned,
    "sinusoidal": Sinusoidal,
    "none": NoPosition,
}
