"""What a reader takes home from a lesson: the foot line with notebook, worksheet and score, and the words of the line
at every figure (ui/server/browser/save.js). Everything is made when it is asked for."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

import streamlit as st
from markupsafe import Markup
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from model.weights import checkpoint
from ui.frame import curriculum, progress, share_menu
from ui.frame.page import Page
from ui.frame.question import Question
from ui.frame.worksheet import sheet
from ui.kit import cache, csv, language, markup
from ui.server import admission, user_models

AT_A_FIGURE = ("figure", "as", "table", "part", "whole", "numbers", "more")
_LABEL = markup.template(Path(__file__).with_name("footer.html"))


def reset() -> None:
    """A lesson begins: no question of it has been asked."""
    st.session_state.questions = {}


def keep_question(key: str, question: Question) -> None:
    """Keeps a question for the worksheet, and what the score calls it."""
    st.session_state.setdefault("questions", {})[key] = question
    lesson = curriculum.lesson_by_slug(st.session_state.get("lesson", curriculum.MACHINE.slug))
    progress.asked()[key] = lesson.number, lesson.slug, question.plain


def footer(page: Page) -> None:
    """The line "To take along"."""
    words, slug = language.words("take"), st.session_state.lesson
    labels = {name: words.text(f"save-{name}") for name in AT_A_FIGURE} | {"lang": words.lang}
    quiet: dict[str, Any] = {"type": "tertiary", "on_click": "ignore"}
    with st.container(key="take", horizontal=True, gap="medium"):
        st.html(_LABEL(labels=labels, label=words.inline("label")), width="content")
        link = Markup('<a href="{}" download>{}</a>').format(_notebook(page, slug), words.inline("notebook"))
        st.html(link, width="content")
        if st.session_state.questions:
            questions = dict(st.session_state.questions)
            make = _with_session_context(lambda: worksheet(page, slug, questions, words))
            name = f"vetro-{slug}-{words.lang}.html"
            st.download_button(words.text("worksheet"), make, name, "text/html", key="take-worksheet", **quiet)
        if user_models.exists(page.model):
            save_model(page.model, words.text("model"), "take-model", "tertiary")
        asked, answers = progress.asked(), progress.answers()
        make = _with_session_context(lambda: score(asked, answers, words))
        st.download_button(words.text("score"), make, "vetro-score.csv", "text/csv", key="take-score", **quiet)


def save_model(name: str, label: str, key: str, look: Literal["secondary", "tertiary"] = "secondary") -> None:
    """A button that saves a model which the reader trained, as a folder that opens elsewhere."""
    words, card = language.words("take"), cache.bundle(name).card
    kind = checkpoint.family_of(cache.bundle(name).model.config)
    about = {"title": card.title, "folder": user_models.at_home(name), "example": repr(user_models.example(name))}
    others = words.text("model-readme-known", kind=kind, **about) if kind else words.text("model-readme-own")
    readme = f"{words.text('model-readme', **about)}\n\n{others}\n"
    file = f"{user_models.at_home(name)}.zip"
    make = partial(user_models.zipped, name, readme)
    st.download_button(label, make, file, "application/zip", key=key, type=look, on_click="ignore")


def _notebook(page: Page, slug: str) -> str:
    """Where it is made; what else the link says by then is put on by the browser (ui/server/browser/save.js)."""
    known = {"model": page.model, "prompt": page.text} if page.bundle else {}
    return f"notebook/{slug}?{urlencode(known | {'lang': page.lang})}"


@admission.PAGES.slot(lambda ahead: None)  # the answers are the model's, like those of a page
def worksheet(page: Page, slug: str, questions: dict[str, Question], words: language.Words) -> bytes:
    """The lesson's questions, and their answers on a sheet of their own, as an HTML file."""
    titles, frame, lesson = language.words("path"), language.words("ui"), curriculum.lesson_by_slug(slug)
    front_door = lesson is curriculum.MACHINE
    line = "Vetro" if front_door else f"Vetro · {words.text('lesson', number=lesson.number)}"
    title = page.words.inline("title") if front_door else titles.inline(slug)
    params = {name: st.query_params.get_all(name) for name in st.query_params if name != "present"}
    link = f"{st.context.url or slug}?{urlencode(params | {'lang': words.lang}, doseq=True)}"
    about: list[tuple[str, object]] = [(words.text("link"), Markup('<a href="{0}">{0}</a>').format(link))]
    if urlsplit(link).hostname in ("localhost", "127.0.0.1", "::1"):
        about.append(("", words.inline("link-here")))
    if page.bundle:
        about.insert(0, (frame.text("model"), page.bundle.card.title))
        about.insert(0, (frame.text("prompt"), markup.chips(page.tokens)))
    qr = share_menu.printed_qr_code(link)
    return sheet(words, line, title, about, list(questions.values()), qr, st.context.url or "").encode()


def score(asked: dict[str, tuple[int, str, str]], answers: dict[str, bool], words: language.Words) -> bytes:
    """A row for each question that was answered, as CSV: the first answer counts."""
    rows: list[list[object]] = [[words.text(f"score-{name}") for name in ("number", "lesson", "question", "answer")]]
    titles = language.Words(words.lang, "path")
    for key, right in answers.items():
        number, slug, question = asked[key]
        title = titles.text(slug) if number else "Vetro"
        rows.append([number, title, question, words.text("score-right" if right else "score-wrong")])
    return csv.as_csv(rows, words.lang)


def _with_session_context(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Streamlit makes a file in a thread of its own, which knows no session: it is told this one."""
    context = get_script_run_ctx()

    def made() -> bytes:
        with ThreadPoolExecutor(1, initializer=lambda: add_script_run_ctx(ctx=context)) as worker:
            return worker.submit(make).result()

    return made
