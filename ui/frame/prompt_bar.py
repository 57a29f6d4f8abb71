"""The prompt bar: model, prompt, number of tokens, Run.

Model and prompt live in the link (?model=…&prompt=…) and nowhere else, so they follow from page to page. Streamlit's
own binding of widgets to the link ends at the page that holds the widget, therefore `_restore` and `_store`.
"""

import unicodedata
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn, cast

import streamlit as st
from markupsafe import Markup

from model import zoo
from model.tokens import visible
from model.zoo import Bundle, ModelUnavailable
from ui.frame import model_card, model_choice
from ui.frame.model_choice import DECODERS as DECODERS
from ui.frame.model_choice import Requirements, about, can_be_typed, choices, remedy
from ui.kit import cache, language, markup, url_state
from ui.server import user_models

DEFAULT = "The dog chased the squirrel because it"
CHARACTERS = 600  # what a link may carry; more than any lesson's limit of tokens
SHOWN = 80  # characters of what was cut


@dataclass(frozen=True)
class Prompt:
    model: str
    bundle: Bundle
    source: str  # what was typed
    ids: list[int]  # of the part of it that the lesson takes
    text: str  # that part


_COUNTER = markup.template(Path(__file__).with_name("counter.html"))
NO_PROMPT = Prompt("", cast("Bundle", None), "", [], "")  # of a lesson that asks for no prompt


def bar(
    models: tuple[str, ...],
    limit: int,
    first: str = DEFAULT,
    requires: Requirements = ("decoder",),
    keep_end: bool = False,
) -> Prompt:
    """Draws the bar. Stops the page with one clear sentence when there is no usable model or prompt.

    `models` are the lesson's; beside them stand those that the reader trained and those of this machine, as far as they
    meet its requirements (ui/frame/model_choice.py). `first` is the prompt where the link has none. Where the model
    that is asked for cannot be read, the first one that can takes its place, and a notice says why. Of a prompt of more
    than `limit` tokens the beginning is taken, or with `keep_end` the end.
    """
    words = language.words("ui")
    asked_for = st.query_params.get("model")
    named, models = models, choices(asked_for, models, requires)
    asked = asked_for if asked_for in models else models[0]
    if user_models.is_name(asked):
        first = user_models.example(asked)
    linked = plain_lines(st.query_params.get("prompt", first))
    if len(linked) > CHARACTERS:
        st.session_state.typed = len(linked)
    prompt = _restore("prompt", within(linked, keep_end))
    quiet = {"label_visibility": "collapsed", "on_change": _store}
    line = st.container(key="bar", horizontal=True, gap=None)
    found, problems = _readable((asked, *models), words)
    _restore("model", found or asked)
    with line:
        show = partial(model_choice.title, words=words, unreadable=set(problems))
        typed = {"accept_new_options": can_be_typed(requires), "args": ("model", models[0])}
        st.selectbox(words.text("model"), models, key=url_state.keep("model"), format_func=show, **typed, **quiet)
        how = {"key": "prompt", "height": "content", "args": ("prompt", first, keep_end)}
        source = st.text_area(words.text("prompt"), prompt, **how, **quiet)
        count = st.empty()
        # Nothing hangs on the button: to press it is to leave the input, and that stores the prompt.
        st.button(words.text("run"), key="run", type="primary")
    if not found:
        _broken(problems, words)
    loaded = cache.bundle(found)
    if notice := model_choice.refusal(asked_for, named, requires, loaded.card.title, words):
        st.html(markup.notice(notice))
    if problems:
        st.html(markup.notice(model_choice.unreadable(asked, problems[asked], loaded.card.title, words)))
    count.html(_counter(words, loaded, 0, limit))
    if problem := problem_with(source):
        st.html(markup.notice(words(problem, text=with_marks(source)), role="alert"))
        if problem == "prompt-control":
            st.button(words.text("prompt-clean"), key="clean", on_click=_clean, args=(source,))
        st.stop()
    ids = loaded.tokenizer.encode(source)
    if user_models.is_name(found) and loaded.tokenizer.decode(ids) != source:
        known = markup.user_text("".join(sorted(loaded.tokenizer.strings(list(range(len(loaded.tokenizer)))))))
        source = user_models.example(found)
        about = {"title": loaded.card.title, "known": known, "example": markup.user_text(source)}
        st.html(markup.notice(words("prompt-unknown", **about)))
        ids = loaded.tokenizer.encode(source)
    count.html(_counter(words, loaded, len(ids), limit))
    text = loaded.tokenizer.cut(source, limit, keep_end=keep_end)
    kept = loaded.tokenizer.encode(text)
    if notice := cut_notice(words, source, text, len(kept), len(ids), keep_end):
        st.html(markup.notice(notice))
    return Prompt(found, loaded, source, kept, text)


