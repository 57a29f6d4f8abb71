"""How much of each room the tests ran: `python -m tests.support.rooms`, after pytest with --cov."""

import io

import coverage

from tests.support.pages import ROOT

LARGE = ("model", "viz", "content", "ui/kit", "ui/frame", "ui/components", "ui/server")


def main() -> None:
    measured = coverage.Coverage(data_file=ROOT / ".coverage", config_file=ROOT / "pyproject.toml")
    measured.load()
    lessons = sorted(str(file.parent.relative_to(ROOT)) for file in ROOT.glob("ui/lessons/*/__init__.py"))
    for room in (*LARGE, *lessons):
        percent = measured.report(include=[f"{ROOT / room}/*"], file=io.StringIO())
        print(f"{room:28}{percent:5.0f} %")


if __name__ == "__main__":
    main()
