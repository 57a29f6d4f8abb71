"""Tables as files for table programs."""

import csv
import io
from collections.abc import Iterable
from numbers import Real

from ui.kit import numbers

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a table program carries out what begins so


def as_csv(rows: Iterable[Iterable], lang: str) -> bytes:
    """Numbers in full. A table program in a language with a decimal comma expects that comma, and semicolons between
    the cells. A text that begins like a formula, as a reader's prompt and its tokens may, gets an apostrophe in front,
    which keeps it a text."""
    sign, text = numbers.decimal_sign(lang), io.StringIO()
    writer = csv.writer(text, delimiter=";" if sign == "," else ",")
    writer.writerows((_cell(value, sign) for value in row) for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object, sign: str) -> object:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return str(value).replace(".", sign) if isinstance(value, Real) else value