def _restore(key: str, value: str) -> str:
    """What the link says goes into the widget, and a half-typed prompt is left alone while the link says the same."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value
    return value


def _store(key: str, default: str, keep_end: bool = False) -> None:
    """Into the link, cut: a pasted book must become neither a link of 100,000 characters nor a page that hangs."""
    value = st.session_state[key]
    if key == "prompt":
        value = plain_lines(value)
        st.session_state.typed = len(value)
    if value == default:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = within(value, keep_end)


def plain_lines(text: str) -> str:
    """With one character for the end of a line, whatever system it was written on."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def within(text: str, keep_end: bool = False) -> str:
    """What a link may carry of it."""
    return text[-CHARACTERS:] if keep_end else text[:CHARACTERS]


def problem_with(text: str) -> str | None:
    if not text:
        return "prompt-empty"
    if not text.strip():
        return "prompt-blank"
    if any(map(_controls, text)):
        return "prompt-control"
    return None


def _controls(character: str) -> bool:
    return unicodedata.category(character) == "Cc" and character != "\n"


def with_marks(text: str) -> Markup:
    """A text whose control characters are seen."""
    parts = (Markup("<mark>{}</mark>").format(visible(c.encode())) if _controls(c) else Markup.escape(c) for c in text)
    return markup.user_text(Markup().join(parts))


def _clean(text: str) -> None:
    """Takes control characters out of the prompt. A tab parts words: it becomes a space."""
    st.query_params["prompt"] = "".join(c for c in text.replace("\t", " ") if not _controls(c))


def _counter(words: language.Words, bundle: Bundle, tokens: int, limit: int) -> Markup:
    """How many tokens a prompt has, and how many it may have; and the model's card. While it is typed the browser
    goes on counting (ui/server/browser/prompt.js)."""
    said = words.text("tokens" if tokens <= limit else "tokens-over", n=tokens, limit=limit) if tokens else ""
    texts = words.all("tokens", "tokens-over")
    return _COUNTER(model=bundle.card.name, limit=limit, texts=texts, said=said, card=model_card.menu(bundle))


def cut_notice(words: language.Words, source: str, text: str, kept: int, tokens: int, keep_end: bool) -> Markup:
    """What was left out, as HTML; empty when nothing was. `text`: what is left of `source`, with `kept` of its
    `tokens`."""
    notice = Markup()
    if len(text) < len(source):
        rest = source.removesuffix(text).strip() if keep_end else source.removeprefix(text).strip()
        shown = rest if len(rest) <= SHOWN else f"…{rest[-SHOWN:]}" if keep_end else f"{rest[:SHOWN]}…"
        notice += words(
            "cut-tokens-end" if keep_end else "cut-tokens",
            kept=kept,
            cut=tokens - kept,
            rest=markup.user_text(shown),
        )
    if len(source) == CHARACTERS < st.session_state.get("typed", 0):
        section = "cut-characters-end" if keep_end else "cut-characters"
        notice += words(section, kept=CHARACTERS, typed=words.number(st.session_state.typed))
    return notice


def _readable(names: tuple[str, ...], words: language.Words) -> tuple[str | None, dict[str, ModelUnavailable]]:
    """The first of these models that can be read, and why those before it cannot."""
    waiting, problems = st.empty(), {}
    for name in dict.fromkeys(names):
        if name not in st.session_state.setdefault("read", set()):  # the first visitor of a server may have to wait
            waiting.html(markup.note(words.inline("model-loading"), live=True))
        try:
            cache.bundle(name)
        except ModelUnavailable as problem:
            problems[name] = problem
            continue
        finally:
            waiting.empty()
        st.session_state.read.add(name)
        return name, problems
    return None, problems


def _broken(problems: dict[str, ModelUnavailable], words: language.Words) -> NoReturn:
    """Says of every model why it cannot be read, and ends the page."""
    head = words.inline("model-unavailable" if len(problems) == 1 else "models-unavailable")
    ours = [(name, problem) for name, problem in problems.items() if name in zoo.ENTRIES]
    reasons = [words("model-file", **about(x, why)) + words(f"remedy-{remedy(x, why)}") for x, why in ours]
    section = Markup('<section class="broken" role="alert"><h2>{}</h2>{}</section>')
    st.html(section.format(head, Markup().join(reasons)))
    st.stop()
