"""Who may import what: the contracts of pyproject.toml, and what they cannot say."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.pages import ROOT

PAGES = sorted((ROOT / "pages").glob("*.py"))
HUGGING_FACE = {"transformers", "tokenizers"}
READERS = {"tokens.py": {"tokenizers"}, "reference.py": {"transformers"}}  # of model/, may load them with themselves
FIGURES = {*sys.stdlib_module_names, "numpy", "plotly", "pandas", "PIL", "viz"}  # PIL knows how wide letters are


def nodes(root: ast.AST):
    """All of a tree but what is there only for types."""
    yield root
    for child in ast.iter_child_nodes(root):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from nodes(child)


def imports(*roots: ast.AST) -> set[str]:
    found = set()
    for node in (node for root in roots for node in nodes(root)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{name.name}" for name in node.names} | {node.module}
    return found


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def rooms(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def files(room: str):
    found = sorted((ROOT / room).rglob("*.py"))
    return pytest.mark.parametrize("file", found, ids=lambda file: str(file.relative_to(ROOT)))


def test_contracts():
    result = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout


@files("model")
def test_hugging_face_stays_in_few_files_of_the_model_and_loads_late(file):
    """transformers: in functions of weights/ and checks/ only; what reads for them does nothing else."""
    inside = [node for node in ast.walk(tree(file)) if isinstance(node, ast.FunctionDef)]
    late = HUGGING_FACE if {"weights", "checks"} & set(file.parts) else set()
    allowed = READERS.get(file.name, set())
    assert rooms(imports(*inside)) & HUGGING_FACE <= late | allowed
    assert rooms(imports(tree(file)) - imports(*inside)) & HUGGING_FACE <= allowed


@files("viz")
def test_figures_know_plotly_and_the_data_types_only(file):
    names = imports(tree(file))
    assert rooms(names) <= FIGURES | {"model"}
    ours = {name for name in names if name.partition(".")[0] == "model"}
    assert {name for name in ours if not name.startswith(("model.trace", "model.config"))} <= {"model"}


@files("content")
def test_words_need_the_standard_library_only(file):
    assert rooms(imports(tree(file))) <= {*sys.stdlib_module_names, "content"}


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_a_page_is_the_order_of_things(file):
    assert rooms(imports(tree(file))) <= {
        *sys.stdlib_module_names,
        "content",
        "model",
        "ui",
        "viz",
        "streamlit",
        "markupsafe",
    }
    assert 5 <= len(file.read_text(encoding="utf-8").splitlines()) <= 40


WITHOUT = """
import sys, pytest
class Loaded:
    def pytest_sessionfinish(self):
        print("loaded:", {"streamlit", "playwright", "ui"} & {name.partition(".")[0] for name in sys.modules})
few = "test_config or test_masks or test_axes"
sys.exit(pytest.main(["tests/model", "tests/viz", "-k", few, "-p", "no:cacheprovider"], plugins=[Loaded()]))
"""


@pytest.mark.slow
def test_tests_of_what_computes_load_neither_the_server_nor_a_browser():
    """All are collected, and some of them run."""
    result = subprocess.run([sys.executable, "-c", WITHOUT], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0 and "loaded: set()" in result.stdout, result.stdout


def test_the_model_package_loads_nothing():
    assert (ROOT / "model/__init__.py").read_text(encoding="utf-8").strip() == ""


def session_names(file: Path) -> tuple[set[str], set[str]]:
    """What the file keeps in the session, and the keys that it gives to widgets and figures. Streamlit keeps what is
    bound to the link as well, for which the options with stars stand here."""
    kept, given = set(), set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Attribute(ast.Attribute(attr="session_state"), name, ast.Store()):
                kept.add(name)
            case ast.Subscript(ast.Attribute(attr="session_state"), ast.Constant(name), ast.Store()):
                kept.add(name)
            case ast.Call(ast.Attribute(ast.Attribute(attr="session_state"), "setdefault"), [ast.Constant(name), *_]):
                kept.add(name)
            case ast.Call(ast.Attribute(ast.Name("cache"), "memo"), [ast.Constant(name), *_]):
                kept.add(name)
            case (
                ast.Call(ast.Attribute(ast.Name("figures"), "show"), [_, ast.Constant(name), *_])
                | ast.Call(ast.Name("mount"), [_, _, ast.Constant(name), *_])
                | ast.keyword("key", ast.Constant(name))
            ):
                given.add(name)
            case ast.Call(_, _, keywords) if {"bind", None} & {keyword.arg for keyword in keywords}:
                kept |= {k.value.value for k in keywords if k.arg == "key" and isinstance(k.value, ast.Constant)}
    return kept, given


def test_what_the_session_keeps_has_no_name_of_a_widget():
    """Streamlit takes what lies under a widget's key for its value. A file may set the value of its own widget."""
    names = {file: session_names(file) for folder in ("ui", "pages") for file in sorted((ROOT / folder).rglob("*.py"))}
    assert len(set.union(*(kept for kept, _ in names.values()))) > 45, "it no longer finds them"
    for file, (kept, _) in names.items():
        for other, (_, given) in names.items():
            assert other == file or not kept & given, (file.name, other.name, kept & given)
