"""Which tokens of a prompt mean something by themselves, and the attention weight that a page opens with."""

import re
from collections.abc import Sequence
from functools import cache

import numpy as np

import content
from model.analysis import attention
from model.trace import Trace
from model.zoo import Bundle


def special(bundle: Bundle, trace: Trace) -> np.ndarray:
    """(T,) bool: tokens that the model puts around a text."""
    return np.isin(trace.token_ids, list(bundle.tokenizer.special))


def content_words(tokens: Sequence[str]) -> np.ndarray:
    """(T,) bool: words that mean something by themselves, as far as a list of the others can tell."""
    others = listed("pronouns") | listed("function-words")
    return np.array([attention.bare(token) not in others and any(map(str.isalnum, token)) for token in tokens])


def language_of(text: str, usual: str) -> str:
    """The language with most of its function words in a text; the usual one where that does not tell."""
    found = re.findall(r"\w+", text.lower())
    counts = {lang: sum(word in _words(lang, "function-words") for word in found) for lang in content.LANGUAGES}
    most = max(counts.values())
    likely = [lang for lang, count in counts.items() if count == most]
    return likely[0] if len(likely) == 1 else usual


def start_cell(bundle: Bundle, trace: Trace) -> attention.Cell:
    """The last token, and the head with the largest weight from it on its target. Needs mask and pattern."""
    return attention.strongest(trace, content_words(trace.tokens), special(bundle, trace))


@cache
def listed(section: str) -> frozenset[str]:
    """A list of words, of both languages: the prompt may be in the one that the page is not in."""
    return frozenset().union(*(_words(lang, section) for lang in content.LANGUAGES))


@cache
def _words(lang: str, section: str) -> frozenset[str]:
    return frozenset(content.load(lang, "attention")[section].split())
