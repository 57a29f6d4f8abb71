"""Every lesson as a notebook: its cells run, and draw what the page draws."""

import contextlib
import io
import json
import runpy
import urllib.error
import urllib.request
import zipfile
from dataclasses import replace
from types import SimpleNamespace

import nbformat
import numpy as np
import plotly.graph_objects as go
import pytest

from model import arithmetic, transformer, zoo
from model.edits import ExpertOff, ForceExperts
from model.toys import worker
from model.toys.plans import Choices, Plan
from model.weights.published import MODELS
from tests.support.app_test import run_page, unfolded
from tests.support.pages import PAGES
from tests.support.payload import charts, values
from ui.frame import curriculum, model_choice, prompt_bar
from ui.frame import lesson as frame
from ui.frame.notebook_export import LESSONS, UnfitLink, fitting, models, notebook
from ui.frame.prompt_bar import DEFAULT
from ui.kit import cache
from ui.lessons.table.view import EXAMPLE
from ui.server import clients, user_models

pytestmark = pytest.mark.slow

SHORT = {"tracks": {"longest": "8", "runs": "1"}, "train": {"steps": "5"}, "is_it_true": {"model": zoo.EXPERTS}}
SAME = ("next_token", "heads", "experts", "what_if")  # whose chart is one of the page's


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch):
    read = zoo.load
    known = {name: cache.bundle(name) for name in ("smollm2", "minilm", zoo.EXPERTS)}
    monkeypatch.setattr(zoo, "load", lambda name: known.get(name) or read(name))


def run_notebook(slug: str, **said: str) -> tuple[dict, str]:
    """Its variables in the end, and what it printed."""
    book, space, printed = json.loads(notebook(slug, said)), {}, io.StringIO()
    nbformat.validate(book)
    assert book["nbformat"] == 4 and book["cells"][0]["cell_type"] == "markdown"
    with contextlib.redirect_stdout(printed):
        for cell in book["cells"][1:]:
            exec(compile(cell["source"], slug, "exec"), space)
    return space, printed.getvalue()


@pytest.mark.parametrize("slug", PAGES)
def test_every_lesson_has_a_notebook_that_runs(slug):
    space, printed = run_notebook(slug, lang="it", **SHORT.get(slug, {}))
    assert isinstance(space["figure"], go.Figure) and len(space["figure"].data) and printed.strip()


@pytest.mark.parametrize("slug", SAME)
def test_it_draws_what_the_page_draws(slug):
    prompt = "Anna gave the book to"
    space, _ = run_notebook(slug, prompt=prompt, lang="en")
    drawn = charts(unfolded(run_page(slug, prompt=prompt))).values()
    own = bars(json.loads(space["figure"].to_json()))
    assert any(same(own, bars(spec)) for spec in drawn)


def bars(spec: dict) -> list[np.ndarray]:
    """The lengths of the bars of a chart, or their heights."""
    shown = [trace for trace in spec["data"] if trace["type"] == "bar"]
    return [values(trace["x" if trace.get("orientation") == "h" else "y"]) for trace in shown]


def same(own: list[np.ndarray], theirs: list[np.ndarray]) -> bool:
    if not own or [x.shape for x in own] != [x.shape for x in theirs]:
        return False
    return all(np.allclose(a, b, 1e-4, 1e-6, equal_nan=True) for a, b in zip(own, theirs, strict=True))


def test_the_table_is_the_one_that_was_changed():
    space, printed = run_notebook(
        "table", **{"table-of": "Mixtral 8x7B", "beside": "Mixtral 8x7B", "edit": "layers:16"}
    )
    half, whole = (arithmetic.count(replace(MODELS["Mixtral 8x7B"], layers=n)).total for n in (16, 32))
    assert f"{half:,} parameters" in printed and f"{whole:,} parameters" in printed and len(space["models"]) == 2
    space, _ = run_notebook("table", **{"table-of": "own", "config": EXAMPLE.replace("22", "11")})
    assert space["models"]["own"].layers == 11


def test_the_experts_that_are_switched_are_those_of_the_link():
    space, _ = run_notebook("experts", active="3", experts="2,5", where="4", force="false")
    assert space["edits"] == (ExpertOff(3, 1), ExpertOff(3, 4)) and space["changed"].config.active_experts == 3
    space, _ = run_notebook("experts", experts="2,5", where="1–6", force="true")
    assert space["edits"] == tuple(ForceExperts(layer, (1, 4)) for layer in range(6))


