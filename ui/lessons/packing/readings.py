"""What is said of the batch, and of the packed row under each of the settings."""

from dataclasses import asdict

from markupsafe import Markup

from ui.frame.page import Page
from ui.kit import markup, tables
from ui.kit.language import Words
from ui.lessons.packing.batch import Batch
from ui.lessons.packing.row import BARE, Measured, Row, Setting


def arithmetic(batch: Batch, method: str, words: Words) -> Markup:
    """The sums of one method, with their numbers."""
    packed = batch.by(method)
    counts = {
        "tokens": packed.tokens,
        "rows": packed.rows,
        "context": batch.context,
        "padded": batch.by("padded").rows,
        "cells": packed.cells,
        "own": packed.own_cells,
        "gain": batch.gain(method),
    }
    fractions = {"wasted": packed.wasted, "left": packed.own_cells / packed.cells}
    values = {name: words.number(x) for name, x in counts.items()}
    values |= {name: words.percent(p) for name, p in fractions.items()}
    line, lines = Markup("{} {}"), []
    for name in ("wasted", "gain", "cells", "own"):
        note = markup.span(words.text(f"sum-{name}-is", **values), "note")
        lines.append(line.format(words.inline(f"sum-{name}", **values), note))
    return markup.arithmetic(lines)


def too_long(batch: Batch, words: Words) -> Markup | None:
    """How many documents do not fit into a row, if any."""
    if not (long := batch.too_long()):
        return None
    values = {"n": words.number(long), "all": words.number(len(batch.lengths)), "context": batch.context}
    return words.inline("too-long" if long > 1 else "too-long-one", **values)


def bits_per_token(bits: float, packed: Row) -> float:
    """Bits for each token that can be predicted from its own document; NaN where there is none."""
    return float(bits / packed.predicted) if packed.predicted else float("nan")


def _values(packed: Row, measured: Measured, setting: Setting, words: Words) -> dict[str, str]:
    result = measured.settings[setting]
    return {
        "difference": words.number(result.difference),
        "largest": words.number(measured.largest),
        "crossing": words.percent(result.crossing.mean()),
        "ends": words.percent(result.ends.mean() / (result.crossing.mean() or 1)),
        "alone": words.number(bits_per_token(measured.alone.sum(), packed)),
        "bits": words.number(bits_per_token(result.bits.sum(), packed)),
    }


def reading(packed: Row, measured: Measured, setting: Setting, words: Words) -> Markup:
    """The sentence that says what this setting does."""
    section = {(True, True): "both", (True, False): "mask-only", (False, True): "restart-only", (False, False): "none"}
    name = section[setting.mask, setting.restart] if len(packed.texts) > 1 else "single"
    if setting.separator and not setting.mask:
        name = "separated"
    values = _values(packed, measured, setting, words)
    return words.inline(f"reading-{name}", **values, documents=len(packed.texts))


def caveat(packed: Row, measured: Measured, words: Words) -> Markup:
    """Of the weight that crosses borders with the mask off, how much rests on the row's first token."""
    fraction = measured.settings[BARE].first.mean() / measured.settings[BARE].crossing.mean()
    alone = bits_per_token(measured.alone.sum(), packed)
    return words("four-note", share=words.percent(fraction), alone=words.number(alone))


def settings(packed: Row, measured: Measured, shown: Setting, words: Words) -> Markup:
    """The settings as a table, that of the figure in bold."""
    numbers = ("difference", "crossing", "bits")

    def row(setting: Setting) -> list[Markup | str]:
        values = _values(packed, measured, setting, words)
        on = [words.text(f"set-{name}") for name, is_on in asdict(setting).items() if is_on]
        name = ", ".join(on) or words.text("set-none")
        return [Markup("<strong>{}</strong>").format(name) if setting == shown else name, *map(values.get, numbers)]

    heads = [words.inline(f"col-{name}") for name in ("setting", *numbers)]
    table = tables.grid(heads, map(row, measured.settings), first_number=1)
    region = Markup('<div class="twin" tabindex="0" role="region" aria-label="{}">{}</div>')
    return region.format(words.text("four-name"), table)


def table(page: Page, packed: Row, measured: Measured, setting: Setting) -> dict[str, list]:
    """A line for each document: what it costs alone and in the row."""
    text, result = page.words.text, measured.settings[setting]
    return {
        text("col-document"): [document_text(page, packed, d) for d in range(len(packed.texts))],
        text("col-tokens"): [len(ids) for ids in packed.texts],
        text("col-alone"): measured.alone.tolist(),
        text("col-packed"): result.bits.tolist(),
        text("col-change"): (result.bits - measured.alone).tolist(),
    }


def document_text(page: Page, packed: Row, document: int) -> str:
    return page.bundle.tokenizer.decode(list(packed.texts[document]))
