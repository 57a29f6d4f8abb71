"""What its notebook begins with, where the link says nothing: the layer and token that the page opens."""

from collections.abc import Mapping

from ui.frame.notebook_export import linked_page
from ui.lessons.mlp import readings


def start(link: Mapping[str, str], lang: str) -> dict[str, str]:
    """Counted from 1."""
    with linked_page("mlp", link, lang, readings.LIMIT, keep_end=True) as page:
        layer, token = readings.start(page, readings.trace(page))
    return {"layer": str(layer + 1), "token": str(token + 1)}
