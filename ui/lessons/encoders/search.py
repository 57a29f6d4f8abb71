"""Three searches in the reader's list: by keywords, by vectors, and one after the other."""

import numpy as np
import streamlit as st
from markupsafe import Markup

from model.analysis import retrieval
from model.zoo import Bundle
from ui.frame.page import Page
from ui.kit import listing, url_state
from ui.kit.language import Words
from ui.kit.mounting import mount
from ui.lessons.encoders import maps, readings
from ui.lessons.encoders.readings import Hits, Sentences

TOP = 5  # sentences of each search
EXAMPLES = ("word", "meaning", "number")
LINK = {"query": url_state.text(300)}


def choose_query(page: Page) -> str:
    """The query: typed, or one of the examples; empty, and one sentence, where there is none."""
    words = page.words
    page.heading("search-title", words("search-intro"))
    with st.container(key="query-row", gap="xsmall"):
        example = words.text("query-word")
        query = st.text_input(words.text("query"), example, key="query", bind="query-params", max_chars=300).strip()
        with st.container(horizontal=True, gap="small"):
            for name in EXAMPLES:
                label = {"label": words.text(f"example-{name}"), "key": f"example-{name}"}
                st.button(**label, on_click=_take, args=(words.text(f"query-{name}"),))
    st.space("small")
    if not query:
        page.notice(words("query-empty"))
    return query


def _take(query: str) -> None:
    st.session_state.query = query


def show_hits(page: Page, encoder: Bundle, sentences: Sentences, query: str) -> None:
    """The three lists beside one another, read aloud. data: columns, each {title, how, empty, rows of {line from 1,
    text, score as it is written, part: of the largest score}}."""
    words, hits = page.words, readings.hits(encoder, sentences, query)

    def column(name: str, order: list[int], scores: np.ndarray) -> dict[str, object]:
        most = max(float(scores.max()), 1e-9)
        rows = [
            {
                "line": i + 1,
                "text": readings.clipped(sentences.texts[i]),
                "score": words.number(scores[i]),
                "part": float(scores[i] / most),
            }
            for i in order[:TOP]
        ]
        return {"rows": rows} | {part: words.text(f"{part}-{name}") for part in ("title", "how", "empty")}

    columns = [
        column("keywords", hits.keywords, hits.scores),
        column("nearest", hits.nearest, hits.cosines),
        column("reranked", hits.reranked, hits.cosines),
    ]
    page.read(_reading(sentences, hits, words))
    titles = map(words.text, ("col-sentence", "col-bm25", "col-cosine"))
    table = dict(zip(titles, (sentences.texts, hits.scores, hits.cosines), strict=True))
    mount(page, "encoders", "found", {"part": "found", "columns": columns}, columns=table)
    here = words("searches-here", found=len(hits.keywords), all=len(sentences.texts))
    maps.side_by_side(here, words("searches-real"))
    listing.show(retrieval.sentence_vector, retrieval.keyword_scores, retrieval.rerank)


def _reading(sentences: Sentences, hits: Hits, words: Words) -> Markup:
    nearest = hits.nearest[0]
    values = {"nearest": sentences.shown(nearest), "cosine": words.number(hits.cosines[nearest])}
    if not hits.keywords:
        return words.inline("search-none", **values)
    first, after = hits.keywords[0], hits.reranked[0]
    values |= {
        "first": sentences.shown(first),
        "score": words.number(hits.scores[first]),
        "after": sentences.shown(after),
    }
    if first == nearest == after:
        return words.inline("search-same", **values)
    return words.inline("search-mended" if after == nearest else "search-apart", **values)
