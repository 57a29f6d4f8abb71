"""The proof: the model reads a packed row with and without what packing needs, and every document alone."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import streamlit as st
import torch

from model.edits import Edit, MovePositions, UseMask
from model.masks import Documents
from model.packing import Batch, Piece, lay_out
from model.tokens import Tokenizer
from model.trace import Trace
from ui import components
from ui.frame.page import Page
from ui.kit import cache, token_names, url_state

SOURCE = (Documents, lay_out)
ROW_TOKENS, DOCUMENT_TOKENS = 40, 16  # at most
ENDS = ("<|endoftext|>", "<|end_of_text|>", "<|end|>", "<eos>", "</s>")  # names of the end-of-text token
ROW_DOCUMENTS = 8  # at most: as many as there are colours
LIMITS = {"most": ROW_TOKENS, "each": DOCUMENT_TOKENS, "all": ROW_DOCUMENTS}
LINK = {
    "mask": url_state.one_of("off"),
    "restart": url_state.one_of("off"),
    "separator": url_state.ON,
    "layer": url_state.LAYER,
    "head": url_state.HEAD,
    "reader": url_state.integer_between(ROW_TOKENS),
}


@dataclass(frozen=True)
class Setting:
    """The three switches: a mask between documents, positions that start again with every document, an end-of-text
    token between documents."""

    mask: bool = True
    restart: bool = True
    separator: bool = False


BARE = Setting(False, False)
SEPARATED = Setting(False, False, True)
SETTINGS = (*(Setting(mask, restart) for mask in (True, False) for restart in (True, False)), SEPARATED)


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
    ends: np.ndarray  # (L, H) how much goes to the end-of-text tokens of earlier documents
    strongest: np.ndarray  # (L, H, Q) the largest other weight across, of each of the Q tokens of later documents


@dataclass(frozen=True)
class Measured:
    settings: dict[Setting, Result]
    alone: np.ndarray  # (D,) bits of each document alone
    largest: float  # of all logits


@dataclass(frozen=True)
class Row:
    """The packed row: T tokens of D documents, none cut but at the end."""

    texts: tuple[tuple[int, ...], ...]  # the documents' own tokens
    tokens: list[str]
    batch: Batch
    cut: bool  # whether something was left out
    own: np.ndarray  # (T,) bool: all but the end-of-text tokens between documents
    separated: "Row | None" = None  # the same with an end-of-text token between documents, where the model has one

    def under(self, setting: Setting) -> "Row":
        """As the model reads it under this setting."""
        return self.separated if setting.separator and self.separated else self

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Those that are compared."""
        return SETTINGS if self.separated else tuple(setting for setting in SETTINGS if not setting.separator)

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
        return int(self.own.sum()) - len(self.texts)

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
    cut = sum(map(len, texts)) < sum(map(len, documents)) or len(lines) >= ROW_DOCUMENTS
    end = end_token(tokenizer)

    def laid(end: tuple[int, ...]) -> Row:
        """With these tokens after every document but the last."""
        ended = [*(text + end for text in texts[:-1]), texts[-1]]
        pieces = [Piece(document, 0, len(text)) for document, text in enumerate(ended)]
        batch = lay_out([pieces], [np.array(text) for text in ended], sum(map(len, ended)))
        own = np.concatenate([np.arange(len(each)) < len(text) for each, text in zip(ended, texts, strict=True)])
        return Row(tuple(texts), tokenizer.strings(batch.ids[0].tolist()), batch, cut, own)

    return replace(laid(()), separated=laid((end,)) if end is not None and len(texts) > 1 else None)


def end_token(tokenizer: Tokenizer) -> int | None:
    """The id of the token that ends a text, where there is one."""
    special = sorted(tokenizer.special)
    names = dict(zip(tokenizer.strings(special), special, strict=True))
    return next((names[name] for name in ENDS if name in names), None)


# ---- the passes


