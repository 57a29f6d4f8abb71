"""Rules that a program can see: short files, and tests that read neither our private names nor a clock."""

import ast
import subprocess
from pathlib import Path

import pytest

from tests.support.pages import ROOT

OURS = ("model", "viz", "ui", "content", "training", "benchmarks", "tests")
CLOCKS = {"time", "monotonic", "perf_counter", "process_time", "sleep"}
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def tracked(*patterns: str) -> list[Path]:
    """Files of the repository and new ones, not what lies beside them."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", *patterns]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).exists()]


def test_no_file_is_longer_than_300_lines():
    files = [file for file in tracked("*.py", "*.js", "*.css") if not file.name.endswith(".min.js")]
    assert len(files) > 300
    lengths = {str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def private(name: object) -> bool:
    return isinstance(name, str) and name.startswith("_") and not name.startswith("__")


@pytest.mark.parametrize("file", TESTS, ids=lambda file: str(file.relative_to(ROOT / "tests")))
def test_a_test_reads_no_private_name_and_no_clock(file):
    """A class in a test may have private names of its own. What waits for others is in tests/support."""
    seen = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Attribute(ast.Name("self" | "cls"), _):
                pass
            case ast.Attribute(_, name) if private(name):
                seen.append(ast.unparse(node))
            case ast.ImportFrom(str(module), names) if module.split(".")[0] in OURS:
                seen += [f"{module}.{name.name}" for name in names if private(name.name)]
            case ast.Call(ast.Attribute(_, "setattr" | "delattr"), [_, ast.Constant(name), *_]) if private(name):
                seen.append(ast.unparse(node))
            case ast.Call(ast.Attribute(_, "setattr"), [ast.Constant(str(path)), *_]) if "._" in path:
                seen.append(ast.unparse(node))
        if "support" not in file.parts:
            match node:
                case ast.Attribute(ast.Name("time"), name) if name in CLOCKS:
                    seen.append(ast.unparse(node))
                case ast.ImportFrom("time"):
                    seen.append(ast.unparse(node))
    assert seen == []


def test_no_number_field_has_bounds():
    """What lies outside them Streamlit refuses in English, whatever the page's language, with the old answer below."""
    bounded = []
    for file in tracked("ui/*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(ast.Attribute(_, "number_input"), given, named):
                    names = {keyword.arg for keyword in named}
                    bounded += [ast.unparse(node)] if len(given) > 1 or names & {"min_value", "max_value"} else []
    assert bounded == []
