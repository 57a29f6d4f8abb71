"""One training loop for every model of ours: AdamW, warm-up, cosine, clipping; it can be stopped at any moment.

    for run in train(config, data, steps=1000, seed=0): print(run.progress)

The same seed gives the same weights, in one go or resumed from a checkpoint (on one machine and device). Started by
`torchrun`, every process takes its share of each batch.
"""

import json
import math
import os
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
import torch.distributed as dist
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from model.config import Config
from model.packing import IGNORE_INDEX, Batch
from model.tap import Recorder
from model.transformer import Transformer


class Data(Protocol):
    """The batches of a training."""

    def batch(self, step: int) -> Batch:
        """The rows of this step: the same for the same step, so that a resumed run reads what it would have read."""
        ...


@dataclass(frozen=True)
class Recipe:
    """The hyperparameters. balance, router_z: weights of the losses that keep experts evenly used and router logits
    small (Fedus et al. 2021, "Switch Transformers"; Zoph et al. 2022, "ST-MoE")."""

    lr: float = 3e-3
    warm_up: int = 100  # steps
    min_lr_ratio: float = 0.1  # of the learning rate, at the end
    weight_decay: float = 0.1  # of matrices; vectors are left alone
    betas: tuple[float, float] = (0.9, 0.95)
    clip: float = 1.0  # the largest norm of the gradient
    balance: float = 0.01
    router_z: float = 0.0
    # every matrix begins so that what comes out is as large as what goes in: for narrow models
    variance_preserving_init: bool = False


@dataclass(frozen=True)
class Progress:
    """One step. loss: the mean cross-entropy of the next token, in nats, before the step; grad_norm: of the gradient,
    before it is clipped; load: the fraction of assignments that each expert gets, (L, E), None without experts."""

    step: int
    loss: float
    lr: float
    grad_norm: float
    load: tuple[tuple[float, ...], ...] | None


def lr_at(step: int, steps: int, recipe: Recipe) -> float:
    """The learning rate: linear warm-up, then half a cosine down to `min_lr_ratio` (Loshchilov and Hutter 2017)."""
    if step < recipe.warm_up:
        return recipe.lr * (step + 1) / recipe.warm_up
    done = (step - recipe.warm_up) / max(1, steps - recipe.warm_up)
    return recipe.lr * (recipe.min_lr_ratio + (1 - recipe.min_lr_ratio) * (1 + math.cos(math.pi * min(1, done))) / 2)


def train(
    config: Config,
    data: Data,
    *,
    steps: int,
    seed: int,
    recipe: Recipe | None = None,
    checkpoint: Path | None = None,
    device: str = "cpu",
) -> Iterator["Run"]:
    """Trains a new model, or goes on from `checkpoint` where that exists; yields the run after every step.

    Closing the iterator stops the work. `Run.save` writes a checkpoint. Raises ValueError where the checkpoint belongs
    to another configuration, seed, recipe or number of steps.
    """
    run = Run(config, steps, seed, recipe or Recipe(), torch.device(device))
    if checkpoint is not None and checkpoint.exists():
        run.load(checkpoint)
    while run.step < steps:
        run.train_step(data.batch(run.step))
        yield run


class Run:
    """A model that learns. `model`, `step` (how many were taken) and `progress` (the last) may be read at any time."""

    def __init__(self, config: Config, steps: int, seed: int, recipe: Recipe, device: torch.device):
        self.config, self.steps, self.seed, self.recipe, self.device = config, steps, seed, recipe, device
        self.step = 0
        self.progress: Any = None  # a Progress, once a step is taken
        self.model = initialised(config, seed, recipe.variance_preserving_init).to(device).train()
        matrices = [weight for weight in self.model.parameters() if weight.ndim > 1]
        vectors = [weight for weight in self.model.parameters() if weight.ndim < 2]
        groups = [{"params": matrices, "weight_decay": recipe.weight_decay}, {"params": vectors, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=recipe.lr, betas=recipe.betas)

    def train_step(self, batch: Batch) -> None:
        """One step: predict the targets, differentiate the loss, update the weights."""
        ids, targets, positions, documents = (
            torch.from_numpy(_share(array)).to(self.device)
            for array in (batch.ids, batch.targets, batch.positions, batch.documents)
        )
        tap = Recorder(keep={"router_logits", "router_probs", "expert_index"} if self.config.experts else ())
        logits = self.model(ids, tap=tap, positions=positions, documents=documents)
        loss = functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE_INDEX)
        routing = Routing.of(tap, self.config, documents >= 0) if self.config.experts else None
        objective = loss
        if routing:
            objective = loss + self.recipe.balance * routing.balance + self.recipe.router_z * routing.router_z
        objective.backward()
        _average(self.model)
        grad_norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip)
        lr = lr_at(self.step, self.steps, self.recipe)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.step()
        self.optimizer.zero_grad()
        load = tuple(map(tuple, routing.load.tolist())) if routing else None
        self.progress = Progress(self.step, float(loss.detach()), lr, float(grad_norm), load)
        self.step += 1

    def save(self, path: Path) -> None:
        """A checkpoint: weights and the optimizer's moments, with what the run is. Written aside, then moved: a stop in
        the middle leaves the old one whole."""
        tensors = {f"model.{name}": weight for name, weight in self._weights().items()}
        for name, weight in self._weights().items():
            for key, moment in self.optimizer.state[weight].items():
                tensors[f"{key}.{name}"] = moment
        aside = path.with_suffix(".part")
        save_file({name: x.detach().contiguous() for name, x in tensors.items()}, aside, {"run": self._identity()})
        os.replace(aside, path)

    def load(self, path: Path) -> None:
        with safe_open(path, "pt") as file:
            stored = json.loads(file.metadata()["run"])
        step = stored.pop("step")
        expected = json.loads(self._identity())
        expected.pop("step")
        if stored != expected:
            name = next(name for name in expected if stored.get(name) != expected[name])
            raise ValueError(f"{path.name} was written by another run: its {name} is {stored.get(name)}")
        tensors = load_file(path, device=str(self.device))
        with torch.no_grad():
            for name, weight in self._weights().items():
                weight.copy_(tensors.pop(f"model.{name}"))
                keys = ("step", "exp_avg", "exp_avg_sq")
                self.optimizer.state[weight] = {key: tensors.pop(f"{key}.{name}") for key in keys}
                self.optimizer.state[weight]["step"] = self.optimizer.state[weight]["step"].cpu()
        self.step = step

    def _weights(self) -> dict[str, Tensor]:
        return dict(self.model.named_parameters())

    def _identity(self) -> str:
        run = {"config": asdict(self.config), "recipe": asdict(self.recipe), "seed": self.seed, "steps": self.steps}
        return json.dumps(run | {"step": self.step})


