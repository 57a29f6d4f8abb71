"""Who may import what: the contracts of pyproject.toml, and the rules that name single files."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOREIGN = {"hf.py", "tokens.py", "zoo.py", "reference.py"}  # of model/, may import transformers and tokenizers
DATA = {"model.trace", "model.config", "model.edits", "model.arithmetic"}  # of model/, free of torch


def imports(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{name.name}" for name in node.names} | {node.module}
    return found


def named(file: Path, *packages: str) -> set[str]:
    return {name for name in imports(file) if name.split(".")[0] in packages}


def test_contracts():
    result = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("file", sorted((ROOT / "model").rglob("*.py")), ids=lambda file: file.name)
def test_hugging_face_stays_in_four_files(file):
    assert file.name in FOREIGN or not named(file, "transformers", "tokenizers")


@pytest.mark.parametrize("file", sorted((ROOT / "viz").rglob("*.py")), ids=lambda file: file.name)
def test_figures_use_data_types_only(file):
    assert {name for name in named(file, "model") if not name.startswith(("model.trace", "model.config"))} <= {"model"}


@pytest.mark.parametrize("file", [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))], ids=lambda file: file.name)
def test_pages_only_say_ask_trace_show(file):
    assert not named(file, "torch", "plotly", "transformers", "tokenizers", "safetensors", "gguf")
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 120


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
            case ast.Call(ast.Attribute(attr="figure"), [_, ast.Constant(name), *_]) | ast.keyword(
                "key", ast.Constant(name)
            ):
                given.add(name)
            case ast.Call(_, _, keywords) if {"bind", None} & {keyword.arg for keyword in keywords}:
                kept |= {k.value.value for k in keywords if k.arg == "key" and isinstance(k.value, ast.Constant)}
    return kept, given


def test_what_the_session_keeps_has_no_name_of_a_widget():
    """Streamlit takes what lies under a widget's key for its value. A file may set the value of its own widget."""
    names = {file: session_names(file) for folder in ("ui", "pages") for file in sorted((ROOT / folder).rglob("*.py"))}
    assert len(set.union(*(kept for kept, _ in names.values()))) > 50, "it no longer finds them"
    for file, (kept, _) in names.items():
        for other, (_, given) in names.items():
            assert other == file or not kept & given, (file.name, other.name, kept & given)