def test_both_models_are_trained_as_the_link_says():
    (usual,) = [cell["source"] for cell in json.loads(notebook("train", {}))["cells"] if "task = " in cell["source"]]
    assert "a = 'layers=1 width=32 heads=1'" in usual and "b = 'width=32 heads=1'" in usual, "the page begins with it"
    link = {"task": "reverse", "seed": "3", "steps": "5", "a-position": "none", "b-layers": "3", "b-norm": "odd"}
    space, printed = run_notebook("train", **link)
    assert printed.count("after 5 steps") == 2
    assert (space["a"], space["b"]) == ("position=none", "layers=3")
    assert space["plan"] == Plan("reverse", Choices(layers=3), 3, 5)


def test_a_row_is_packed_as_the_link_says():
    link = {"own": "true", "lines": "One two.\nThree four.", "context": "64", "layer": "4", "head": "3"}
    space, _ = run_notebook("packing", **link, separator="true")
    assert len(space["lengths"]) == 3 and space["shares"] and (~space["own"]).sum() == 2
    assert (space["together"][space["own"]] - space["alone"]).abs().max() < 1e-3
    np.testing.assert_allclose(np.nan_to_num(np.asarray(space["seen"].data[0].z, float)).sum(1), 1, atol=1e-5)
    apart, _ = run_notebook("packing", own="true", lines="One two.\nThree four.", mask="off", restart="off")
    assert (apart["together"] - apart["alone"]).abs().max() > 1


def test_what_the_link_says_is_in_it():
    space, _ = run_notebook("attention", layer="3", head="2", token="4")
    bundle = cache.bundle("smollm2")
    trace = cache.trace(bundle, bundle.tokenizer.encode(space["prompt"])[:32], {"pattern"})
    seen = np.nan_to_num(np.asarray(space["figure"].data[0].z, float))
    np.testing.assert_allclose(seen, trace.layers[2].pattern[1], atol=1e-6)


@pytest.mark.parametrize("text", ['"); import os; os._exit(1) #', "'''\n# %% x", "\\", "a\u2028b", "{0} %s"])
def test_a_value_stays_a_value(text):
    space, _ = run_notebook("tokens", prompt=text)
    assert space["prompt"] == text and "os" not in space


def test_what_does_not_fit_is_left_out():
    assert fitting("1; import os", 3) is None and fitting("2k", 1) == 2048
    assert fitting("/etc/passwd", "smollm2") is None


@pytest.mark.parametrize(
    "slug, link",
    [
        ("attention", {"layer": "99"}),
        ("attention", {"layer": "0"}),
        ("positions", {"head": "10", "key": "30"}),
        ("packing", {"layer": "31"}),
        ("tokens", {"token": "9", "prompt": "Two words"}),
        ("experts", {"model": "smollm2"}),
        ("next_token", {"model": "gpt2"}),
        ("next_token", {"model": "/tmp/model"}),
        ("what_if", {"model": "minilm"}),
        ("heads", {"model": "trained-long-ago"}),
        ("blocks", {"older": "/tmp/model"}),
        ("experts", {"experts": "2,99"}),
        ("experts", {"active": "0", "where": "99"}),
        ("heads", {"score": "999999", "against": "all"}),
        ("next_token", {"draws": "0"}),
        ("packing", {"context": "3", "method": "magic"}),
        ("ring", {"devices": "0", "length": "0"}),
        ("sparse", {"pattern": "dotted", "size": "0"}),
        ("step_by_step", {"path": "abc"}),
    ],
)
def test_what_of_the_link_is_left_out_is_said(slug, link):
    """As on the page, and the cells run with the usual value."""
    book, usual = (json.loads(notebook(slug, others)) for others in (link, {"prompt": link.get("prompt", DEFAULT)}))
    said = book["cells"][0]["source"]
    assert all(f"`{name}={value}`" in said for name, value in link.items() if name != "prompt")
    assert book["cells"][1:] == usual["cells"][1:] and "could not use" not in usual["cells"][0]["source"]


@pytest.mark.parametrize("slug", PAGES)
def test_a_notebook_takes_the_models_of_its_page(slug, monkeypatch):
    taken = declared(slug, monkeypatch).models
    assert not taken or taken == models(slug)


