"""The notation, to open on every page: a word of Vetro's, the symbol of the papers, the key of a config.json. From the
glossary, so that the three are said in one place."""

from pathlib import Path

from markupsafe import Markup

from content import glossary
from ui.kit import language, markup

_MENU = markup.template(Path(__file__).with_name("notation.html"))


def menu() -> Markup:
    """The menu's HTML: terms that have a symbol or a key."""
    words = language.words("ui")
    return _MENU(words=words, terms=[x for x in glossary.terms(words.lang).values() if x.symbol or x.config])
