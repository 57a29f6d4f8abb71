"""The fields of a configuration, in the words of lesson `table`."""

from markupsafe import Markup

from model.config import Config
from ui.kit.language import Words

LESSON = "table"


def label(name: str, lang: str) -> Markup:
    """What a field is called."""
    return Words(lang, LESSON).inline(f"row-{name}")


def value(name: str, config: Config, lang: str) -> str:
    """A field's value as it is read."""
    words, x = Words(lang, LESSON), getattr(config, name)
    if x is None or (name == "rope_base" and config.position != "rotary"):
        return words.text("nothing")
    if name == "windows":
        return " / ".join(words.text("window-all") if window is None else str(window) for window in x)
    if isinstance(x, bool):
        return words.text("yes" if x else "no")
    if isinstance(x, str):
        return words.text(f"is-{x}")
    return words.number(int(x) if x == int(x) else x)
