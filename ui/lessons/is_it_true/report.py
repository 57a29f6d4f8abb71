"""The lesson, to take along: all rows and what they depend on, as text."""

from collections.abc import Iterable

from model import checks, zoo
from model.checks import CHECKS, Row
from model.checks.versions import fingerprints, versions
from ui.frame.page import Page
from ui.kit import cache
from ui.kit.language import Words
from ui.lessons.is_it_true import runs


def ran_on() -> dict[str, str]:
    """Names and values; files are read once."""
    return cache.result(cache.Key("ran-on"), lambda: versions() | fingerprints(checks.MODELS))


def name_of(key: str, words: Words) -> str:
    """Of a version: packages and files by their own names, the rest in the reader's language."""
    return words.text(f"ran-{key}") if key in ("machine", "device", "threads") else key


def markdown(page: Page, broken: str | None, rows: Iterable[Row]) -> str:
    """The whole report, in Markdown."""
    words = page.words
    typed = " ".join(page.source.split())[:200].replace("`", "’")
    titles = [words.text(f"col-{name}") for name in ("model", "compared", "difference", "tolerance", "verdict", "time")]
    lines = [
        f"# {words.text('report-title')}",
        "",
        f"- {words.text('report-prompt')}: `{typed}`",
        f"- {words.text('break')}: {words.text('break-' + (broken or runs.NO_SABOTAGE))}",
        "",
        _cells(titles),
        _cells(["---"] * len(titles)),
        *(_cells(_row(row, words)) for row in rows),
        "",
        *(f"- {name_of(key, words)}: {value}" for key, value in ran_on().items()),
    ]
    return "\n".join(lines) + "\n"


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _row(row: Row, words: Words) -> list[str]:
    title = zoo.ENTRIES[row.model].card.title
    if row.difference is None:
        difference, kind = row.error or row.missing, "unread"
    else:
        difference, kind = words.number(row.difference), "equal" if row.passed else "differs"
    compared = words.text(f"check-{row.check}").replace("|", "/")
    tolerance = words.number(CHECKS[row.check].tolerance)
    return [title, compared, difference, tolerance, words.text(f"verdict-{kind}"), f"{words.number(row.seconds)} s"]
