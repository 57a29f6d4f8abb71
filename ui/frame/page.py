"""The page of a lesson, as the lesson sees it: words, model, prompt, and the kinds of text that a page has."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import streamlit as st
from markupsafe import Markup

from ui.kit import cache, language, markup, token_names
from ui.server import admission

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from model.edits import Edit
    from model.trace import Trace
    from model.zoo import Bundle


@dataclass(frozen=True)
class Page:
    words: language.Words  # of this lesson: words("section", **values) is HTML
    model: str
    bundle: "Bundle"  # None where a lesson asks for no prompt
    text: str  # the prompt, cut to the lesson's limit
    ids: list[int]
    source: str = field(repr=False)  # what was typed, uncut
    requeue: Callable[[admission.OnWait], None] = field(default=lambda tell: None, repr=False)

    @property
    def lang(self) -> str:
        return self.words.lang

    @property
    def tokens(self) -> list[str]:
        """The tokens as they are shown: a space as "·"."""
        return self.bundle.tokenizer.strings(self.ids)

    @property
    def names(self) -> list[str]:
        """The same, with an index where a token occurs more than once."""
        return token_names.distinct(self.tokens)

    def trace(self, keep: set[str] | frozenset[str], edits: "tuple[Edit, ...]" = (), *, kept: bool = True) -> "Trace":
        """The Trace of the prompt with the fields named in `keep`: see `cache.trace`."""
        return cache.trace(self.bundle, self.ids, keep, edits, kept=kept)

    def key(self, name: str, *settings: object) -> cache.Key:
        """The key of a result (`cache.result`) that depends on model, prompt and these settings."""
        return cache.Key(name, self.bundle.card.name, tuple(self.ids), settings)

    def within(self, slug: str) -> "Page":
        """The same prompt and model with the words of another lesson: for its questions, where they are asked again."""
        return replace(self, words=language.words(slug))

    def heading(self, section: str, *body: Markup, level: int = 2, **values: object) -> None:
        """A heading, filled in with `values`, and what follows it at once. A link leads to it: #at- and the section,
        without "-title" at its end. The lesson's contents list it (ui/server/browser/contents.js)."""
        title, place = self.words.inline(section, **values), re.sub(r"-(title|heading)$", "", section)
        head = Markup('<h{0} id="at-{1}" tabindex="-1">{2}</h{0}>').format(level, place, title)
        st.html(head + Markup().join(body))

    def said(self, section: str, **values: object) -> None:
        """A box: what is often said, what was measured here, and who is right when."""
        label = language.words("ui").inline("said")
        box = Markup('<aside class="said"><p class="eyebrow">{}</p>{}</aside>')
        st.html(box.format(label, self.words(section, **values)))

    def read(self, sentence: Markup) -> None:
        """The sentence that reads a figure aloud."""
        st.html(markup.read(sentence))

    def note(self, sentence: Markup, *, live: bool = False) -> None:
        """A small remark; with `live` screen readers say it when it comes."""
        st.html(markup.note(sentence, live=live))

    def notice(self, sentence: Markup, *, role: str = "status") -> None:
        """A sentence about what was asked for and cannot be done, or not wholly."""
        st.html(markup.notice(sentence, role=role))

    def yield_slot(self) -> None:
        """Releases the render slot and queues again, so that other sessions get their first paint before more work."""
        waiting, tell = waiting_sign()
        self.requeue(tell)
        waiting.empty()


def waiting_sign() -> tuple["DeltaGenerator", admission.OnWait]:
    """A place that can say how many others come first."""
    place, words = st.empty(), language.words("ui")

    def tell(ahead: int) -> None:
        place.html(markup.note(words.inline("turn-one" if ahead == 1 else "turn", n=ahead), live=True))

    return place, tell
