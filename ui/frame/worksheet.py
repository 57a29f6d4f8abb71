"""A lesson's questions on paper: a page that needs nothing from elsewhere, with the answers on a sheet of their own.

The answers are those of the live model on the prompt of the moment; they are computed when the worksheet is asked for.
"""

from pathlib import Path

from markupsafe import Markup

from ui.frame.question import Question
from ui.kit import language, markup

HERE = Path(__file__).parent
STYLE = Markup(HERE.joinpath("worksheet.css").read_text(encoding="utf-8"))
_SHEET = markup.template(HERE / "worksheet.html")


def sheet(
    words: language.Words, lesson: str, title: Markup, about: list[tuple[str, object]], questions: list[Question]
) -> Markup:
    """lesson: the line above the title; about: names and values of what the answers hold for."""
    return _SHEET(
        words=words,
        style=STYLE,
        eyebrow=lesson,
        title=title,
        about=about,
        questions=[_printed(question) for question in questions],
    )


def _printed(question: Question) -> dict[str, object]:
    right = None if question.waiting else question.answer()
    options = [markup.chip(option) if question.tokens else option for option in question.options]
    return {
        "text": question.text,
        "kind": "tokens" if question.tokens else "options",
        "options": options,
        "answer": None if right is None else options[right],
        "explanation": question.waiting if right is None else question.explain(right, right),
    }
