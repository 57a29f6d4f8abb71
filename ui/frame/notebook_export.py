"""A lesson as a Jupyter notebook: the cells of ui/lessons/<slug>/notebook.py, with what the link says as parameters.

A file of cells is ordinary Python, cut at `# %%`. In the cell `# %% parameters` every name stands with its default
value; it is also what the link calls it ("-" for "_"), and means the same there: layers, heads, tokens count from 1.
A value of the reader's gets in by its repr and in no other way.

Where a page begins with values that the model itself gives, its lesson has `start(link, lang)` in notebook_start.py:
the same values, by their names in the link. A lesson whose cells depend on the link altogether has `cells(link, lang)`
in notebook_cells.py instead of a file of cells. Both get the page from `linked_page`. One that takes other models than
the decoders has their names in notebook_start.py: MODELS.
"""

import ast
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType

import content
from model import zoo
from ui.frame import curriculum, prompt_bar
from ui.frame.page import Page
from ui.kit import cache, language, markup
from ui.server import admission, local_models, user_models

SETUP = "import vetro  # from here on its parts are found, whatever folder this file is in"
LESSONS = Path(__file__).parents[1] / "lessons"
LONGEST_VALUE = 2_000  # characters
Value = str | int | float
Fits = Callable[[str, str, Value], Value | None]


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
    (first, *others), remarks = _cells(slug, link, words)
    source = "\n\n".join((f"# {title}", words.text("notebook-note"), *remarks))
    head = {"cell_type": "markdown", "metadata": {}, "source": source}
    code = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    cells = [head, *(code | {"source": cell} for cell in (f"{SETUP}\n\n{first}", *others))]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    document = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(document, ensure_ascii=False, indent=1)


def models(slug: str) -> tuple[str, ...]:
    """The models that a lesson takes, besides those that its reader trained; the first where a link names none."""
    return getattr(_declared(slug, "notebook_start"), "MODELS", prompt_bar.DECODERS)


def _model(slug: str, link: Mapping[str, str]) -> str:
    """The model of a link's page."""
    asked = link.get("model", "")
    own = user_models.exists(asked) or (local_models.may_open(asked) and not local_models.about(asked).problem)
    return asked if asked in models(slug) or own else models(slug)[0]


@contextmanager
def linked_page(slug: str, link: Mapping[str, str], lang: str, limit: int, keep_end: bool = False) -> Iterator[Page]:
    """The page of a link, for a lesson's `start` or `cells`; limit and keep_end are the lesson's own, as the page has
    them. It takes its turn like every page, for it runs a model, but leaves nothing in the readers' caches.

    Raises UnfitLink where the page would ask for a prompt, and model.zoo.ModelUnavailable.
    """
    model = _model(slug, link)
    source = prompt_bar.within(_prompt(model, link), keep_end)
    if prompt_bar.problem_with(source):
        raise UnfitLink
    # There is nobody to tell that others come first: the browser waits for a file. All notebooks count as one client.
    with cache.apart(), admission.PAGES.slot(lambda ahead: None, "notebooks"):
        bundle = cache.bundle(model)
        text = bundle.tokenizer.cut(source, limit, keep_end=keep_end)
        yield Page(language.Words(lang, slug), model, bundle, text, bundle.tokenizer.encode(text), source)


def _prompt(model: str, link: Mapping[str, str]) -> str:
    first = user_models.example(model) if user_models.is_name(model) else prompt_bar.DEFAULT
    return prompt_bar.plain_lines(link.get("prompt", first))


