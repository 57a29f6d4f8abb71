"""A lesson as a Jupyter notebook: the cells of ui/notebooks/<slug>.py, with what the link says as their parameters.

A file of cells is ordinary Python, cut at `# %%`. In the cell `# %% parameters` every name stands with its usual
value; it is also what the link calls it ("-" for "_"), and means the same there: layers, heads, tokens count from 1.
A value of the reader's gets in by its repr and in no other way.
"""

import ast
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import content
from model import zoo
from model.toys.plans import NAMES, OPTIONS, PRESETS
from model.what_if import export
from ui.frame import curriculum, prompt_bar
from ui.frame.page import Page
from ui.kit import cache, language
from ui.lessons.attention import readings
from ui.lessons.experts import interventions, routing
from ui.lessons.train import link
from ui.lessons.what_if import lab as what_if
from ui.server import admission

LESSONS = Path(__file__).parents[1] / "lessons"
LIMIT = 300  # tokens: no lesson reads more
LONGEST = 2_000  # characters of a value
TAIL = """\
import numpy as np

from ui.kit.numbers import percent
from viz import theme
from viz.what_if import sides

top = np.unique([np.argsort(-chances, kind="stable")[:5] for chances in (p, q)])
top = top[np.argsort(-np.maximum(p, q)[top], kind="stable")]
shares = np.column_stack([[p[top], q[top]], [np.delete(p, top).sum(), np.delete(q, top).sum()]])
names = [*bundle.tokenizer.strings(top.tolist()), "…"]
figure = sides(names, shares, ("before", "after"), lambda share: percent(share, "en"))
theme.dress(figure, "light")"""


def notebook(slug: str, said: Mapping[str, str]) -> str:
    """The .ipynb of a lesson, as JSON, for what its link says. KeyError for a lesson that is not there."""
    lang = said.get("lang") if said.get("lang") in content.LANGUAGES else content.LANGUAGES[0]
    cells = what_if_cells(said, lang) if slug == "what_if" else filled(slug, said, lang)
    words, titles, step = language.Words(lang, "take"), language.Words(lang, "path"), curriculum.lesson_by_slug(slug)
    title = f"{step.number}. {titles.text(slug)}" if step.number else "Vetro"
    head = {"cell_type": "markdown", "metadata": {}, "source": f"# {title}\n\n{words.text('notebook-note')}"}
    code = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    whole = {"cells": [head, *(code | {"source": cell} for cell in cells)], "metadata": kernel}
    return json.dumps(whole | {"nbformat": 4, "nbformat_minor": 4}, ensure_ascii=False, indent=1)


def filled(slug: str, said: Mapping[str, str], lang: str) -> list[str]:
    """The cells of a lesson's file with the reader's values in the place of the usual ones."""
    file = LESSONS / slug / "notebook.py"
    if not (slug.isidentifier() and file.exists()):
        raise KeyError(slug)
    cells = re.split(r"^# %%", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    asked = START[slug](slug, said, lang) | dict(said) if slug in START else said
    asked = {**asked, "lang": lang}
    return [_parameters(cell, asked) if cell.startswith(" parameters") else _plain(cell) for cell in cells]


def _plain(cell: str) -> str:
    title, _, body = cell.partition("\n")
    return (f"# {title.strip()}\n" if title.strip() else "") + body.strip()


def _parameters(cell: str, said: Mapping[str, str]) -> str:
    lines = []
    for line in cell.partition("\n")[2].strip().splitlines():
        name, _, rest = line.partition(" = ")
        usual = ast.literal_eval(rest)
        given = said.get(name, said.get(name.replace("_", "-")))
        value = usual if given is None else fitting(name, given, usual)
        lines.append(line if value == usual else f"{name} = {value!r}{_comment(rest)}")
    return "\n".join(lines)


def _comment(rest: str) -> str:
    return f"  {found[0]}" if (found := re.search(r"# [^\"']*$", rest)) else ""


def fitting(name: str, given: str, usual):
    """What the link gives, of the kind of the usual value; that one where it does not fit."""
    given = given[:LONGEST]
    if name == "model" and given not in zoo.ENTRIES:
        return usual
    if isinstance(usual, str):
        return given
    if not (found := re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)([kM]?)", given, re.ASCII)):
        return usual
    return type(usual)(float(found[1]) * {"": 1, "k": 1 << 10, "M": 1 << 20}[found[2]])


# ---- what a page begins with, where its link says nothing: a pass of the model, so it takes its turn like a page

_in_turn = admission.PAGES.slot(lambda ahead: None)  # there is nobody to tell: the browser waits for a file


def _page(slug: str, said: Mapping[str, str], lang: str) -> Page:
    name = fitting("model", said.get("model", ""), prompt_bar.DECODERS[0])
    bundle, text = cache.bundle(name), said.get("prompt", prompt_bar.DEFAULT)[: prompt_bar.CHARACTERS]
    ids = bundle.tokenizer.encode(text)[:LIMIT]
    return Page(language.Words(lang, slug), name, bundle, text, ids, text)


@_in_turn
def _look(slug: str, said: Mapping[str, str], lang: str) -> dict[str, str]:
    page = _page(slug, said, lang)
    look = readings.start(page.bundle, page.trace(readings.keep(page.bundle.model.config)))
    names = "layer", "head", "token", "key"
    return {name: str(place + 1) for name, place in zip(names, vars(look).values(), strict=True)}


@_in_turn
def _switched(slug: str, said: Mapping[str, str], lang: str) -> dict[str, str]:
    page = _page(slug, {"model": zoo.EXPERTS} | dict(said), lang)
    layer, expert = interventions.writes_most(page.trace(routing.KEEP))
    return {"experts": str(expert + 1), "where": str(layer + 1)}


def _plans(slug: str, said: Mapping[str, str], lang: str) -> dict[str, str]:
    """In what the models of the link differ from the usual one; without any, the pair that the page begins with."""
    asked = said if any(name in said for name in link.LINK) else link.as_link(PRESETS[link.FIRST])

    def differences(side: str) -> str:
        found = {name: link.option(OPTIONS[name], asked.get(f"{side}-{name}")) for name in NAMES}
        return " ".join(f"{name}={value}" for name, value in found.items() if value is not None)

    return {side: differences(side) for side in link.SIDES}


START: dict[str, Callable[..., dict[str, str]]] = {
    "attention": _look,
    "positions": _look,
    "experts": _switched,
    "train": _plans,
}


@_in_turn
def what_if_cells(said: Mapping[str, str], lang: str) -> list[str]:
    """The lines that the lesson itself exports, and its figure."""
    page = _page("what_if", said, lang)
    lab = what_if.open_lab(page, said)
    return [export.to_python(lab.experiment, lab.setting, page.model, page.text), TAIL]
