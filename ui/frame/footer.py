"""What a reader takes home from a lesson: the foot line with notebook, worksheet and score, and the words of the line
at every figure (ui/server/browser/save.js). Everything is made when it is asked for."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from ui.frame import curriculum
from ui.frame.worksheet import Question, sheet
from ui.kit import cache, csv, markup
from ui.server import admission

SAID = ("figure", "as", "table", "numbers", "more", "trace", "name", "place", "value")  # by the line at a figure


def begin() -> None:
    """A lesson begins: no question of it has been asked."""
    st.session_state.questions = {}


def question(key: str, asked: Question) -> None:
    """Keeps a question for the worksheet, and what the score calls it."""
    st.session_state.setdefault("questions", {})[key] = asked
    lesson = curriculum.find(st.session_state.get("lesson", curriculum.MACHINE.slug))
    st.session_state.setdefault("asked", {})[key] = lesson.number, lesson.slug, asked.plain


def foot(page) -> None:
    """The line "To take along", for a ui.frame.lesson.Page."""
    words, slug = cache.words("take"), st.session_state.lesson
    said = {name: words.text(f"save-{name}") for name in SAID} | {"lang": words.lang}
    labels = " ".join(f'data-{name}="{markup.escapes(text)}"' for name, text in said.items())
    quiet = {"type": "tertiary", "on_click": "ignore"}
    with st.container(key="take", horizontal=True, gap="medium"):
        st.html(f'<span class="take eyebrow" {labels}>{words.inline("label")}</span>', width="content")
        link = f'<a href="{markup.escapes(_notebook(page, slug))}" download>{words.inline("notebook")}</a>'
        st.html(link, width="content")
        if st.session_state.questions:
            made = _here(lambda asked: worksheet(page, slug, asked, words), dict(st.session_state.questions))
            name = f"vetro-{slug}-{words.lang}.html"
            st.download_button(words.text("worksheet"), made, name, "text/html", key="take-worksheet", **quiet)
        made = _here(lambda asked, answers: score(asked, answers, words), *map(_kept, ("asked", "answers")))
        st.download_button(words.text("score"), made, "vetro-score.csv", "text/csv", key="take-score", **quiet)


def _notebook(page, slug: str) -> str:
    """Where it is made; what else the link says by then is put on by the browser (ui/server/browser/save.js)."""
    known = {"model": page.model, "prompt": page.text} if page.bundle else {}
    return f"notebook/{slug}?{urlencode(known | {'lang': page.lang})}"


@admission.PAGES.turn(lambda ahead: None)  # the answers are the model's, like those of a page
def worksheet(page, slug: str, asked: dict[str, Question], words: cache.Words) -> bytes:
    titles, frame, step = cache.words("path"), cache.words("ui"), curriculum.find(slug)
    line = "Vetro" if step is curriculum.MACHINE else f"Vetro · {words.text('lesson', number=step.number)}"
    title = page.words.inline("title") if step is curriculum.MACHINE else titles.inline(slug)
    link = f"{st.context.url or slug}?{urlencode(st.query_params.to_dict() | {'lang': words.lang})}"
    about = [(words.text("link"), f"<a href='{markup.escapes(link)}'>{markup.escapes(link)}</a>")]
    if page.bundle:
        chips = markup.Raw(" ".join(map(markup.chip, page.tokens)))
        about = [(frame.text("prompt"), chips), (frame.text("model"), markup.escapes(page.bundle.card.title)), *about]
    return sheet(words, line, title, about, list(asked.values())).encode()


def score(asked: dict[str, tuple], answers: dict[str, bool], words: cache.Words) -> bytes:
    """A row for each question that was answered: the first answer counts."""
    rows = [[words.text(f"score-{name}") for name in ("number", "lesson", "question", "answer")]]
    titles = cache.Words(words.lang, "path")
    for key, right in answers.items():
        number, slug, said = asked[key]
        title = titles.text(slug) if number else "Vetro"
        rows.append([number, title, said, words.text("score-right" if right else "score-wrong")])
    return csv.as_csv(rows)


def _kept(name: str) -> dict:
    return st.session_state.setdefault(name, {})


def _here(make: Callable[..., bytes], *given) -> Callable[[], bytes]:
    """Streamlit makes a file in a thread of its own, which knows no session: it is told this one."""
    context = get_script_run_ctx()

    def made() -> bytes:
        with ThreadPoolExecutor(1, initializer=lambda: add_script_run_ctx(ctx=context)) as worker:
            return worker.submit(make, *given).result()

    return made
