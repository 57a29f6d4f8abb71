"""The proof: the model reads a packed row with and without what packing needs, and every document alone."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st
import torch

from model.edits import Edit, MovePositions, UseMask
from model.masks import Documents
from model.packing import Batch, Piece, lay_out
from model.trace import Trace
from ui import components
from ui.frame.page import Page
from ui.kit import cache, token_names, url_state

SOURCE = (Documents, lay_out)
ROW_TOKENS, DOCUMENT_TOKENS = 40, 16  # at most
ROW_DOCUMENTS = 8  # at most: as many as there are colours
LIMITS = {"most": ROW_TOKENS, "each": DOCUMENT_TOKENS, "all": ROW_DOCUMENTS}
LINK = {
    "mask": url_state.one_of("off"),
    "restart": url_state.one_of("off"),
    "layer": url_state.LAYER,
    "head": url_state.HEAD,
    "reader": url_state.integer_between(ROW_TOKENS),
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
class Result:
    """What one setting did, against every document alone; D documents."""

    difference: float  # the largest between two logits
    bits: np.ndarray  # (D,) what the tokens of each document cost that can be predicted from their own document
    crossing: np.ndarray  # (L, H) of the weight that the later documents give, how much crosses a border
    first: np.ndarray  # (L, H) how much goes to the row's very first token
    strongest: np.ndarray  # (L, H, Q) the largest other weight across, of each of the Q tokens of later documents


@dataclass(frozen=True)
class Measured:
    settings: dict[Setting, Result]
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


def fit(texts: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    """The first of these texts, as far as they fit into a row."""
    fitting: list[tuple[int, ...]] = []
    for ids in texts[:ROW_DOCUMENTS]:
        if sum(map(len, fitting)) + min(len(ids), DOCUMENT_TOKENS) > ROW_TOKENS:
            break
        fitting.append(tuple(ids[:DOCUMENT_TOKENS]))
    return fitting


def packed_row(page: Page, lines: Sequence[str]) -> Row:
    """The prompt and the first lines, as far as they fit."""
    tokenizer = page.bundle.tokenizer
    documents = [page.ids, *(tokenizer.encode(line) for line in lines[: ROW_DOCUMENTS - 1])]
    texts = fit(documents)
    length = sum(map(len, texts))
    pieces = [Piece(document, 0, len(text)) for document, text in enumerate(texts)]
    batch = lay_out([pieces], [np.array(text) for text in texts], length)
    cut = length < sum(map(len, documents)) or len(lines) >= ROW_DOCUMENTS
    return Row(tuple(texts), tokenizer.strings(batch.ids[0].tolist()), batch, cut)


# ---- the passes


def measure(page: Page, packed: Row) -> Measured:
    """All four settings, and every document alone."""
    layers, documents = page.bundle.model.config.layers, packed.documents
    inside = [np.flatnonzero(documents == d)[1:] - 1 for d in range(len(packed.texts))]  # of T - 1 surprisals
    later = documents > 0
    across = documents[later][:, None] != documents

    def read(ids: Sequence[int], edits: tuple[Edit, ...] = ()) -> Trace:
        return cache.trace(page.bundle, ids, {"logits", "pattern"}, edits, kept=False)

    def result(setting: Setting, logits: np.ndarray) -> Result:
        trace = read(packed.ids, packed.edits(setting, layers))
        bits = _bits(trace)
        weights = trace.stack("pattern")[:, :, later] * across
        return Result(
            float(np.abs(trace.logits - logits).max()),
            np.array([bits[indices].sum() for indices in inside]),
            weights.sum((-1, -2)) / max(1, later.sum()),
            weights[..., 0].sum(-1) / max(1, later.sum()),
            weights[..., 1:].max(-1, initial=0),
        )

    def compute() -> Measured:
        alone = [read(text) for text in packed.texts]
        logits = np.concatenate([trace.logits for trace in alone])
        bits = np.array([_bits(trace).sum() for trace in alone])
        settings = {setting: result(setting, logits) for setting in SETTINGS}
        return Measured(settings, bits, float(np.abs(logits).max()))

    lengths = tuple(map(len, packed.texts))
    return cache.result(cache.Key("packed", page.bundle.card.name, tuple(packed.ids), lengths), compute)


def _bits(trace: Trace) -> np.ndarray:
    """What each token after the first cost, (T − 1,): lens.surprisal, from logits that are there already."""
    likely = torch.tensor(trace.logits[:-1]).log_softmax(-1).numpy()
    return -likely[np.arange(len(likely)), trace.token_ids[1:]] / np.log(2)


def choice(state: object, page: Page, measured: Measured) -> Choice:
    """What the component reports, else what the link says, else both switches on and the head with the largest weights
    across borders where nothing forbids them. An unknown layer or head is ignored."""
    config = page.bundle.model.config
    weights = measured.settings[BARE].strongest.sum(-1)
    layer, head = np.unravel_index(weights.argmax(), weights.shape)
    asked = state if isinstance(state, dict) else linked_choice()
    ends = {"layer": config.layers, "head": config.heads}
    fitting = {name: asked.get(name) for name, end in ends.items() if asked.get(name) in range(end)}
    setting = Setting(asked.get("mask") is not False, asked.get("restart") is not False)
    return Choice(setting, **{"layer": int(layer), "head": int(head)} | fitting)


def linked_choice() -> dict[str, object]:
    switches = {name: st.query_params.get(name) != "off" for name in ("mask", "restart")}
    return switches | {name: url_state.count(name) for name in ("layer", "head")}


def component_data(page: Page, packed: Row, measured: Measured, chosen: Choice) -> dict[str, object]:
    """pattern (H, T, T): the chosen layer's heads under the chosen setting; tokens (T strings); reader: the query to
    begin with; documents and positions (T,); crossing (H,): fraction of the weight that crosses a border; layers;
    choice: mask, restart, layer, head."""
    layers = page.bundle.model.config.layers
    edits = packed.edits(chosen.setting, layers)
    trace = cache.trace(page.bundle, packed.ids, {"pattern"}, edits)
    weights = measured.settings[BARE].strongest[chosen.layer, chosen.head]
    return {
        **components.pack(pattern=trace.layers[chosen.layer].pattern),
        "part": "row",
        "tokens": token_names.distinct(packed.tokens),
        "reader": len(packed.texts[0]) + int(weights.argmax()) if len(weights) else len(packed.ids) - 1,
        "documents": packed.documents.tolist(),
        "positions": packed.positions(chosen.setting.restart),
        "crossing": measured.settings[chosen.setting].crossing[chosen.layer].tolist(),
        "layers": layers,
        "choice": {**asdict(chosen.setting), "layer": chosen.layer, "head": chosen.head},
    }
