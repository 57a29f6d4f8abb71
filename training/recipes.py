"""The models of ours, and how each is trained.

    python -m training.run NAME

The switchboard is a small base and models that differ from it in one choice each: same text, same order, same seed,
same number of tokens. What the choice changes, the model shows.
"""

from dataclasses import dataclass, replace

from model.config import LLAMA, MIXTRAL, PAPER_2017, Config
from model.train import Recipe
from training.corpus import VOCABULARY


@dataclass(frozen=True)
class Plan:
    """A model to train: what it is, how it learns, and from how many rows of how many tokens in each step."""

    config: Config
    recipe: Recipe
    steps: int
    rows: int
    context: int
    seed: int = 0

    @property
    def tokens(self) -> int:
        """That it will have seen."""
        return self.steps * self.rows * self.context


EXPERTS = Plan(
    replace(
        MIXTRAL,
        vocab_size=VOCABULARY,
        width=192,
        layers=6,
        heads=6,
        kv_heads=2,
        head_width=32,
        mlp_width=256,
        context=256,
        tied=True,
    ),
    Recipe(lr=2e-3, warm_up=200, balance=0.01, router_z=0.001),
    steps=5000,
    rows=8,
    context=256,
)

BASE = replace(
    LLAMA,
    vocab_size=VOCABULARY,
    width=128,
    layers=4,
    heads=4,
    kv_heads=2,
    head_width=32,
    mlp_width=192,
    context=256,
    tied=True,
)
_SIZES = ("vocab_size", "width", "layers", "heads", "head_width", "mlp_width", "context")
WINDOW = 16
SWITCHES = {
    "base": BASE,
    "mha": replace(BASE, kv_heads=BASE.heads),
    "mqa": replace(BASE, kv_heads=1),
    "sinusoidal": replace(BASE, position="sinusoidal"),
    "learned": replace(BASE, position="learned"),
    "no-positions": replace(BASE, position="none"),
    "post-norm": replace(BASE, norm_place="post"),
    "layer-norm": replace(BASE, norm="layer"),
    "ungated": replace(BASE, mlp="plain"),
    "sliding": replace(BASE, windows=(WINDOW,)),
    "alternating": replace(BASE, windows=(WINDOW, None)),
    # two work on a token, of half the size each: as many parameters at work as in the base, and a router
    "experts": replace(BASE, experts=8, mlp_width=BASE.mlp_width // 2),
    "collapsed": replace(BASE, experts=8, mlp_width=BASE.mlp_width // 2),  # without the loss that balances them
    "2017": replace(PAPER_2017, **{name: getattr(BASE, name) for name in _SIZES}),
}
# a low rate, for those that norm after the sum; training/switchboard.py tries higher ones
_SAME = Plan(BASE, Recipe(lr=1e-3, warm_up=100), steps=1200, rows=4, context=256)
PLANS = {"experts": EXPERTS} | {
    f"switchboard/{name}": replace(
        _SAME, config=config, recipe=replace(_SAME.recipe, balance=0.0) if name == "collapsed" else _SAME.recipe
    )
    for name, config in SWITCHES.items()
}
