"""Lesson 17, to take along: all rows and what they hang on, as text; and the versions as a table."""

from collections.abc import Iterable

from markupsafe import escape

from model import checks, zoo
from model.checks import CHECKS, Row
from model.checks.versions import fingerprints, versions
from ui.frame.page import Page
from ui.kit import cache, language
from ui.kit.numbers import number


def ran_on() -> dict[str, str]:
    """Names and values; files are read once."""
    return cache.result(cache.Key("ran-on", ""), lambda: versions() | fingerprints(checks.MODELS))


def name_of(key: str, words: language.Words) -> str:
    """Of a version: packages and files by their own names, the rest in the reader's language."""
    return words.text(f"ran-{key}") if key in ("machine", "device", "threads") else key


def table(words: language.Words) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(name_of(key, words))}</th><td class="mono">{escape(value)}</td></tr>'
        for key, value in ran_on().items()
    )
    return f'<table class="grid-table ran-on"><tbody>{rows}</tbody></table>'


def markdown(page: Page, broken: str | None, rows: Iterable[Row]) -> str:
    """The whole report."""
    words, nothing = page.words, "break-none"
    typed = " ".join(page.source.split())[:200].replace("`", "’")
    titles = [words.text(f"col-{name}") for name in ("model", "compared", "difference", "tolerance", "verdict", "time")]
    lines = [
        f"# {words.text('report-title')}",
        "",
        f"- {words.text('report-prompt')}: `{typed}`",
        f"- {words.text('break')}: {words.text(f'break-{broken}' if broken else nothing)}",
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


def _row(row: Row, words: language.Words) -> list[str]:
    title, lang = zoo.ENTRIES[row.model].card.title, words.lang
    if row.difference is None:
        found, kind = row.error or row.missing, "unread"
    else:
        found, kind = number(row.difference, lang), "equal" if row.passed else "differs"
    compared = words.text(f"check-{row.check}").replace("|", "/")
    tolerance = number(CHECKS[row.check].tolerance, lang)
    return [title, compared, found, tolerance, words.text(f"verdict-{kind}"), f"{number(row.seconds, lang)} s"]
