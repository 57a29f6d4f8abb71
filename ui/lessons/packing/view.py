"""The batch drawn to scale, the packed row under the microscope, and a document moved along its positions."""

from functools import partial

import streamlit as st

from model.zoo import Bundle
from ui.frame.page import Page
from ui.kit import figures, listing, markup
from ui.kit.folded import folded
from ui.kit.mounting import mount
from ui.lessons.packing import batch as batches
from ui.lessons.packing import positions, readings, row
from ui.lessons.packing.batch import Batch
from ui.lessons.packing.positions import Moved
from ui.lessons.packing.row import Row, Setting
from viz import packing as charts


def batch(page: Page, documents: Batch) -> None:
    """The rows of every method, its sums, its code and its numbers."""
    words, waiting = page.words, st.empty()
    if long := readings.too_long(documents, words):
        page.note(long, live=True)
    waiting.html(markup.note(words.inline("packing-now"), live=True))
    state = st.session_state.get("batch", {}).get("choice")
    data = batches.component_data(documents, state)
    waiting.empty()
    mount(page, "packing", "batch", data, columns=batches.table(documents, words), reports=("choice",))
    method = batches.chosen_method(state)
    st.html(readings.arithmetic(documents, method, words))
    page.note(words.inline("methods-note"))
    listing.show(*batches.source(method))


def contexts(page: Page, documents: Batch) -> None:
    """What every method wastes at every context; computed when it is opened."""
    words, text = page.words, page.words.text

    def draw() -> None:
        st.html(words("contexts-text"))
        waiting = st.empty()
        waiting.html(markup.note(words.inline("packing-now"), live=True))
        wasted = {text(f"method-{name}"): shares for name, shares in documents.wasted_by_context().items()}
        waiting.empty()
        titles = text("context"), text("col-wasted")
        chart = charts.wasted(batches.CONTEXTS, wasted, documents.context, titles, words.number, words.percent)
        figures.show(chart, "wasted", text("wasted-alt"), {text("context"): batches.CONTEXTS} | wasted)

    folded(text("contexts-title"), "contexts", draw)


@st.fragment
def microscope(page: Page, packed: Row) -> None:
    """The packed row under the chosen setting, and all settings that are compared."""
    words = page.words
    if packed.cut:
        kept = {"documents": len(packed.texts), "tokens": len(packed.ids)}
        page.note(words.inline("row-cut", **kept, **row.LIMITS))
    waiting = st.empty()
    waiting.html(markup.note(words.inline("reading-now"), live=True))
    state = st.session_state.get("microscope", {}).get("choice")
    measured = row.measure(page, packed, row.chosen_setting(state, packed))
    waiting.empty()
    chosen = row.choice(state, page, packed, measured)
    data = row.component_data(page, packed, measured, chosen)
    columns = readings.table(page, packed, measured, chosen.setting)
    mount(page, "packing", "microscope", data, columns=columns, reports=("choice",))
    page.read(readings.reading(packed, measured, chosen.setting, words))
    if len(packed.texts) > 1:
        st.html(readings.settings(packed, measured, chosen.setting, words))
        st.html(readings.caveat(packed, measured, words))
    listing.show(*row.SOURCE)


def moved(page: Page, encoder: Bundle, packed: Row) -> None:
    """The last document of the row at many positions, with a table and with rotation."""
    document = positions.move(page, encoder, packed)
    page.read(positions.reading(page, document))
    folded(page.words.text("moved-fold"), "fold-moved", partial(_moved, page, encoder, document))
    st.html(positions.rows(encoder, document, page.words))


def _moved(page: Page, encoder: Bundle, document: Moved) -> None:
    """How much the output of both models changes with the position."""
    words, text = page.words, page.words.text
    rotary = text("line-rotary", model=page.bundle.card.title)
    changes = {text("line-learned"): document.learned, rotary: document.rotary}
    titles = text("axis-start"), text("axis-change"), text("table-ends")
    end = encoder.model.config.context
    chart = charts.moved(document.starts, changes, document.start, end, titles, words.number)
    figures.show(chart, "moved", text("moved-alt"), {text("axis-start"): document.starts} | changes)


def show_needs(page: Page, packed: Row) -> None:
    """What is often said of rotation and packing, beside what the mask alone did."""
    masked = row.measure(page, packed).settings[Setting(mask=True, restart=False)]
    page.said("said-rotary", model=page.bundle.card.title, difference=page.words.number(masked.difference))
