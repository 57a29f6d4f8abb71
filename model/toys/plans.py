"""What a learner chooses for a tiny model that is trained before their eyes, and pairs of choices that show something.

plan = Plan("reverse", replace(Choices(), position="none"))      plan.config, plan.recipe, plan.task
"""

from dataclasses import dataclass, fields, replace
from functools import cached_property

from model.config import LLAMA, Config
from model.toys.tasks import TASKS, Task, Text
from model.train import Recipe

CONTEXT = 256  # positions a prompt may have later on; a learned table has rows up to here, most of them never trained
BALANCE = 0.05  # weight of the balancing loss


@dataclass(frozen=True)
class Choices:
    """One model and how it learns. kv_heads: 0 for as many as heads; window, experts: 0 for none."""

    layers: int = 2
    width: int = 64
    heads: int = 4
    kv_heads: int = 0
    position: str = "rotary"
    norm: str = "rms"
    place: str = "pre"
    window: int = 0
    experts: int = 0
    balance: int = 1  # whether the loss that keeps experts evenly used counts
    warm_up: int = 20  # steps
    rate: float = 0.01

    @property
    def problem(self) -> str | None:
        """Why it cannot be built: the name of the rule; None where it can."""
        if self.width % self.heads:
            return "heads"
        if self.heads % (self.kv_heads or self.heads):
            return "kv_heads"
        return None

    def differences(self, other: "Choices") -> list[str]:
        """The names of the choices in which two differ."""
        return [name for name in NAMES if getattr(self, name) != getattr(other, name)]


NAMES = tuple(field.name for field in fields(Choices))
OPTIONS = {
    "layers": (1, 2, 3, 4, 6),
    "width": (32, 64, 96, 128),
    "heads": (1, 2, 3, 4, 6, 8),
    "kv_heads": (0, 1, 2, 4),
    "position": ("rotary", "learned", "sinusoidal", "none"),
    "norm": ("rms", "layer"),
    "place": ("pre", "post"),
    "window": (0, 2, 4, 8, 16),
    "experts": (0, 4, 8),
    "balance": (1, 0),
    "warm_up": (0, 20, 100),
    "rate": (0.001, 0.003, 0.01, 0.03, 0.1),
}
STEPS = (100, 200, 400, 600, 1000, 2000)
SEEDS = tuple(range(1, 10))


@dataclass(frozen=True)
class Plan:
    """One run, from its first number to its last."""

    name: str  # of the task
    choices: Choices = Choices()
    seed: int = 1
    steps: int = 600
    text: str = ""  # to learn from, for the task "text"

    @cached_property
    def task(self) -> Task:
        """The task with the seed of the run. Raises KeyError for one that TASKS lacks."""
        kind = TASKS[self.name]
        return kind(self.seed, text=self.text) if kind is Text else kind(self.seed)

    @property
    def config(self) -> Config:
        """The model. Raises ValueError where the choices do not fit together."""
        chosen = self.choices
        return replace(
            LLAMA,
            vocab_size=len(self.task.tokenizer),
            width=chosen.width,
            layers=chosen.layers,
            heads=chosen.heads,
            kv_heads=chosen.kv_heads or chosen.heads,
            head_width=chosen.width // chosen.heads,
            mlp_width=chosen.width if chosen.experts else 2 * chosen.width,
            context=CONTEXT,
            norm=chosen.norm,
            norm_place=chosen.place,
            position=chosen.position,
            rope_base=100.0,  # texts are short: with 10,000 most pairs would hardly turn
            windows=(chosen.window or None,),
            experts=chosen.experts or None,
            tied=True,
        )

    @property
    def recipe(self) -> Recipe:
        """How it is trained."""
        balance = BALANCE * self.choices.balance
        return Recipe(
            lr=self.choices.rate,
            warm_up=self.choices.warm_up,
            weight_decay=0.01,
            balance=balance,
            variance_preserving_init=True,
        )


# Narrow models with one head learn most of it in fewer and shorter steps than the usual one: a class shares a core.
_SMALL = Choices(width=32, heads=1)
_DEEP, _SHALLOW = replace(_SMALL, layers=4, warm_up=0, rate=0.03), Choices(layers=1, position="learned")
# Pairs that differ in one choice, each with a claim about what follows: tests/model/toys/test_plans.py trains them.
PRESETS = {
    "induction": (Plan("induction", replace(_SMALL, layers=1)), Plan("induction", _SMALL)),
    "order": tuple(Plan("reverse", replace(_SHALLOW, position=kind), steps=200) for kind in ("none", "learned")),
    "warm-up": tuple(Plan("copy", replace(_DEEP, place=place), steps=200) for place in ("post", "pre")),
    "collapse": tuple(Plan("reverse", replace(_SMALL, experts=8, balance=balance), steps=100) for balance in (0, 1)),
}
