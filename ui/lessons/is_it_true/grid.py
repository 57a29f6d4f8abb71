"""The rows of the checks as HTML."""

from collections.abc import Iterable
from pathlib import Path

from markupsafe import Markup

from model import checks, zoo
from model.checks import CHECKS, SORTS, Row
from ui.frame.page import Page
from ui.kit import language, markup
from ui.kit.language import Words
from ui.kit.numbers import THIN
from ui.lessons.is_it_true import runs

_GRID = markup.template(Path(__file__).with_name("grid.html"))
TITLES = ("verdict", "compared", "difference", "tolerance", "time")
MARKS = {"equal": "✓", "differs": "✗", "unread": "–", "now": "…", "waiting": ""}
# Why a difference is allowed, and how large it may be: the section that says so.
REASONS = {
    "residual": "bits",
    "traced": "bits",
    "rows": "shares",
    "distribution": "shares",
    "future": "masked",
    "shifted": "angles",
    "tokens": "counted",
    "weights": "read",
    "parameters": "counted",
} | dict.fromkeys(("heads", "scores", "values", "experts", "ring_attention"), "order")


def verdict(row: Row | None, running: bool = False) -> str:
    """The kind of a row: "now" while it runs, "waiting", "unread" without a number, "equal" or "differs"."""
    if running:
        return "now"
    if row is None:
        return "waiting"
    if row.difference is None:
        return "unread"
    return "equal" if row.passed else "differs"


def reading(page: Page, rows: dict[str, Row], broken: str | None, alive: bool) -> Markup:
    """The rows in one sentence."""
    words, verdicts = page.words, [verdict(row) for row in rows.values()]
    equal, differs = verdicts.count("equal"), verdicts.count("differs")
    left = len(runs.names(page)) - len(rows)
    kind = "whole" if not broken else "broken" if differs else "unnoticed"
    counts = {"equal": equal, "differs": differs, "done": equal + differs, "left": left}
    values = {name: words.number(count) for name, count in counts.items()} | {"model": page.bundle.card.title}
    sentences = [words.inline(f"aloud-{kind}", **values)] if rows else []
    if left:
        sentences.append(words.inline("left-running" if alive else "left", **values))
    return Markup('<div class="read" role="status">{}</div>').format(Markup(" ").join(sentences))


def grid(page: Page, rows: dict[str, Row], running: str | None) -> Markup:
    """All rows, those too that are still empty."""
    words, config = page.words, page.bundle.model.config
    groups = [
        (sort, [_line(words, name, rows.get(name), name == running) for name in checks.applicable_checks(config, sort)])
        for sort in SORTS
    ]
    return _GRID(words=words, titles=TITLES, groups=groups)


def _line(words: Words, name: str, row: Row | None, running: bool) -> dict[str, object]:
    kind = verdict(row, running)
    numbers = (_difference(row, words), words.number(CHECKS[name].tolerance), _duration(row, words))
    return {
        "kind": kind,
        "mark": MARKS[kind],
        "check": words.inline(f"check-{name}"),
        "reason": words.inline(f"why-{REASONS.get(name, 'deep')}"),
        "trouble": _trouble(row, words),
        "numbers": dict(zip(("difference", "tolerance", "time"), numbers, strict=True)),
    }


def _difference(row: Row | None, words: Words) -> Markup | str:
    """The number, and where it is largest."""
    if row is None or row.difference is None:
        return ""
    where = []
    if row.largest is not None:
        where.append(words.inline("of-largest", largest=words.number(row.largest)))
    if row.layer is not None and row.difference:
        where.append(words.inline("in-layer", layer=row.layer + 1))
    note = markup.span(Markup(", ").join(where), "note") if where else ""
    return Markup("{}{}").format(words.number(row.difference), note)


def _duration(row: Row | None, words: Words) -> str:
    if row is None or not row.seconds:
        return ""
    seconds = row.seconds
    return f"{words.number(seconds)}{THIN}s" if seconds >= 1 else f"{words.number(1000 * seconds)}{THIN}ms"


def _trouble(row: Row | None, words: Words) -> Markup | str:
    """Why there is nothing to compare, and what helps."""
    if row is None or row.difference is not None:
        return ""
    if row.error:
        return markup.span(words.inline("unread-error", reason=row.error), "trouble")
    if row.remedy == "package":
        return markup.span(words.inline("unread-package", package=row.missing), "trouble")
    card, frame = zoo.ENTRIES[row.model].card, language.words("ui")
    remedy = frame.inline(f"remedy-{row.remedy if zoo.ENTRIES[row.model].package else 'own'}")
    what = frame.inline("model-file", file=row.missing, title=card.title, source=card.source)
    return markup.span(Markup(" ").join((what, remedy)), "trouble")


def standings(rows: dict[tuple[str, str], Row], words: Words) -> Markup:
    """How far the three models are, one line each."""
    item, items = Markup("<li><b>{}</b> {}</li>"), []
    for model in checks.MODELS:
        own = [row for (name, _), row in rows.items() if name == model]
        items.append(item.format(zoo.ENTRIES[model].card.title, _standing(own, words)))
    listed = Markup('<ul class="models">{}</ul>').format(Markup().join(items))
    return listed + markup.note(words.inline("models-note"))


def _standing(rows: Iterable[Row], words: Words) -> Markup:
    rows = list(rows)
    kinds = [verdict(row) for row in rows]
    if not rows:
        return words.inline("standing-none")
    if set(kinds) == {"unread"}:
        return Markup(" ").join((words.inline("standing-unread"), _trouble(rows[0], words)))
    counts = {"equal": kinds.count("equal"), "all": len(rows)}
    return words.inline("standing", **{name: words.number(count) for name, count in counts.items()})
