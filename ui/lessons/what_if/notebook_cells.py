"""Lesson 15 as a notebook: the lines that the lesson itself exports, and its figure."""

from collections.abc import Mapping

from model.what_if import export
from ui.frame import prompt_bar
from ui.frame.notebook_export import linked_page
from ui.lessons.what_if import lab

FIGURE = """\
import numpy as np

from ui.kit.numbers import percent
from viz import theme
from viz.what_if import sides

top = np.unique([np.argsort(-chances, kind="stable")[:5] for chances in (p, q)])
top = top[np.argsort(-np.maximum(p, q)[top], kind="stable")]
shares = np.column_stack([[p[top], q[top]], [np.delete(p, top).sum(), np.delete(q, top).sum()]])
names = [*bundle.tokenizer.strings(top.tolist()), "…"]
figure = sides(names, shares, ("before", "after"), lambda share: percent(share, "en"))
theme.apply_theme(figure, "light")"""


def cells(link: Mapping[str, str], lang: str) -> list[str]:
    """The cells of the experiment that the link describes."""
    with linked_page("what_if", link, lang, prompt_bar.DECODERS, lab.LIMIT, keep_end=True) as page:
        opened = lab.open_lab(page, link)
    return [export.to_python(opened.experiment, opened.setting, page.model, page.text), FIGURE]