def measure(page: Page, packed: Row, shown: Setting = BARE) -> Measured:
    """The settings that are compared and the one that is shown, and every document alone."""
    layers = page.bundle.model.config.layers

    def read(ids: Sequence[int], edits: tuple[Edit, ...] = ()) -> Trace:
        return cache.trace(page.bundle, ids, {"logits", "pattern"}, edits, kept=False)

    def result(setting: Setting, logits: np.ndarray) -> Result:
        row = packed.under(setting)
        trace = read(row.ids, row.edits(setting, layers))
        bits, documents = _bits(trace), row.documents
        inside = [np.flatnonzero(row.own & (documents == d))[1:] - 1 for d in range(len(row.texts))]
        later = row.own & (documents > 0)
        weights = trace.stack("pattern")[:, :, later] * (documents[later][:, None] != documents)
        return Result(
            float(np.abs(trace.logits[row.own] - logits).max()),
            np.array([bits[indices].sum() for indices in inside]),
            weights.sum((-1, -2)) / max(1, later.sum()),
            weights[..., 0].sum(-1) / max(1, later.sum()),
            weights[..., ~row.own].sum((-1, -2)) / max(1, later.sum()),
            weights[..., 1:].max(-1, initial=0),
        )

    def compute(wanted: tuple[Setting, ...]) -> Measured:
        alone = [read(text) for text in packed.texts]
        logits = np.concatenate([trace.logits for trace in alone])
        bits = np.array([_bits(trace).sum() for trace in alone])
        settings = {setting: result(setting, logits) for setting in wanted}
        return Measured(settings, bits, float(np.abs(logits).max()))

    def kept(wanted: tuple[Setting, ...]) -> Measured:
        key = cache.Key("packed", page.bundle.card.name, tuple(packed.ids), (*map(len, packed.texts), *wanted))
        return cache.result(key, lambda: compute(wanted))

    compared = kept(packed.settings)
    if shown in compared.settings:
        return compared
    return replace(compared, settings=compared.settings | kept((shown,)).settings)


def _bits(trace: Trace) -> np.ndarray:
    """What each token after the first cost, (T − 1,): lens.surprisal, from logits that are there already."""
    likely = torch.tensor(trace.logits[:-1]).log_softmax(-1).numpy()
    return -likely[np.arange(len(likely)), trace.token_ids[1:]] / np.log(2)


def chosen_setting(state: object, packed: Row) -> Setting:
    """What the component reports, else what the link says, else a mask and positions that restart."""
    asked = state if isinstance(state, dict) else linked_choice()
    separator = asked.get("separator") is True and packed.separated is not None
    return Setting(asked.get("mask") is not False, asked.get("restart") is not False, separator)


def choice(state: object, page: Page, packed: Row, measured: Measured) -> Choice:
    """The same for layer and head, else the head with the largest weights across borders where nothing forbids them.
    An unknown layer or head is ignored."""
    config = page.bundle.model.config
    weights = measured.settings[BARE].strongest.sum(-1)
    layer, head = np.unravel_index(weights.argmax(), weights.shape)
    asked = state if isinstance(state, dict) else linked_choice()
    ends = {"layer": config.layers, "head": config.heads}
    fitting = {name: asked.get(name) for name, end in ends.items() if asked.get(name) in range(end)}
    return Choice(chosen_setting(state, packed), **{"layer": int(layer), "head": int(head)} | fitting)


def linked_choice() -> dict[str, object]:
    switches = {name: st.query_params.get(name) != "off" for name in ("mask", "restart")}
    switches |= {"separator": st.query_params.get("separator") == "true"}
    return switches | {name: url_state.count(name) for name in ("layer", "head")}


def component_data(page: Page, packed: Row, measured: Measured, chosen: Choice) -> dict[str, object]:
    """pattern (H, T, T): the chosen layer's heads under the chosen setting; tokens (T strings); reader: the query to
    begin with; documents and positions (T,); crossing (H,): fraction of the weight that crosses a border; layers;
    switches: those that this model has; choice: mask, restart, separator, layer, head."""
    layers, row = page.bundle.model.config.layers, packed.under(chosen.setting)
    edits = row.edits(chosen.setting, layers)
    trace = cache.trace(page.bundle, row.ids, {"pattern"}, edits)
    weights = measured.settings[BARE].strongest[chosen.layer, chosen.head]
    reader = len(packed.texts[0]) + int(weights.argmax()) if len(weights) else len(packed.ids) - 1
    return {
        **components.pack(pattern=trace.layers[chosen.layer].pattern),
        "part": "row",
        "tokens": token_names.distinct(row.tokens),
        "reader": int(np.flatnonzero(row.own)[reader]),
        "documents": row.documents.tolist(),
        "positions": row.positions(chosen.setting.restart),
        "crossing": measured.settings[chosen.setting].crossing[chosen.layer].tolist(),
        "layers": layers,
        "switches": ["mask", "restart", *(["separator"] if packed.separated else [])],
        "choice": {**asdict(chosen.setting), "layer": chosen.layer, "head": chosen.head},
    }
