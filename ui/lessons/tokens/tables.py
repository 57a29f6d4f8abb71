"""The numbers of its figures as the columns of a table."""

from markupsafe import Markup

from model.analysis.merges import Learned
from model.tokens import visible
from ui.kit import markup, tables
from ui.kit.language import Words


def merges(built: list[dict], words: Words) -> dict[str, list]:
    """A row for each merge of each word."""
    rows = [
        (word["word"], n, step["rank"], step["left"], step["right"])
        for word in built
        for n, step in enumerate(word["steps"], 1)
    ]
    return _columns(rows, ("word", "step", "rank", "left", "right"), words)


def learned(heads: list[Markup], merges: list[Learned]) -> Markup:
    """As HTML, a row for each merge: its number, its pair, how often that was counted, and the pieces left after it."""
    rows = []
    for n, merge in enumerate(merges, 1):
        pair = Markup("{} + {}").format(*(markup.chip(visible(piece)) for piece in (merge.left, merge.right)))
        rows.append((n, pair, merge.count, sum(map(len, merge.words))))
    return tables.grid(heads, rows, first_number=2)


def compared(found: list[dict], words: Words) -> dict[str, list]:
    """A row for each token that a tokenizer makes of the text."""
    rows = [
        (words.text(f"of-{one['name']}"), n, token, id)
        for one in found
        if "missing" not in one
        for n, (token, id) in enumerate(zip(one["tokens"], one["ids"], strict=True), 1)
    ]
    return _columns(rows, ("tokenizer", "place", "token", "id"), words)


def letters(hidden: dict, words: Words) -> dict[str, list]:
    """A row for each token of the word, after a space and alone."""
    rows = [
        (words.text(name), token, id, " ".join(shown for shown, _ in own))
        for name, row in zip(("after-space", "alone"), hidden["rows"], strict=True)
        for token, id, own in zip(row["tokens"], row["ids"], row["letters"], strict=True)
    ]
    return _columns(rows, ("text", "token", "id", "letters"), words)


def _columns(rows: list[tuple], names: tuple[str, ...], words: Words) -> dict[str, list]:
    """Rows as columns, under the words for these names."""
    return tables.of_rows((words.text(f"column-{name}") for name in names), rows)
