"""A lesson as a Jupyter notebook: the cells of ui/lessons/<slug>/notebook.py, with what the link says as parameters.

A file of cells is ordinary Python, cut at `# %%`. In the cell `# %% parameters` every name stands with its default
value; it is also what the link calls it ("-" for "_"), and means the same there: layers, heads, tokens count from 1.
A value of the reader's gets in by its repr and in no other way.

Where a page begins with values that the model itself gives, its lesson has `start(link, lang)` in notebook_start.py:
the same values, by their names in the link. A lesson whose cells depend on the link altogether has `cells(link, lang)`
in notebook_cells.py instead of a file of cells. Both get the page from `linked_page`.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

import content
from model import zoo
from ui.frame import curriculum, prompt_bar
from ui.frame.page import Page
from ui.kit import cache, language
from ui.server import admission

SETUP = "import vetro  # from here on its parts are found, whatever folder this file is in"
LESSONS = Path(__file__).parents[1] / "lessons"
LONGEST_VALUE = 2_000  # characters


class UnfitLink(ValueError):
    """The page of this link would show nothing: it has no prompt."""


def notebook(slug: str, link: Mapping[str, str]) -> str:
    """The .ipynb of a lesson, as JSON, for what its link says. Raises LookupError for a lesson that there is
    not, UnfitLink, and model.zoo.ModelUnavailable."""
    lesson = curriculum.lesson_by_slug(slug)
    asked = link.get("lang", "")
    lang = asked if asked in content.LANGUAGES else content.LANGUAGES[0]
    words, titles = language.Words(lang, "take"), language.Words(lang, "path")
    title = f"{lesson.number}. {titles.text(slug)}" if lesson.number else "Vetro"
    head = {"cell_type": "markdown", "metadata": {}, "source": f"# {title}\n\n{words.text('notebook-note')}"}
    code = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    first, *others = _cells(slug, link, lang)
    cells = [head, *(code | {"source": cell} for cell in (f"{SETUP}\n\n{first}", *others))]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    document = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(document, ensure_ascii=False, indent=1)


@contextmanager
def linked_page(
    slug: str, link: Mapping[str, str], lang: str, models: tuple[str, ...], limit: int, keep_end: bool = False
) -> Iterator[Page]:
    """The page of a link, for a lesson's `start` or `cells`; what follows is the lesson's own, as the page has it. It
    takes its turn like every page, for it runs a model, but leaves nothing in the readers' caches.

    Raises UnfitLink where the page would ask for a prompt, and model.zoo.ModelUnavailable.
    """
    linked = prompt_bar.plain_lines(link.get("prompt", prompt_bar.DEFAULT))
    model, source = link.get("model", ""), prompt_bar.within(linked, keep_end)
    model = model if model in models else models[0]
    if prompt_bar.problem_with(source):
        raise UnfitLink
    # There is nobody to tell that others come first: the browser waits for a file. All notebooks count as one client.
    with cache.apart(), admission.PAGES.slot(lambda ahead: None, "notebooks"):
        bundle = cache.bundle(model)
        text = bundle.tokenizer.cut(source, limit, keep_end=keep_end)
        yield Page(language.Words(lang, slug), model, bundle, text, bundle.tokenizer.encode(text), source)


def _cells(slug: str, link: Mapping[str, str], lang: str) -> list[str]:
    """The lesson's cells with the reader's values in the place of the defaults."""
    if module := _declared(slug, "notebook_cells"):
        return module.cells(link, lang)
    module = _declared(slug, "notebook_start")
    values = {**(module.start(link, lang) if module else {}), **link, "lang": lang}
    file = (LESSONS / slug / "notebook.py").read_text(encoding="utf-8")
    cells = re.split(r"^# %%", file, flags=re.MULTILINE)[1:]
    return [_parameters(cell, values) if cell.startswith(" parameters") else _plain(cell) for cell in cells]


def _declared(slug: str, name: str) -> ModuleType | None:
    """A module of the lesson, by its name: the frame imports no lesson. None where the lesson has no such module."""
    return import_module(f"ui.lessons.{slug}.{name}") if (LESSONS / slug / f"{name}.py").exists() else None


def _plain(cell: str) -> str:
    title, _, body = cell.partition("\n")
    return (f"# {title.strip()}\n" if title.strip() else "") + body.strip()


def _parameters(cell: str, link: Mapping[str, str]) -> str:
    lines = []
    for line in cell.partition("\n")[2].strip().splitlines():
        name, _, rest = line.partition(" = ")
        default = ast.literal_eval(rest)
        text = link.get(name, link.get(name.replace("_", "-")))
        value = default if text is None else fitting(name, text, default)
        lines.append(line if value == default else f"{name} = {value!r}{_comment(rest)}")
    return "\n".join(lines)


def _comment(rest: str) -> str:
    comment = re.search(r"# [^\"']*$", rest)
    return f"  {comment[0]}" if comment else ""


def fitting(name: str, text: str, default: str | int | float) -> str | int | float:
    """The link's value of a parameter, of the type of the default; the default where it does not fit."""
    text = text[:LONGEST_VALUE]
    if name == "model" and text not in zoo.ENTRIES:
        return default
    if isinstance(default, str):
        return text
    number = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)([kM]?)", text, re.ASCII)
    return type(default)(float(number[1]) * {"": 1, "k": 1 << 10, "M": 1 << 20}[number[2]]) if number else default
