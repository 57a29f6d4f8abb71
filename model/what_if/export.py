"""An experiment as lines of Python, to take home. Layers, heads, tokens and experts count from 0 in them."""

from collections.abc import Iterable, Sequence
from string import Template
from typing import Any

from model.what_if.base import Change, Vectors
from model.what_if.changes import Swap, UseRule
from model.what_if.experiment import Experiment
from model.what_if.fields import Setting

PROGRAM = Template("""\
from model import lens, sampling, zoo
${imports}from model.transformer import run

bundle = zoo.load($model)
${ids}before = run(bundle.model, ids, bundle.tokenizer.strings(ids), keep={"logits", "z"})
${patch}${swaps}edits = [  # layers, heads, tokens and experts count from 0 here
${edits}]
after = run(bundle.model, ids, bundle.tokenizer.strings(ids), edits=edits, keep={"logits"})

p, q = (sampling.softmax(trace.logits[-1]) for trace in (before, after))
print(f"{lens.divergence(p, q):.4f} bits")
for token in abs(q - p).argsort()[::-1][:8]:
    print(bundle.tokenizer.strings([token])[0], p[token], q[token])""")
OTHER = 'other = run(bundle.model, there, bundle.tokenizer.strings(there), keep={"resid_pre"})\n'


class _Verbatim(str):
    """Stands in a repr as what it says: so the line that makes an edit is the edit's own repr."""

    __repr__ = str.__str__


class VectorExpressions(Vectors):
    """The vectors as expressions of the exported program."""

    def __init__(self):
        pass

    def mean(self, layer: int, head: int) -> _Verbatim:
        return _Verbatim(f"tuple(before.layers[{layer}].z[{head}].mean(0))")

    def residual(self, layer: int, token: int) -> _Verbatim:
        return _Verbatim(f"tuple(other.layers[{layer}].resid_pre[{token}])")


def to_python(experiment: Experiment, setting: Setting, model: str, text: str) -> str:
    """A program that repeats the experiment and prints its numbers: the divergence, and what moved most.
    model: what zoo.load takes; text: the prompt."""
    swaps = [change for change in experiment.changes if isinstance(change, Swap)]
    others = [change for change in experiment.changes if not isinstance(change, Swap)]
    edits = {type(change.edit(0, setting, VectorExpressions())).__name__ for change in others}
    rules = {type(change.mask).__name__ for change in others if isinstance(change, UseRule)}
    there = _encoded("there", setting.other, experiment.other, setting)
    return PROGRAM.substitute(
        imports=_import("model.edits", edits) + _import("model.masks", rules),
        model=repr(model),
        ids=_encoded("ids", setting.ids, text, setting),
        patch=there + OTHER if experiment.patches else "",
        swaps="".join(f"ids[{swap.token - 1}] = bundle.tokenizer.find({swap.piece(setting)!r})\n" for swap in swaps),
        edits="".join(f"    {_edits(change, setting)},\n" for change in others),
    )


def _edits(change: Change, setting: Setting) -> str:
    """The entry of a list that makes the edits of one change."""
    layers, vectors = tuple(change.layers(setting)), VectorExpressions()
    layer: Any = _Verbatim("layer")
    if len(layers) == 1:
        return repr(change.edit(layers[0], setting, vectors))
    return f"*({change.edit(layer, setting, vectors)!r} for layer in range({len(layers)}))"


def _import(module: str, names: Iterable[str]) -> str:
    return f"from {module} import {', '.join(sorted(names))}\n" if names else ""


def _encoded(name: str, ids: Sequence[int], text: str, setting: Setting) -> str:
    """A text as ids; the ids themselves where the text was cut, and would fall into others."""
    same = list(ids) == setting.tokenizer.encode(text)
    return f"{name} = bundle.tokenizer.encode({text!r})\n" if same else f"{name} = {list(ids)}\n"