def test_a_model_that_was_trained_is_opened_from_its_folder(monkeypatch, tmp_path):
    """By the notebook of every lesson that can show it, and by nothing else."""
    monkeypatch.setattr(clients, "current", lambda: "f" * 32)
    plan = Plan("copy", Choices(layers=2, width=32, heads=2))
    own = zoo.Bundle(worker.new_model(plan).eval(), plan.task.tokenizer, zoo.Card("x", "Mine", "CC0-1.0", ""))
    name = user_models.keep(own, plan.task.prompt())
    folder = user_models.at_home(name)
    with zipfile.ZipFile(io.BytesIO(user_models.zipped(name, ""))) as archive:
        archive.extractall(tmp_path)
    monkeypatch.chdir(tmp_path)
    load, asked = zoo.load, []
    monkeypatch.setattr(zoo, "load", lambda name: asked.append(name) or load(name))
    for slug in PAGES:
        page = declared(slug, monkeypatch)
        if not page.models or model_choice.unmet(name, page.requires) or not asks_for_a_model(slug):
            continue
        asked.clear()
        link = {"model": name, "prompt": plan.task.prompt(), **SHORT.get(slug, {})}
        _, printed = run_notebook(slug, **link)
        assert printed and folder in asked and set(asked) <= {folder, "switchboard/2017"}, (
            slug
        )  # a block of 2017 beside it, in lesson `blocks`
        assert f"`{folder}`" in json.loads(notebook(slug, link))["cells"][0]["source"]


def asks_for_a_model(slug: str) -> bool:
    return "\nmodel = " in (LESSONS / slug / "notebook.py").read_text() if slug != "what_if" else True


COMPUTED = (
    "attention",
    "projections",
    "positions",
    "experts",
    "what_if",
)  # whose cells hold what a pass of the model says
LONG = "".join(f"{n} " for n in range(300))  # more tokens than any lesson takes


@pytest.mark.parametrize("slug", COMPUTED)
@pytest.mark.parametrize("prompt", ["", " \u2003", "a\0b"])
def test_a_link_without_a_prompt_has_no_notebook(slug, prompt):
    with pytest.raises(UnfitLink):
        notebook(slug, {"prompt": prompt})


def declared(slug: str, monkeypatch) -> SimpleNamespace:
    """What a page gives to `lesson`: models, limit of tokens, what is kept of a long prompt, and which of its reader's
    own models it takes."""
    given = {}

    def lesson(slug, models=prompt_bar.DECODERS, limit=32, keep_end=False, requires=("decoder",), **others):
        given[slug] = SimpleNamespace(models=models, limit=limit, keep_end=keep_end, requires=requires)
        raise StopIteration

    monkeypatch.setattr(frame, "lesson", lesson)
    with contextlib.suppress(StopIteration):
        runpy.run_path(str(curriculum.lesson_by_slug(slug).file))
    return given[slug]


@pytest.mark.parametrize("slug", COMPUTED)
@pytest.mark.parametrize("model", ["smollm2", "minilm", zoo.EXPERTS, "trained-x"])
def test_a_notebook_reads_what_its_page_reads_and_leaves_nothing(slug, model, monkeypatch):
    page = declared(slug, monkeypatch)
    bundle = cache.bundle(model if model in page.models else page.models[0])
    ids = bundle.tokenizer.encode(bundle.tokenizer.cut(LONG, page.limit, keep_end=page.keep_end))
    cache.trace(bundle, ids, {"final"})  # a reader has it open
    before, run, passes = cache.sizes(), transformer.run, []
    monkeypatch.setattr(transformer, "run", lambda *args, **more: passes.append(args[:2]) or run(*args, **more))
    for _ in range(2):
        passes.clear()
        notebook(slug, {"prompt": LONG, "model": model})
        assert passes and all(own is bundle.model and given == ids for own, given in passes)
    assert cache.sizes() == before


def test_it_is_served(app_server):
    with urllib.request.urlopen(f"{app_server}/notebook/tokens?prompt=%3Cb%3E&lang=it") as answer:
        assert answer.headers["content-disposition"] == 'attachment; filename="vetro-tokens.ipynb"'
        assert "prompt = '<b>'" in "".join(cell["source"] for cell in json.load(answer)["cells"])
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{app_server}/notebook/serve")
