"""What README tells people to type does what it says."""

import re
import textwrap

from tests.support.pages import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_lines_of_python_run():
    (lines,) = re.findall(r"^## In Python\n\n((?: {4}.*\n|\n)+)", README, flags=re.MULTILINE)
    names = {}
    exec(compile(textwrap.dedent(lines), "README.md", "exec"), names)
    weights = eval(lines.strip().splitlines()[-1].split("#")[0].strip(), names)
    assert weights.shape == (len(names["ids"]),) and abs(weights.sum() - 1) < 1e-5
    assert names["trace"].tokens[-1] == "·it"


def test_every_target_of_make_is_there():
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert set(re.findall(r"\bmake ([a-z]+)\b", README)) <= set(targets)
