"""How a forward pass shows its work: every value that has a name in the field goes through a tap where it is born.

    pattern = tap("pattern", scores.softmax(-1))

`null_tap` is the tap of an ordinary pass: it hands the value on. A `Recorder` is the tap of a traced pass: it lets
edits change the value, keeps what was asked for, and hands it on. So one line both records and intervenes, and nothing
is left behind in the model.
"""

from collections.abc import Iterable

from torch import Tensor

from model.edits import Edit
from model.trace import FIELDS, LAYER_FIELDS


class NullTap:
    """The tap of an ordinary pass."""

    def __call__(self, name: str, x: Tensor) -> Tensor:
        return x

    def layer(self, index: int | None) -> "NullTap":
        return self


null_tap = NullTap()


class Recorder:
    """The tap of a traced pass.

    edits: interventions, applied in their order where their value is born.
    keep: names of trace fields; None keeps all. A name that is no field of a trace raises ValueError.

    Afterwards `kept` maps (layer or None, name) to the tensor, with its batch axis.
    """

    def __init__(self, edits: Iterable[Edit] = (), keep: Iterable[str] | None = None):
        self.keep = FIELDS | LAYER_FIELDS if keep is None else frozenset(keep)
        if unknown := self.keep - FIELDS - LAYER_FIELDS:
            raise ValueError(f"no field of a trace: {', '.join(sorted(unknown))}")
        self.edits: dict[tuple[int | None, str], list[Edit]] = {}
        for edit in edits:
            self.edits.setdefault((edit.layer, edit.name), []).append(edit)
        self.kept: dict[tuple[int | None, str], Tensor] = {}
        self.index: int | None = None

    def layer(self, index: int | None) -> "Recorder":
        """The tap for the values of one layer, or of none (None)."""
        self.index = index  # the layers run one after another: the values of the last one have all been born
        return self

    def __call__(self, name: str, x: Tensor) -> Tensor:
        place = self.index, name
        for edit in self.edits.pop(place, ()):
            x = edit(x)
        if name in self.keep:
            self.kept[place] = x
        return x

    def close(self) -> None:
        """Raises ValueError for edits that never fired: an experiment that did nothing must not look like one."""
        if self.edits:
            never = [repr(edit) for edits in self.edits.values() for edit in edits]
            raise ValueError(f"never reached in this model: {', '.join(never)}")


Tap = NullTap | Recorder
