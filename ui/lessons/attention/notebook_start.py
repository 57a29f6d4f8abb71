"""What its notebook begins with, where the link says nothing: the cell that the page opens with."""

from collections.abc import Mapping
from dataclasses import astuple

from ui.frame.notebook_export import linked_page
from ui.kit.content_words import start_cell
from ui.lessons.attention import readings

MODELS = readings.MODELS


def start(link: Mapping[str, str], lang: str) -> dict[str, str]:
    """Layer, head, query token and key token, counted from 1."""
    with linked_page("attention", link, lang, readings.LIMIT) as page:
        cell = start_cell(page.bundle, page.trace(readings.keep(page.bundle.model.config)))
    return {name: str(place + 1) for name, place in zip(("layer", "head", "token", "key"), astuple(cell), strict=True)}
