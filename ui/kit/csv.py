"""Tables as files for table programs."""

import csv
import io
from collections.abc import Iterable

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a table program carries out what begins so


def as_csv(rows: Iterable[Iterable]) -> bytes:
    """Numbers as they are. A text that begins like a formula, as a reader's prompt and its tokens may, gets an
    apostrophe in front, which keeps it a text."""
    text = io.StringIO()
    csv.writer(text).writerows(map(_cell, row) for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
