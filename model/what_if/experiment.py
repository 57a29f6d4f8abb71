"""An experiment: several changes of one pass, the text of its link, and how the model goes on after them.

    edits=silence.26.4_cut.all.all.7.2_swap.5.cat_patch.8.5.5&other=The cat drank the milk

Layers, heads, tokens and experts count from 1 in that text, as on screen. `none` is the
experiment that changes nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch

from model import masks
from model.cache import KVCache
from model.edits import Edit, HideKey, MovePositions
from model.tap import Recorder
from model.transformer import Transformer
from model.what_if.base import Change, Vectors
from model.what_if.changes import Cut, Drop, Patch, Swap, UseRule, parse
from model.what_if.fields import SEPARATOR, InvalidChange, Setting

NONE = "none"
MAX_CHANGES = 40  # changes that a link may hold


@dataclass(frozen=True)
class Experiment:
    """changes, in the order in which they were made; other: the prompt that a patch is taken from."""

    changes: tuple[Change, ...] = ()
    other: str = ""

    def __str__(self) -> str:
        return SEPARATOR.join(map(str, self.changes)) or NONE

    def check(self, change: Change, setting: Setting) -> None:
        """Raises InvalidChange where this change cannot be made, or not together with those that are there."""
        change.check(setting)
        taken = change.slots(setting)
        for earlier in self.changes:
            if taken & earlier.slots(setting):
                raise InvalidChange("clash", earlier=earlier)
        _check_experts_left((*self.changes, change), setting)
        _check_keys_left((*self.changes, change), setting)

    def with_change(self, change: Change, setting: Setting) -> "Experiment":
        """With one change more. Raises InvalidChange."""
        self.check(change, setting)
        return replace(self, changes=(*self.changes, change))

    def without(self, *changes: Change) -> "Experiment":
        return replace(self, changes=tuple(change for change in self.changes if change not in changes))

    def ids(self, setting: Setting) -> list[int]:
        """The prompt with its swaps."""
        ids = list(setting.ids)
        for change in self.changes:
            if isinstance(change, Swap):
                ids[change.token - 1] = change.id(setting)  # pyright: ignore (it was checked)
        return ids

    def edits(self, setting: Setting, vectors: Vectors) -> tuple[Edit, ...]:
        """Of all changes but the swaps."""
        return tuple(edit for change in self.changes for edit in change.edits(setting, vectors))

    @property
    def patches(self) -> bool:
        """Whether it needs a pass of the other prompt."""
        return any(isinstance(change, Patch) for change in self.changes)


@dataclass(frozen=True)
class RejectedChange:
    """A change of a link that could not be made. text: as it was written; change: None where it could not be read."""

    text: str
    change: Change | None
    reason: InvalidChange


def from_text(text: str, other: str, setting: Setting) -> tuple[Experiment, list[RejectedChange]]:
    """The experiment of a link, as far as this model and this prompt can do it, and what is left out. Of changes that
    contradict each other the earlier one is made."""
    experiment, rejected = Experiment(other=other), []
    written = dict.fromkeys(part for part in text.split(SEPARATOR) if part and part != NONE)
    for i, part in enumerate(written):
        change = None
        try:
            change = parse(part)
            if i >= MAX_CHANGES:
                raise InvalidChange("many", most=MAX_CHANGES)
            experiment = experiment.with_change(change, setting)
        except InvalidChange as reason:
            rejected.append(RejectedChange(part, change, reason))
    return experiment, rejected


def _check_experts_left(changes: Sequence[Change], setting: Setting) -> None:
    """Every layer must keep as many experts as are active."""
    off: dict[int, set[int]] = {}
    for change in changes:
        if isinstance(change, Drop):
            for layer in change.layers(setting):
                off.setdefault(layer, set()).add(change.expert)
    for layer, experts in off.items():
        if len(experts) + setting.config.active_experts > (setting.config.experts or 0):
            counts = {"experts": setting.config.experts, "active": setting.config.active_experts}
            raise InvalidChange("experts-few", layer=layer + 1, n=len(experts), **counts)


def _check_keys_left(changes: Sequence[Change], setting: Setting) -> None:
    """No query may be left without a key: a softmax of nothing is no number."""
    cuts = [change for change in changes if isinstance(change, Cut)]
    rules = list(masks.for_layers(setting.config))
    for change in changes:
        if isinstance(change, UseRule):
            for layer in change.layers(setting):
                rules[layer] = change.mask
    keys = torch.arange(len(setting.ids))
    for layer, query in sorted({(layer, cut.query) for cut in cuts for layer in cut.layers(setting)}):
        here = [cut for cut in cuts if cut.query == query and cut.layer in (None, layer + 1)]
        readable = set((rules[layer](keys[query - 1 : query], keys)[0].nonzero()[:, 0] + 1).tolist())
        for head in {cut.head for cut in here}:
            if readable <= {cut.key for cut in here if cut.head in (None, head)}:
                raise InvalidChange("nothing-left", layer=layer + 1, query=query)


def persists(edit: Edit) -> bool:
    """Whether an edit applies to tokens that are appended later too. Those that name a token of the prompt do not."""
    return not isinstance(edit, HideKey | MovePositions) and getattr(edit, "token", None) is None


@torch.inference_mode()
def continuation(model: Transformer, ids: Sequence[int], edits: Iterable[Edit], length: int) -> Iterator[int]:
    """Greedy decoding after an edited pass: yields at most `length` ids. What was done to tokens of the prompt was done
    once: the cache remembers their keys and values. What was done to heads, masks and experts goes on. New tokens stand
    after the last position; a learned table of them may end before `length`."""
    edits = tuple(edits)
    moved = next((edit.positions for edit in edits if isinstance(edit, MovePositions)), range(len(ids)))
    cache, new, position = KVCache(model.config), list(ids), int(max(moved)) + 1
    for step in range(length):
        positions = torch.tensor([[position + step - 1]], device=model.device) if step else None
        tap = Recorder([edit for edit in edits if not step or persists(edit)], keep=())
        hidden = model.hidden_states(model.ids(new), cache=cache, tap=tap, positions=positions)
        new = [int(model.lm_head(hidden[0, -1]).argmax())]
        yield new[0]
        if model.config.position == "learned" and position + step >= model.config.context:
            return
