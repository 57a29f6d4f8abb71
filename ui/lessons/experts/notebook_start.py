"""What its notebook begins with, where the link says nothing: the expert that the page switches first."""

from collections.abc import Mapping

from model import zoo
from ui.frame.notebook_export import linked_page
from ui.lessons.experts import readings

MODELS = (zoo.EXPERTS,)


def start(link: Mapping[str, str], lang: str) -> dict[str, str]:
    """The expert and its layer, counted from 1."""
    with linked_page("experts", link, lang, readings.LIMIT) as page:
        layer, expert = readings.strongest_expert(page.trace(readings.KEEP))
    return {"experts": str(expert + 1), "where": str(layer + 1)}
