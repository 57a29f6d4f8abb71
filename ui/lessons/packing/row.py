"""Lesson 11, the proof: the model reads a packed row with and without what packing needs, and every document alone."""

import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st
import torch
from markupsafe import Markup

import content
from model import transformer
from model.edits import Edit, MovePositions, UseMask
from model.masks import Documents
from model.packing import Batch, Piece, lay_out
from model.trace import Trace
from ui import components
from ui.frame.page import Page
from ui.kit import cache, language, markup, url_state
from ui.kit.numbers import number, percent

SOURCE = (Documents, lay_out)
MOST, EACH = 40, 16  # tokens of the row, and of one document in it
COLOURS = 8  # as many documents at the most
LIMITS = {"most": MOST, "each": EACH, "all": COLOURS}
LINK = {
    "mask": url_state.one_of("off"),
    "restart": url_state.one_of("off"),
    "layer": url_state.LAYER,
    "head": url_state.HEAD,
    "reader": url_state.integer_between(MOST),
}


@dataclass(frozen=True)
class Setting:
    """The two switches: a mask between documents, positions that start again with every document."""

    mask: bool = True
    restart: bool = True


BARE = Setting(False, False)
SETTINGS = tuple(Setting(mask, restart) for mask in (True, False) for restart in (True, False))


@dataclass(frozen=True)
class Choice:
    """What is shown. layer and head from 0."""

    setting: Setting
    layer: int
    head: int


@dataclass(frozen=True)
class Found:
    """What one setting did, against every document alone; D documents."""

    difference: float  # the largest between two logits
    bits: np.ndarray  # (D,) what the tokens of each document cost that can be predicted from their own document
    crossing: np.ndarray  # (L, H) of the weight that the later documents give, how much crosses a border
    first: np.ndarray  # (L, H) how much goes to the row's very first token
    strongest: (
        np.ndarray
    )  # (L, H, Q) of each of the later documents' Q tokens, the largest weight across, else than that


@dataclass(frozen=True)
class Measured:
    settings: dict[Setting, Found]
    alone: np.ndarray  # (D,) bits of each document alone
    largest: float  # of all logits


@dataclass(frozen=True)
class Row:
    """The packed row: T tokens of D documents, none cut but at the end."""

    texts: tuple[tuple[int, ...], ...]
    tokens: list[str]
    batch: Batch
    cut: bool  # whether something was left out

    @property
    def ids(self) -> list[int]:
        return self.batch.ids[0].tolist()

    @property
    def documents(self) -> np.ndarray:
        """(T,) the document of every token."""
        return self.batch.documents[0]

    @property
    def starts(self) -> list[int]:
        return np.cumsum([0, *map(len, self.texts)])[:-1].tolist()

    @property
    def predicted(self) -> int:
        """How many tokens have an earlier one in their document."""
        return len(self.ids) - len(self.texts)

    def positions(self, restart: bool) -> list[int]:
        return self.batch.positions[0].tolist() if restart else list(range(len(self.ids)))

    def edits(self, setting: Setting, layers: int) -> tuple[Edit, ...]:
        rule = Documents(tuple(self.documents.tolist()))
        moved = (MovePositions(positions=tuple(self.positions(True))),) if setting.restart else ()
        return moved + (tuple(UseMask(layer, rule) for layer in range(layers)) if setting.mask else ())


