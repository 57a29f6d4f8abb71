"""Markdown and tokens to HTML. User text is data: it reaches a page only through the functions of this file."""

import re
from html import escape

from markdown_it import MarkdownIt


class Raw(str):
    """HTML that is inserted as it is; every other value is escaped."""


_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def render(markdown: str, **values) -> Raw:
    """Markdown to HTML, then `{name}` filled in: values are escaped, never read as Markdown."""
    return _fill(_MARKDOWN.render(markdown), values)


def inline(markdown: str, **values) -> Raw:
    """The same without the paragraph around it: for headings, buttons, table cells."""
    return _fill(_MARKDOWN.renderInline(markdown), values)


def chip(token: str, kind: str = "") -> Raw:
    """A token as a chip; `kind` adds classes (see style.css), such as "on" or "selected"."""
    mark = '<span class="space">·</span>' if token.startswith("·") else ""
    return Raw(
        f'<span class="chip {kind}" dir="auto">{mark}{escape(token.removeprefix("·") if mark else token)}</span>'
    )


def span(text: str, kind: str) -> Raw:
    """Text with a class: "query", "key", "value", "mono", "note" …"""
    return Raw(f'<span class="{kind}">{escapes(text)}</span>')


def typed(text: str) -> Raw:
    """Text of the reader's in a sentence of ours: its writing direction ends with it."""
    return Raw(f"<bdi>{escapes(text)}</bdi>")


def sub(base: str, index: str) -> Raw:
    """A symbol with its index, such as q with the word it belongs to."""
    return Raw(f"{escapes(base)}<sub>{escapes(index)}</sub>")


def escapes(value) -> str:
    return value if isinstance(value, Raw) else escape(str(value))


def _fill(html: str, values: dict) -> Raw:
    html = re.sub(r"%7B(\w+)%7D", r"{\1}", html)  # markdown-it percent-encodes the braces of a link's address
    return Raw(html.format_map({name: escapes(value) for name, value in values.items()}))


def literal(text: str) -> str:
    """As inline code a label shows any text as it is: no Markdown, formula, directive or emoji name."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest else f"`{text}`"