def _cells(slug: str, link: Mapping[str, str], words: language.Words) -> tuple[list[str], list[str]]:
    """The lesson's cells with the reader's values in the place of the defaults, and what is to be said of them."""
    left: list[str] = []
    asked, own = link.get("model", ""), user_models.exists(link.get("model", ""))
    if module := _declared(slug, "notebook_cells"):
        cells, about = module.cells(link, words.lang), "notebook-zero"
        left += ["model"] if asked and asked != _model(slug, link) else []
    else:
        start = getattr(_declared(slug, "notebook_start"), "start", lambda link, lang: {})
        left += _unfit(slug, link, words.lang)
        values = {"prompt": user_models.example(asked)} if own else {}
        fit = {name: value for name, value in link.items() if name not in left}
        values |= {**start(link, words.lang), **fit, "lang": words.lang}
        file = (LESSONS / slug / "notebook.py").read_text(encoding="utf-8")
        parts, about = re.split(r"^# %%", file, flags=re.MULTILINE)[1:], "notebook-values"
        fits = partial(_fits, slug)
        cells = [_parameters(x, values, fits, left) if x.startswith(" parameters") else _plain(x) for x in parts]
    remarks = [words.text(about)]
    if own and any(user_models.at_home(asked) in cell for cell in cells):
        remarks.append(words.text("notebook-own", folder=user_models.at_home(asked)))
    if left:
        said = (markup.literal(" ".join(f"{name}={link[name]}".split())[:60]) for name in left)
        remarks.append(words.text("notebook-left", said=", ".join(said)))
    return cells, remarks


def _unfit(slug: str, link: Mapping[str, str], lang: str) -> list[str]:
    """The names in a link whose values its page would leave out."""
    files = [file.stem for file in (LESSONS / slug).glob("*.py") if not file.stem.startswith("notebook")]
    modules = [import_module(f"ui.lessons.{slug}.{file}") for file in files]
    known = {name: fits for module in modules for name, fits in getattr(module, "LINK", {}).items() if name in link}
    if not known:
        return []
    model = _model(slug, link)
    try:
        bundle = cache.bundle(model)
    except zoo.ModelUnavailable:  # whoever opens the notebook may have it
        return []
    source = prompt_bar.within(_prompt(model, link))
    ids = bundle.tokenizer.encode(source)[: getattr(_declared(slug, "readings"), "LIMIT", None)]
    page = Page(language.Words(lang, slug), model, bundle, source, ids, source)
    # of what stands several times in a link there is a list here
    values = {name: [link[name]] if known[name](link[name], page) else link[name].split(",") for name in known}
    return [name for name in known if not all(known[name](value, page) for value in values[name])]


def _declared(slug: str, name: str) -> ModuleType | None:
    """A module of the lesson, by its name: the frame imports no lesson. None where the lesson has no such module."""
    return import_module(f"ui.lessons.{slug}.{name}") if (LESSONS / slug / f"{name}.py").exists() else None


def _plain(cell: str) -> str:
    title, _, body = cell.partition("\n")
    return (f"# {title.strip()}\n" if title.strip() else "") + body.strip()


def _parameters(cell: str, link: Mapping[str, str], fits: Fits, left: list[str]) -> str:
    """The cell with the link's values. left: takes the names of those that do not fit."""
    lines = []
    for line in cell.partition("\n")[2].strip().splitlines():
        name, _, rest = line.partition(" = ")
        default = ast.literal_eval(rest)
        said = next((each for each in (name, name.replace("_", "-")) if each in link), None)
        value = default if said is None else fits(name, link[said], default)
        if said is not None and value is None:
            left.append(said)
        lines.append(line if value in (None, default) else f"{name} = {value!r}{_comment(rest)}")
    return "\n".join(lines)


def _comment(rest: str) -> str:
    comment = re.search(r"# [^\"']*$", rest)
    return f"  {comment[0]}" if comment else ""


def _fits(slug: str, name: str, text: str, default: Value) -> Value | None:
    """The link's value of a parameter of this lesson: see `fitting`."""
    if name == "model":
        return user_models.at_home(text) if text == _model(slug, {"model": text}) else None
    return fitting(text, default)


def fitting(text: str, default: Value) -> Value | None:
    """A link's value of a parameter, of the type of the default; None where it does not fit."""
    text = text[:LONGEST_VALUE]
    if default in zoo.ENTRIES and text not in zoo.ENTRIES:
        return None
    if isinstance(default, str):
        return text
    number = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)([kM]?)", text, re.ASCII)
    return type(default)(float(number[1]) * {"": 1, "k": 1 << 10, "M": 1 << 20}[number[2]]) if number else None
