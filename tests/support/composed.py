"""What the code says of the names that it puts together: sections of content/, and codes of errors."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.pages import ROOT


def raised(room: str, error: str) -> set[str]:
    """The codes with which the code in a room raises an error: literals among what it is called with."""
    found = set()
    for file in (ROOT / room).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == error:
                place = {"InvalidChange": 0, "ModelUnavailable": 2}[error]
                code = node.args[place] if len(node.args) > place else None
                found |= {code.value} if isinstance(code, ast.Constant) else set()
    return found


def composed(file: Path) -> Iterator[tuple[str, ast.JoinedStr, ast.Module]]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values), node, tree


def asked(tree: ast.Module) -> list[ast.AST]:
    """What words("…"), words.inline("…"), text("…") are called with: names of sections."""
    asking = re.compile(r"(page\.)?words(\.(inline|text))?|text")
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and asking.fullmatch(ast.unparse(node.func))]
    first = [call.args[0] for call in calls if call.args]
    return first + [branch for one in first if isinstance(one, ast.IfExp) for branch in (one.body, one.orelse)]


def literal_domain(node: ast.JoinedStr, tree: ast.Module) -> list[str]:
    """What the name in the braces stands for, where a comprehension or loop over a tuple of literals says so."""
    names = [ast.unparse(part.value) for part in node.values if isinstance(part, ast.FormattedValue)]
    if len(names) > 1:
        return []
    for outer in ast.walk(tree):
        if isinstance(outer, ast.GeneratorExp | ast.ListComp | ast.DictComp | ast.SetComp):
            inside = node in ast.walk(outer)
            for loop in outer.generators:
                if inside and ast.unparse(loop.target) in names and isinstance(loop.iter, ast.Tuple):
                    return [item.value for item in loop.iter.elts if isinstance(item, ast.Constant)]
    return []
