"""The lesson as a notebook: the lines that the lesson itself exports, and its figure."""

from collections.abc import Mapping

from model.what_if import export
from ui.frame.notebook_export import linked_page
from ui.lessons.what_if import lab
from ui.server import user_models

FIGURE = """\
import numpy as np

import content
from ui.kit.numbers import percent
from viz import theme
from viz.what_if import sides

words = content.load(LANG, "what_if")
top = np.unique([np.argsort(-chances, kind="stable")[:5] for chances in (p, q)])
top = top[np.argsort(-np.maximum(p, q)[top], kind="stable")]
shares = np.column_stack([[p[top], q[top]], [np.delete(p, top).sum(), np.delete(q, top).sum()]])
names = [*bundle.tokenizer.strings(top.tolist()), "…"]
figure = sides(names, shares, (words["before"], words["after"]), lambda share: percent(share, LANG))
theme.apply_theme(figure, "light")"""


def cells(link: Mapping[str, str], lang: str) -> list[str]:
    """The cells of the experiment that the link describes."""
    with linked_page("what_if", link, lang, lab.LIMIT, keep_end=True) as page:
        opened = lab.open_lab(page, link)
    model = user_models.at_home(page.model)
    program = export.to_python(opened.experiment, opened.setting, model, page.text)
    return [program, FIGURE.replace("LANG", repr(lang))]
