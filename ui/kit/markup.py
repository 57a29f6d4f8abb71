"""Markdown and tokens to HTML. User text is data: it reaches a page only through the functions of this file.

HTML is `markupsafe.Markup`: `Markup("<b>{}</b>").format(x)` escapes x, `Markup(" ").join(…)` escapes what it joins.
Longer documents are Jinja2 templates beside the code that fills them in.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

_DOCUMENTS = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def _link(renderer: RendererHTML, tokens: list[Token], i: int, options: OptionsDict, env: EnvType) -> str:
    """A link with a title is a term, which the browser explains where it stands (ui/server/browser/terms.js)."""
    if title := tokens[i].attrs.pop("title", None):
        tokens[i].attrs |= {"class": "term", "aria-description": title}
    return renderer.renderToken(tokens, i, options, env)


_MARKDOWN.add_render_rule("link_open", _link)


def render(markdown: str, **values: object) -> Markup:
    """Markdown to HTML, then `{name}` filled in: values are escaped, never read as Markdown."""
    return _fill(_MARKDOWN.render(markdown), values)


def inline(markdown: str, **values: object) -> Markup:
    """The same without the paragraph around it: for headings, buttons, table cells."""
    return _fill(_MARKDOWN.renderInline(markdown), values)


def chip(token: str, kind: str = "") -> Markup:
    """A token as a chip; `kind` adds classes (see style.css), such as "on" or "selected"."""
    mark = Markup('<span class="space">·</span>') if token.startswith("·") else ""
    return Markup('<span class="chip {}" dir="auto">{}{}</span>').format(kind, mark, token.removeprefix("·"))


def chips(tokens: list[str]) -> Markup:
    """Tokens as chips, one after the other."""
    return Markup(" ").join(map(chip, tokens))


def span(text: object, kind: str) -> Markup:
    """Text with a class: "query", "key", "value", "mono", "note" …"""
    return Markup('<span class="{}">{}</span>').format(kind, text)


def user_text(text: object) -> Markup:
    """Text of the reader's in a sentence of ours: its writing direction ends with it, and its lines are joined by ⏎."""
    return Markup("<bdi>{}</bdi>").format(Markup.escape(text).replace("\n", "⏎"))


def sub(base: str, index: str) -> Markup:
    """A symbol with its index, such as q with the token it belongs to."""
    return Markup("{}<sub>{}</sub>").format(base, index)


def note(sentence: Markup, *, live: bool = False) -> Markup:
    """A small remark; with `live` screen readers say it when it comes."""
    return Markup('<p class="note"{}>{}</p>').format(Markup(' role="status"') if live else "", sentence)


def notice(sentence: Markup, *, role: str = "status") -> Markup:
    """A sentence about what was asked for and cannot be done, or not wholly; role: "status", "alert" or "note"."""
    return Markup('<div class="notice" role="{}">{}</div>').format(role, sentence)


def read(sentence: Markup) -> Markup:
    """The sentence that reads a figure aloud."""
    return Markup('<div class="read">{}</div>').format(sentence)


def arithmetic(lines: Iterable[Markup]) -> Markup:
    """A computation written out, a paragraph for each line. What comes from numbers that are printed rounded follows
    "≈", so that a reader can work it again."""
    paragraphs = (Markup("<p>{}</p>").format(line) for line in lines)
    return Markup('<div class="arith">{}</div>').format(Markup().join(paragraphs))


def literal(text: str) -> str:
    """As inline code a label shows any text as it is: no Markdown, formula, directive or emoji name."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest else f"`{text}`"


def template(file: Path) -> Callable[..., Markup]:
    """An HTML document or a part of one, as a Jinja2 template: called with values it gives HTML, with them escaped."""
    document = _DOCUMENTS.from_string(file.read_text(encoding="utf-8"))
    return lambda **values: Markup(document.render(values))


def _fill(html: str, values: dict[str, object]) -> Markup:
    html = re.sub(r"%7B(\w+)%7D", r"{\1}", html)  # markdown-it percent-encodes the braces of a link's address
    return Markup(html).format_map(values)
