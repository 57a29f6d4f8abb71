"""What a session knows, and the only caches: models and traces, shared by all sessions because both are read-only."""

import pickle
from dataclasses import dataclass

import streamlit as st

import content
from ui.kit import markup
from ui.server import user_models


def language() -> str:
    """The reader's language: the link's, else the browser's, else English."""
    asked = st.query_params.get("lang")
    if asked in content.LANGUAGES:
        return asked
    return "it" if (st.context.locale or "").lower().startswith("it") else "en"


def mode() -> str:
    """ "light" or "dark", as the browser shows the page."""
    return st.context.theme.type or "light"


@dataclass(frozen=True)
class Words:
    """The words of one page. `words("intro", n=7)` is HTML; a section that is missing raises KeyError."""

    lang: str
    slug: str

    def __call__(self, section: str, **values) -> markup.Raw:
        return markup.render(self._section(section), **values)

    def inline(self, section: str, **values) -> markup.Raw:
        """HTML without a paragraph around it, for headings and cells."""
        return markup.inline(self._section(section), **values)

    def text(self, section: str, **values) -> str:
        """Plain text, for labels and for components (which must set it as text, never as HTML)."""
        return self._section(section).format_map(values)

    def all(self, *sections: str) -> dict[str, str]:
        """Several plain texts, placeholders left in, to hand to a component."""
        return {section: self._section(section) for section in sections}

    def _section(self, section: str) -> str:
        return content.load(self.lang, self.slug)[section]


def words(slug: str) -> Words:
    return Words(language(), slug)


def bundle(name: str):
    """The model, its tokenizer and its card. Raises model.zoo.ModelUnavailable, which is not cached."""
    return user_models.find(name) if user_models.is_name(name) else _bundle(name)


@st.cache_resource(show_spinner=False)
def _bundle(name: str):
    from model import zoo
    from ui.server import limits

    limits.check(name)
    return zoo.load(name)


bundle.clear = _bundle.clear


@st.cache_resource(max_entries=16, show_spinner=False)
def variant(name: str, **changes):
    """A model's weights, shared and not copied, under a configuration that differs in a few choices (hf.variant)."""
    from model import hf

    return hf.variant(bundle(name).model, **changes)


def trace(model_name: str, text: str, keep: frozenset[str], limit: int, edits: tuple = ()):
    """The Trace of the first `limit` tokens of `text`, holding the fields named in `keep`."""
    return _trace(model_name, text, tuple(sorted(keep)), limit, pickle.dumps(edits), edits)


@st.cache_resource(max_entries=48, show_spinner=False)  # of a class of thirty, at most 12 MB each
def _trace(model_name: str, text: str, keep: tuple[str, ...], limit: int, edits_key: bytes, _edits: tuple):
    from model import transformer

    loaded = bundle(model_name)
    ids = loaded.tokenizer.encode(text)[:limit]
    return transformer.run(loaded.model, ids, loaded.tokenizer.strings(ids), edits=_edits, keep=set(keep))


@st.cache_data(max_entries=128, show_spinner=False)  # up to five for a page, at most 1 MB each
def reading(name: str, model_name: str, ids: tuple[int, ...], limit: int, _compute):
    """What `_compute()` reads from a trace, as plain values: kept by its name, the tokens and the settings."""
    return _compute()


def mark_done(slug: str) -> None:
    done().add(slug)


def done() -> set[str]:
    """The slugs of the lessons done in this session."""
    return st.session_state.setdefault("done", set())


def record(key: str, right: bool) -> None:
    """The first answer to a question counts."""
    st.session_state.setdefault("answers", {}).setdefault(key, right)


def score() -> tuple[int, int]:
    """How many answers of this session were right, and how many there were."""
    answers = st.session_state.get("answers", {})
    return sum(answers.values()), len(answers)
