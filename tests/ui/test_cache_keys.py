"""What is kept for all readers depends on its key alone: what a computation uses of the code around it stands in the
key, or follows from it. A key that forgets something shows one reader the numbers of another."""

import ast

import pytest

from tests.support.pages import ROOT

FILES = [file for folder in ("ui/lessons", "ui/kit", "pages") for file in sorted((ROOT / folder).rglob("*.py"))]
KEPT = {"cache.result", "cache.memo"}
FOLLOWS = {"page", "trace", "bundle", "model"}  # from the model and the token ids, which are in every key


# What is used and does not stand in the key, because it cannot differ where the key is the same.
EXCUSED = {
    ("machine/view.py", "st"): "the session's last reading saves work and changes no value",
    ("next_token/view.py", "reading"): "it is read off the trace of the prompt",
    ("packing/positions.py", "encoder"): "there is one",
    ("sparse/readings.py", "tell"): "it says how far the computation is",
    ("step_by_step/generation.py", "st"): "a memo of the session itself: its last texts, and the link when it begins",
}


def parents(tree: ast.Module) -> dict[ast.AST, ast.AST]:
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


def loaded(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}


def parameters(function: ast.AST) -> set[str]:
    arguments = function.args
    return {one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}


def stored(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}


class Around:
    """The functions around a call: their parameters, and what their variables are made of."""

    def __init__(self, call: ast.Call, above: dict[ast.AST, ast.AST]):
        self.parameters, self.made, self.functions = {"st"}, {}, {}
        node = call
        while node := above.get(node):
            if isinstance(node, ast.FunctionDef):
                self.parameters |= parameters(node)
                self.functions |= {one.name: one for one in ast.walk(node) if isinstance(one, ast.FunctionDef)}
                for one in ast.walk(node):
                    if isinstance(one, ast.Assign | ast.For):
                        targets = one.targets if isinstance(one, ast.Assign) else [one.target]
                        value = one.value if isinstance(one, ast.Assign) else one.iter
                        for name in set().union(*map(stored, targets)):
                            self.made.setdefault(name, set()).update(loaded(value))

    def origins(self, names: set[str], known: set[str] = frozenset()) -> set[str]:
        """The parameters that these names come from, but not through names that are known."""
        found, seen, left = set(), set(known), set(names)
        while left:
            name = left.pop()
            if name in seen:
                continue
            seen.add(name)
            if name in self.made:
                left |= self.made[name]
            elif name in self.parameters:
                found.add(name)
        return found

    def spelt_out(self, names: set[str]) -> set[str]:
        """These names and all that they are made of."""
        found, left = set(), set(names)
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                left |= self.made.get(name, set())
        return found


def forgotten(call: ast.Call, above: dict[ast.AST, ast.AST]) -> set[str]:
    """What the computation depends on and the key does not say."""
    around, (key, compute) = Around(call, above), call.args[-2:]
    compute = around.functions.get(ast.unparse(compute), compute)
    spoken = {"page.lang", "page.words"} & {ast.unparse(node) for node in ast.walk(compute)}
    own = stored(compute) | (parameters(compute) if isinstance(compute, ast.FunctionDef | ast.Lambda) else set())
    silent = {name for name in spoken if name not in ast.unparse(key)}
    return around.origins(loaded(compute) - own, around.spelt_out(loaded(key)) | FOLLOWS) | silent


def kept(tree: ast.Module) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) in KEPT]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_key_holds_what_its_result_depends_on(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    above = parents(tree)
    excused = {name for place, name in EXCUSED if file.match(place)}
    for call in kept(tree):
        assert forgotten(call, above) - excused == set(), f"{file.name}:{call.lineno}"


def test_a_forgotten_setting_would_be_seen():
    tree = ast.parse("""
def part(page, width, depth, head):
    wide = width * 2
    def compute():
        return page.trace({"final"}).final[:wide] * depth + head
    return cache.result(page.key("x", width, f"{head}"), compute)
""")
    (call,) = kept(tree)
    assert forgotten(call, parents(tree)) == {"depth"}