_drawing = threading.Lock()  # all threads draw from the same generator


def initialised(config: Config, seed: int, variance_preserving: bool = False) -> Transformer:
    """A new model, its matrices drawn at random, as suits the place of its norms.

    Before each part: with a standard deviation of 0.02, those that write to the stream with less, so that it does not
    grow with the number of layers (Radford et al. 2019, GPT-2). After the sum: so that what comes out of a matrix is as
    large as what goes in (Glorot and Bengio 2010; so in 2017), for beside a normed stream anything smaller is lost, and
    with it what could be learned.
    """
    with _drawing, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Transformer(config)
        for name, weight in model.named_parameters():
            if weight.ndim > 1:
                nn.init.normal_(weight, std=_init_std(name, weight, config, variance_preserving))
            elif name.endswith("bias"):
                nn.init.zeros_(weight)
    return model


def _init_std(name: str, weight: Tensor, config: Config, variance_preserving: bool) -> float:
    writes = name.endswith(("o_proj.weight", "down_proj.weight"))
    once = 1 / math.sqrt(2 * config.layers) if writes and config.norm_place != "post" else 1.0
    if variance_preserving or (config.norm_place == "post" and name.startswith("layers.")):
        return once * weight.shape[1] ** -0.5
    return once * 0.02


def load_balance(expert_index: Tensor, router_probs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """How evenly N tokens use a layer's E experts, from the choices (N, A) and the router's probabilities (N, E).

    f (E,): the fraction of assignments that each expert gets; P (E,): its mean probability; and the balancing loss
    E · Σ f · P (Fedus et al. 2021, "Switch Transformers", equations 4 to 6). It is 1 where either f or P is even, above
    that where the experts that are chosen most have the highest probabilities, below it where they have the lowest, and
    at most E / A.
    """
    experts = router_probs.shape[-1]
    f = expert_index.flatten().bincount(minlength=experts) / expert_index.numel()
    P = router_probs.mean(0)
    return f, P, experts * (f * P).sum()


@dataclass(frozen=True)
class Routing:
    """How a pass used its experts, in L layers of E experts."""

    load: Tensor  # (L, E) the fraction of assignments that each expert got
    balance: Tensor  # mean over the layers of the balancing loss, see load_balance
    router_z: Tensor

    @classmethod
    def of(cls, tap: Recorder, config: Config, real: Tensor) -> "Routing":
        """real (B, T): false for padding, which counts for nothing."""
        loads, balances, sizes = [], [], []
        for layer in range(config.layers):
            load, _, balance = load_balance(*(tap.kept[layer, name][real] for name in ("expert_index", "router_probs")))
            loads.append(load)
            balances.append(balance)
            sizes.append(tap.kept[layer, "router_logits"][real].logsumexp(-1).square().mean())
        return cls(torch.stack(loads), torch.stack(balances).mean(), torch.stack(sizes).mean())


def _share(rows: Any) -> Any:
    """The rows of this process."""
    return rows[dist.get_rank() :: dist.get_world_size()] if dist.is_initialized() else rows


def _average(model: nn.Module) -> None:
    """Over all processes, each of which has seen its own rows."""
    if dist.is_initialized():
        for weight in model.parameters():
            dist.all_reduce(weight.grad)
            weight.grad /= dist.get_world_size()  # pyright: ignore[reportOperatorIssue] (a step has made them all)
