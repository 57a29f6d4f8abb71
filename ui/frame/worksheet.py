"""A lesson's questions on paper: a page that needs nothing from elsewhere, with the answers on a sheet of their own.

The answers are those of the live model on the prompt of the moment; they are computed when the worksheet is asked for.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from ui.kit import cache, markup

STYLE = Path(__file__).with_name("worksheet.css").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Question:
    """What ui.frame.quiz.predict was asked with. `waiting`: HTML in the place of an answer that is not there yet."""

    text: str  # HTML
    options: list[str]
    tokens: bool
    answer: Callable[[], int]
    explain: Callable[[int, int], str]
    waiting: str = ""

    @property
    def plain(self) -> str:
        return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", self.text))).strip()


def sheet(words: cache.Words, lesson: str, title: markup.Raw, about: list[tuple], asked: list[Question]) -> str:
    """lesson: the line above the title; about: names and values of what the answers hold for, values as HTML."""
    facts = "".join(f"<dt>{markup.escapes(name)}</dt><dd>{value}</dd>" for name, value in about)
    questions = "".join(f"<li>{_question(question, words)}</li>" for question in asked)
    answers = "".join(f"<li>{_answer(question)}</li>" for question in asked)
    eyebrow = f'<p class="eyebrow">{markup.escapes(lesson)}</p>'
    return (
        f'<!doctype html><html lang="{words.lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{markup.escapes(words.text('worksheet'))}: {re.sub('<[^>]*>', '', title)}</title>"
        f"<style>{STYLE}</style></head><body>"
        f"<main>{eyebrow}<h1>{title}</h1>"
        f'<p class="who"><span>{words.inline("name")}</span><span>{words.inline("date")}</span></p>'
        f"<dl>{facts}</dl><p>{words.inline('task')}</p><ol>{questions}</ol></main>"
        f"<section>{eyebrow}<h2>{title}</h2><h3>{words.inline('key')}</h3><dl>{facts}</dl><ol>{answers}</ol></section>"
        "</body></html>"
    )


def _option(question: Question, i: int) -> str:
    said = question.options[i]
    return markup.chip(said) if question.tokens else markup.escapes(said)


def _question(question: Question, words: cache.Words) -> str:
    options = "".join(f"<li>{_option(question, i)}</li>" for i in range(len(question.options)))
    kind = "tokens" if question.tokens else "options"
    return (
        f'<div class="question">{question.text}</div><ul class="{kind}">{options}</ul>'
        f'<p class="why">{words.inline("why")}</p><div class="room"></div>'
    )


def _answer(question: Question) -> str:
    if question.waiting:
        return f'<div class="question">{question.text}</div>{question.waiting}'
    right = question.answer()
    said = f'<p class="right">{_option(question, right)}</p>{question.explain(right, right)}'
    return f'<div class="question">{question.text}</div>{said}'