def together(texts: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    """The first of these texts, as far as they fit into a row."""
    found: list[tuple[int, ...]] = []
    for ids in texts[:COLOURS]:
        if sum(map(len, found)) + min(len(ids), EACH) > MOST:
            break
        found.append(tuple(ids[:EACH]))
    return found


def row(page: Page, lines: Sequence[str]) -> Row:
    """The prompt and the first lines, as far as they fit."""
    tokenizer = page.bundle.tokenizer
    whole = [page.ids, *(tokenizer.encode(line) for line in lines[: COLOURS - 1])]
    texts = together(whole)
    length = sum(map(len, texts))
    pieces = [Piece(document, 0, len(text)) for document, text in enumerate(texts)]
    batch = lay_out([pieces], [np.array(text) for text in texts], length)
    cut = length < sum(map(len, whole)) or len(lines) >= COLOURS
    return Row(tuple(texts), tokenizer.strings(batch.ids[0].tolist()), batch, cut)


# ---- the passes


def measured(page: Page, packed: Row) -> Measured:
    """All four settings, computed now or found in the cache."""
    model, documents = page.bundle.model, packed.documents
    inside = [np.flatnonzero(documents == d)[1:] - 1 for d in range(len(packed.texts))]  # of T - 1 surprisals
    later = documents > 0
    across = documents[later][:, None] != documents

    def read(ids: Sequence[int], edits: tuple[Edit, ...] = ()) -> Trace:
        return transformer.run(model, ids, [""] * len(ids), edits=edits, keep={"logits", "pattern"})

    def one(setting: Setting, logits: np.ndarray) -> Found:
        trace = read(packed.ids, packed.edits(setting, model.config.layers))
        bits = _bits(trace)
        weights = trace.stack("pattern")[:, :, later] * across
        return Found(
            float(np.abs(trace.logits - logits).max()),
            np.array([bits[places].sum() for places in inside]),
            weights.sum((-1, -2)) / max(1, later.sum()),
            weights[..., 0].sum(-1) / max(1, later.sum()),
            weights[..., 1:].max(-1, initial=0),
        )

    def compute() -> dict:
        alone = [read(text) for text in packed.texts]
        logits = np.concatenate([trace.logits for trace in alone])
        bits = np.array([_bits(trace).sum() for trace in alone])
        found = [asdict(one(setting, logits)) for setting in SETTINGS]
        return {"found": found, "alone": bits, "largest": float(np.abs(logits).max())}

    name = f"packed-{'-'.join(str(len(text)) for text in packed.texts)}"
    kept = cache.result(cache.Key(name, page.model, tuple(packed.ids)), compute)
    settings = {setting: Found(**found) for setting, found in zip(SETTINGS, kept["found"], strict=True)}
    return Measured(settings, kept["alone"], kept["largest"])


def _bits(trace: Trace) -> np.ndarray:
    """What each token after the first cost, (T − 1,): lens.surprisal, from logits that are there already."""
    likely = torch.tensor(trace.logits[:-1]).log_softmax(-1).numpy()
    return -likely[np.arange(len(likely)), trace.token_ids[1:]] / np.log(2)


def choice(state: object, page: Page, found: Measured) -> Choice:
    """What the component reports, else what the link says, else both switches on and the head with the strongest looks
    across borders where nothing forbids them. What there is not is ignored."""
    config = page.bundle.model.config
    looks = found.settings[BARE].strongest.sum(-1)
    layer, head = np.unravel_index(looks.argmax(), looks.shape)
    asked = state if isinstance(state, dict) else _link()
    ends = {"layer": config.layers, "head": config.heads}
    fitting = {name: asked.get(name) for name, end in ends.items() if asked.get(name) in range(end)}
    setting = Setting(asked.get("mask") is not False, asked.get("restart") is not False)
    return Choice(setting, **{"layer": int(layer), "head": int(head)} | fitting)


def _link() -> dict:
    switches = {name: st.query_params.get(name) != "off" for name in ("mask", "restart")}
    return switches | {name: url_state.count(name) for name in ("layer", "head")}


def drawn(page: Page, packed: Row, found: Measured, chosen: Choice) -> dict:
    """Everything the component needs: the chosen layer's heads under the chosen setting, (H, T, T)."""
    edits = packed.edits(chosen.setting, page.bundle.model.config.layers)
    trace = transformer.run(page.bundle.model, packed.ids, packed.tokens, edits=edits, keep={"pattern"})
    now, looks = found.settings[chosen.setting], found.settings[BARE].strongest[chosen.layer, chosen.head]
    return {
        **components.pack(pattern=trace.layers[chosen.layer].pattern),
        "part": "row",
        "tokens": packed.tokens,
        "reader": len(packed.texts[0]) + int(looks.argmax()) if len(looks) else len(packed.ids) - 1,
        "documents": packed.documents.tolist(),
        "positions": packed.positions(chosen.setting.restart),
        "crossing": now.crossing[chosen.layer].tolist(),
        "layers": page.bundle.model.config.layers,
        "choice": {**asdict(chosen.setting), "layer": chosen.layer, "head": chosen.head},
        "lang": page.lang,
        "words": content.load(page.lang, "packing"),
    }


# ---- what is said of them


def bits(found: np.ndarray, packed: Row) -> float:
    """Bits for each token that can be predicted from its own document; NaN where there is none."""
    return float(found.sum() / packed.predicted) if packed.predicted else float("nan")


def _said(packed: Row, found: Measured, setting: Setting, lang: str) -> dict[str, str]:
    now = found.settings[setting]
    return {
        "difference": number(now.difference, lang),
        "largest": number(found.largest, lang),
        "crossing": percent(now.crossing.mean(), lang),
        "first": percent(now.first.mean(), lang),
        "alone": number(bits(found.alone, packed), lang),
        "bits": number(bits(now.bits, packed), lang),
    }


def reading(packed: Row, found: Measured, setting: Setting, words: language.Words) -> Markup:
    """The sentence that says what this setting does."""
    section = {(True, True): "both", (True, False): "mask-only", (False, True): "restart-only", (False, False): "none"}
    name = section[setting.mask, setting.restart] if len(packed.texts) > 1 else "single"
    values = _said(packed, found, setting, words.lang)
    return words.inline(f"reading-{name}", **values, documents=len(packed.texts))


def caveat(packed: Row, found: Measured, lang: str) -> dict[str, str]:
    """Of the weight that crosses borders with the mask off, how much rests on the row's first token."""
    open_border = found.settings[BARE]
    share = open_border.first.mean() / open_border.crossing.mean()
    return {"share": percent(share, lang), "alone": number(bits(found.alone, packed), lang)}


def four(packed: Row, found: Measured, now: Setting, words: language.Words) -> Markup:
    """The four settings as a table, that of the figure in bold."""

    def line(setting: Setting) -> str:
        said = _said(packed, found, setting, words.lang)
        on = [words.inline("on" if is_on else "off") for is_on in (setting.mask, setting.restart)]
        on = [f"<strong>{name}</strong>" for name in on] if setting == now else on
        numbers = "".join(f'<td class="number">{said[name]}</td>' for name in ("difference", "crossing", "bits"))
        return f'<tr><th scope="row">{on[0]}</th><td>{on[1]}</td>{numbers}</tr>'

    names = ("col-mask", "col-restart", "col-difference", "col-crossing", "col-bits")
    head = "".join(
        f'<th scope="col"{" class=number" if i > 1 else ""}>{words.inline(name)}</th>' for i, name in enumerate(names)
    )
    body = "".join(map(line, SETTINGS))
    table = f'<table class="grid-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    label = words.text("four-name")
    return Markup(f'<div class="twin" tabindex="0" role="region" aria-label="{label}">{table}</div>')


def table(page: Page, packed: Row, found: Measured, setting: Setting) -> dict[str, list]:
    """A line for each document: what it costs alone and in the row."""
    text, now = page.words.text, found.settings[setting]
    return {
        text("col-document"): [name(page, packed, d) for d in range(len(packed.texts))],
        text("col-tokens"): [len(ids) for ids in packed.texts],
        text("col-alone"): found.alone.tolist(),
        text("col-packed"): now.bits.tolist(),
        text("col-change"): (now.bits - found.alone).tolist(),
    }


def name(page: Page, packed: Row, document: int) -> str:
    return page.bundle.tokenizer.decode(list(packed.texts[document]))


def ask_hit(page: Page, packed: Row) -> tuple | None:
    """Which document's cost does the open border move most? Question, options, answer, explanation; None for a row
    with no two documents to compare."""
    words, lang, documents = page.words, page.lang, range(len(packed.texts))
    if len(packed.texts) < 2 or not any(len(text) > 1 for text in packed.texts[1:]):
        return None

    def changes() -> np.ndarray:
        found = measured(page, packed)
        return found.settings[BARE].bits - found.alone

    def explain(chosen: int, right: int) -> str:
        found = measured(page, packed)
        now = found.settings[BARE].bits
        lines = "".join(
            words(
                "explain-line",
                n=d + 1,
                document=markup.user_text(name(page, packed, d)),
                alone=number(found.alone[d], lang),
                packed=number(now[d], lang),
            )
            for d in documents
        )
        cheaper = "explain-cheaper" if now[right] < found.alone[right] else "explain-dearer"
        return words(cheaper, n=right + 1) + lines + words("explain-first-document")

    options = [f"{d + 1}: {textwrap.shorten(name(page, packed, d), 24, placeholder=' …')}" for d in documents]
    return words.inline("question-hit"), options, lambda: int(np.abs(changes()).argmax()), explain
