"""Lesson 11, last part: one document at many places, for a model with a table and for one that turns."""

from dataclasses import dataclass

import numpy as np
import torch
from markupsafe import Markup

from ui.frame.page import Page
from ui.kit import cache, language
from ui.kit.numbers import number
from ui.lessons.packing.row import Row
from ui.lessons.positions.tables import cosine, table

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


def moved(page: Page, encoder, packed: Row) -> Moved:
    """The last document of the row."""
    start, text = packed.starts[-1] or ALONE, list(packed.texts[-1])
    pieces = encoder.tokenizer.encode(page.bundle.tokenizer.decode(text))
    starts = np.unique([*STARTS, start])

    def compute() -> dict:
        rotary, learned = _outputs(page.bundle.model, text, starts), _outputs(encoder.model, pieces, starts)
        means = {place: output.mean(0) for place, output in learned.items()}
        return {
            "start": start,
            "starts": starts,
            "rotary": _changes(rotary, starts),
            "learned": _changes(learned, starts),
            "vectors": float(cosine(means[0], means[start])),
        }

    return Moved(**cache.result(cache.Key(f"packed-moved-{start}", page.model, tuple(text)), compute))


@torch.inference_mode()
def _outputs(model, ids: list[int], starts: np.ndarray) -> dict[int, np.ndarray]:
    """What comes out, (T, D), by the position of the first token, all in one batch; what a table has no rows for is
    left out. Hands turn as far as one likes."""
    rows = model.config.context if model.config.position == "learned" else np.inf
    fitting = [int(start) for start in starts if start + len(ids) <= rows]
    positions = torch.tensor(fitting)[:, None] + torch.arange(len(ids))
    found = model.hidden_states(model.ids(ids).expand(len(fitting), -1), positions=positions.to(model.device))
    return dict(zip(fitting, found.float().cpu().numpy(), strict=True))


def _changes(outputs: dict[int, np.ndarray], starts: np.ndarray) -> np.ndarray:
    here = outputs[0]
    return np.array(
        [np.abs(outputs[at] - here).max() / np.abs(here).max() if at in outputs else np.nan for at in starts.tolist()]
    )


def reading(page: Page, found: Moved) -> Markup:
    at, lang = found.starts.tolist().index(found.start), page.lang
    return page.words.inline(
        "table-reading",
        model=page.bundle.card.title,
        start=found.start,
        cosine=number(found.vectors, lang),
        learned=number(found.learned[at], lang),
        rotary=number(found.rotary[at], lang),
    )


def rows(encoder, found: Moved, words: language.Words) -> Markup:
    """The two rows of the table that the first token of the document may get."""
    known = table(encoder)
    values = {"start": found.start, "rows": len(known), "last": len(known) - 1, "width": known.shape[1]}
    return words("table-rows", **values, cosine=number(cosine(known[0], known[found.start]), words.lang))
