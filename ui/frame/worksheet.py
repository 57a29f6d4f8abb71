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
    words: language.Words,
    lesson: str,
    title: Markup,
    about: list[tuple[str, object]],
    questions: list[Question],
    qr: Markup | str = "",
    base: str = "",
) -> Markup:
    """lesson: the line above the title; about: names and values of what the answers hold for; qr: the code of the
    page's address, if it has one; base: that address, where links to references and terms begin."""
    return _SHEET(
        words=words,
        base=base,
        qr=qr,
        style=STYLE,
        eyebrow=lesson,
        title=title,
        about=about,
        questions=[_printed(question, words) for question in questions],
    )


def _printed(question: Question, words: language.Words) -> dict[str, object]:
    numbers = range(len(question.options))
    printed = {
        "text": question.text,
        "given": question.given(),
        "kind": "tokens" if question.tokens else "options",
        "options": list(map(question.shown, numbers)),
    }
    if question.waiting:
        return printed | {"right": [], "wrong": [], "explanation": words("key-waiting")}
    accepted = question.accepted()
    remarks = {i: question.against(i) for i in numbers if i not in accepted}
    return printed | {
        "right": list(map(question.shown, accepted)),
        "wrong": [(question.shown(i), remark) for i, remark in remarks.items() if remark],
        "explanation": question.explained(accepted[0], accepted),
    }
