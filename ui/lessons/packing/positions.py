"""One document at many positions, for a model with a table of positions and for one that rotates."""

from dataclasses import dataclass

import numpy as np
import torch
from markupsafe import Markup

from model.analysis.positions import cosine, learned_table
from model.transformer import Transformer
from model.zoo import Bundle
from ui.frame.page import Page
from ui.kit import cache
from ui.kit.language import Words
from ui.lessons.packing.row import Row

STARTS = (0, *(4**power for power in range(7)))  # 0 to 4,096
ALONE = 20  # where the document begins that has none before it, for the sake of the example


@dataclass(frozen=True)
class Moved:
    """A document read from its own beginning, and from `starts` on. change: the largest difference in any number of
    what comes out, over the largest number; NaN where a position has no row in the table."""

    start: int  # where it stands in the packed row
    starts: np.ndarray  # (N,) ascending
    rotary: np.ndarray  # (N,)
    learned: np.ndarray  # (N,)
    vectors: float  # cosine of MiniLM's mean vectors, at the beginning and at `start`


def move(page: Page, encoder: Bundle, packed: Row) -> Moved:
    """The last document of the row."""
    start, text = packed.starts[-1] or ALONE, list(packed.texts[-1])
    pieces = encoder.tokenizer.encode(page.bundle.tokenizer.decode(text))
    starts = np.unique([*STARTS, start])

    def compute() -> Moved:
        rotary, learned = _outputs(page.bundle.model, text, starts), _outputs(encoder.model, pieces, starts)
        vectors = float(cosine(learned[0].mean(0), learned[start].mean(0)))
        return Moved(start, starts, _changes(rotary, starts), _changes(learned, starts), vectors)

    return cache.result(cache.Key("packed-moved", page.bundle.card.name, tuple(text), (start,)), compute)


@torch.inference_mode()
def _outputs(model: Transformer, ids: list[int], starts: np.ndarray) -> dict[int, np.ndarray]:
    """What comes out, (T, D), by the position of the first token, all in one batch; what a table has no rows for is
    left out. A rotation has no end."""
    rows = model.config.context if model.config.position == "learned" else np.inf
    fitting = [int(start) for start in starts if start + len(ids) <= rows]
    positions = torch.tensor(fitting)[:, None] + torch.arange(len(ids))
    outputs = model.hidden_states(model.ids(ids).expand(len(fitting), -1), positions=positions.to(model.device))
    return dict(zip(fitting, outputs.float().cpu().numpy(), strict=True))


def _changes(outputs: dict[int, np.ndarray], starts: np.ndarray) -> np.ndarray:
    here = outputs[0]
    return np.array(
        [np.abs(outputs[at] - here).max() / np.abs(here).max() if at in outputs else np.nan for at in starts.tolist()]
    )


def reading(page: Page, moved: Moved) -> Markup:
    """The sentence that reads the chart."""
    at, number = moved.starts.tolist().index(moved.start), page.words.number
    return page.words.inline(
        "table-reading",
        model=page.bundle.card.title,
        start=moved.start,
        cosine=number(moved.vectors),
        learned=number(moved.learned[at]),
        rotary=number(moved.rotary[at]),
    )


def rows(encoder: Bundle, moved: Moved, words: Words) -> Markup:
    """The two rows of the table that the first token of the document may get."""
    table = learned_table(encoder.model)
    values = {"start": moved.start, "rows": len(table), "last": len(table) - 1, "width": table.shape[1]}
    return words("table-rows", **values, cosine=words.number(cosine(table[0], table[moved.start])))
