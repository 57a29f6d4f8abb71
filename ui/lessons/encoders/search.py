"""Lesson 14: sentences as vectors, their cosines, three searches in a list, and the list as a map."""

import re
import time
import zlib
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st
from markupsafe import Markup

import content
from model.analysis import retrieval
from ui import components
from ui.frame import quiz
from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit import cache, figures, language, listing, markup, numbers, tables, url_state
from ui.kit.mounting import mount
from ui.kit.numbers import number, percent
from viz import bars
from viz import encoders as charts

LINES = 24  # of the list that are used; more, and no cell of the matrix can be hit with a finger
CHARACTERS = 10_000  # of a line; more than the tokens that MiniLM can read
SHOWN = 140  # characters of a sentence
TOP = 5  # sentences of each search
FOUND = 10  # that the keyword search hands on
TERMS = 3  # of a long sum, written out
EXAMPLES = ("word", "meaning", "number")
PAIR = r"(\d{1,2})-(\d{1,2})"
LINK = {"sentences": url_state.text(), "pair": url_state.matching(PAIR), "query": url_state.text(300)}
SOURCE = (retrieval.sentence_vector, retrieval.keyword_scores, retrieval.rerank)
TWINS = "A dog runs after a ball in the park.", "Un cane rincorre una palla nel parco."
FILM = (  # English in both languages: MiniLM was trained on it
    "The film was good.",
    ("I enjoyed watching it.", "The film was not good.", "A wonderful movie!", "The meal was good."),
)


@dataclass(frozen=True)
class Shelf:
    """The sentences with their vectors (n, D)."""

    texts: list[str]
    vectors: np.ndarray

    def short(self, i: int) -> Markup:
        return markup.user_text(clipped(self.texts[i]))

    @property
    def key(self) -> int:
        return zlib.crc32("\n".join(self.texts).encode(errors="replace"))

    @property
    def cosines(self) -> np.ndarray:
        return self.vectors @ self.vectors.T


@dataclass(frozen=True)
class Hits:
    """What three searches find. Indices of sentences, the best first; scores (n,) of all."""

    keywords: list[int]
    nearest: list[int]
    reranked: list[int]
    scores: np.ndarray
    cosines: np.ndarray


def clipped(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


@st.cache_data(max_entries=512, show_spinner=False)
def vector(text: str) -> np.ndarray:
    bundle = cache.bundle("minilm")
    return retrieval.sentence_vectors(bundle.model, bundle.tokenizer, [text])[0]


def vectors(texts: list[str], words: language.Words) -> np.ndarray:
    """One row each; a sign while it takes long."""
    waiting, start, rows = st.empty(), time.monotonic(), []
    for n, text in enumerate(texts, 1):
        if time.monotonic() - start > 0.3:
            progress = words.inline("reading-now", n=n, all=len(texts))
            waiting.html(f'<p class="note" role="status">{progress}</p>')
        rows.append(vector(text))
    waiting.empty()
    return np.stack(rows)


# ---- the list


def shelf(page: Page, bundle) -> Shelf | None:
    """The reader's list, read; None and one sentence where it is empty."""
    words, lang = page.words, page.lang
    own = url_state.bind_text(f"sentences-{lang}", words.text("sentences"), "sentences")
    typed = st.text_area(words.text("list"), height=390, persist_state="session", **own)
    texts = [line.strip()[:CHARACTERS] for line in typed.splitlines() if line.strip()]
    if not texts:
        notice(words("list-empty"))
        return None
    if len(texts) > LINES:
        notice(words("list-cut", kept=LINES, cut=number(len(texts) - LINES, lang)))
        texts = texts[:LINES]
    context = bundle.model.config.context
    if long := sum(len(bundle.tokenizer.encode(text)) > context for text in texts):
        notice(words("line-cut" if long == 1 else "lines-cut", n=long, context=context))
    return Shelf(texts, vectors(texts, words))


def notice(text: str) -> None:
    st.html(f'<div class="notice" role="status">{text}</div>')


# ---- two sentences


def closest(shelf: Shelf) -> tuple[int, int]:
    apart = np.where(np.eye(len(shelf.texts), dtype=bool), -2, shelf.cosines)
    i, j = np.unravel_index(apart.argmax(), apart.shape)
    return int(i), int(j)


def chosen(reported: object, shelf: Shelf) -> tuple[int, int]:
    match reported:
        case [int(i), int(j)] if i != j and min(i, j) >= 0 and max(i, j) < len(shelf.texts):
            return i, j
    return closest(shelf)


@st.fragment
def matrix(page: Page, bundle, shelf: Shelf) -> None:
    """All cosines, the pair chosen read aloud, and the sums behind it."""
    words, text = page.words, page.words.text
    data = components.pack(cosines=shelf.cosines)
    linked = re.fullmatch(PAIR, st.query_params.get("pair", ""))
    first = chosen([int(n) - 1 for n in linked.groups()] if linked else None, shelf)
    data |= {"part": "matrix", "lines": [clipped(line) for line in shelf.texts], "pair": first}
    data |= {"lang": page.lang, "words": content.load(page.lang, "encoders")}
    # every list has a key of its own: the pair of another one means nothing in it
    found = mount(page, "encoders", f"matrix-{shelf.key}", data, reports=("pair",))
    pair = chosen(found.pair, shelf) if found.pair else first
    about = said(shelf, pair, page.lang)
    rank = words("pair-rank", **about) if about["pairs"] > 1 else ""
    st.html(f'<div class="read">{words.inline("pair-reading", **about)}</div>{rank}')
    st.html(f"{words('pair-text')}{foreign(shelf, words)}")
    one, other = (shelf.vectors[i] for i in pair)
    named = {f"a  {pair[0] + 1}": one, f"b  {pair[1] + 1}": other, "a × b": one * other}
    figures.show(bars.strips(named, text("strip-hover")), "pair", text("strips-alt"))
    st.html(f'<p class="note">{words.inline("strips-note")}</p>{sums(bundle, shelf, pair, words)}')
    with st.container(gap=None):
        listing.show(*SOURCE[:1])
        i, j = np.triu_indices(len(shelf.texts), 1)
        lines = {text("col-one"): np.array(shelf.texts)[i], text("col-other"): np.array(shelf.texts)[j]}
        tables.twin({n: list(x) for n, x in lines.items()} | {text("col-cosine"): shelf.cosines[i, j]}, "cosines")


def said(shelf: Shelf, pair: tuple[int, int], lang: str) -> dict[str, str]:
    cosine, all_ = shelf.cosines[pair], shelf.cosines[np.triu_indices(len(shelf.texts), 1)]
    return {
        "one": shelf.short(pair[0]),
        "other": shelf.short(pair[1]),
        "cosine": number(cosine, lang),
        "rank": int((all_ > cosine + 1e-7).sum()) + 1,
        "pairs": len(all_),
        "mean": number(all_.mean(), lang),
    }


def foreign(shelf: Shelf, words: language.Words) -> str:
    """The same sentence in two languages, where the list has both."""
    if not set(TWINS) <= set(shelf.texts):
        return ""
    one, other = map(shelf.texts.index, TWINS)
    return words("foreign", one=TWINS[0], other=TWINS[1], cosine=number(shelf.cosines[one, other], words.lang))


def sums(bundle, shelf: Shelf, pair: tuple[int, int], words: language.Words) -> Markup:
    """How the first number of a vector comes about, and the cosine of both, written out."""
    show, (one, other) = partial(number, lang=words.lang), (shelf.vectors[i] for i in pair)
    ids = bundle.tokenizer.encode(shelf.texts[pair[0]])[: bundle.model.config.context]
    trace = cache.trace(bundle, ids, {"final"})
    mean, count = trace.final.mean(0), len(trace.tokens)

    def note(section: str, **values) -> str:
        return markup.span(words.inline(section, **values), "note")

    def rest(n: int) -> str:
        return f" + {words.text('more', n=number(n, words.lang))}" if n > 0 else ""

    firsts = " + ".join(bracketed(show(x)) for x in trace.final[:TERMS, 0])
    products = " + ".join(
        f"{bracketed(show(a))}·{bracketed(show(b))}" for a, b in zip(one[:TERMS], other, strict=False)
    )
    lengths, both = (np.linalg.norm(one), np.linalg.norm(other)), note("sum-lengths")
    product, width = float(one @ other), len(one)
    lines = (
        f"({firsts}{rest(count - TERMS)}) ÷ {count} = {show(mean[0])} {note('sum-mean', tokens=count)}",
        f"{show(mean[0])} ÷ {show(np.linalg.norm(mean))} = <b>{show(one[0])}</b> = a{sub(1)} {note('sum-length')}",
        f"|a| = √(a{sub(1)}² + … + a{sub(width)}²) = {show(lengths[0])}, |b| = {show(lengths[1])} {both}",
        f"a · b = {products}{rest(width - TERMS)} = {show(product)} {note('sum-product')}",
        f"cos = a · b ÷ (|a| · |b|) = <b>{show(product / (lengths[0] * lengths[1]))}</b>",
    )
    return Markup(f'<div class="arith">{"".join(f"<p>{line}</p>" for line in lines)}</div>')


def sub(index: int) -> str:
    return f"<sub>{index}</sub>"


def bracketed(shown: str) -> str:
    return f"({shown})" if shown.startswith("−") else shown


# ---- the searches


def asked(words: language.Words) -> str:
    """The query: typed, or one of the examples."""
    with st.container(key="query-row", gap="xsmall"):
        query = st.text_input(
            words.text("query"), words.text("query-word"), key="query", bind="query-params", max_chars=300
        )
        with st.container(horizontal=True, gap="small"):
            for name in EXAMPLES:
                label = {"label": words.text(f"example-{name}"), "key": f"example-{name}"}
                st.button(**label, on_click=_take, args=(words.text(f"query-{name}"),))
    st.space("small")
    return query.strip()


def _take(query: str) -> None:
    st.session_state.query = query


def hits(shelf: Shelf, query: str) -> Hits:
    scores, cosines = retrieval.keyword_scores(query, shelf.texts), shelf.vectors @ vector(query)
    by_words = [int(i) for i in np.argsort(-scores, kind="stable") if scores[i] > 0]
    nearest = np.argsort(-cosines, kind="stable").tolist()
    return Hits(by_words, nearest, retrieval.rerank(scores, cosines, FOUND).tolist(), scores, cosines)


def searches(page: Page, shelf: Shelf, query: str) -> None:
    """The three lists beside one another, read aloud."""
    words, lang, found = page.words, page.lang, hits(shelf, query)

    def column(name: str, order: list[int], scores: np.ndarray) -> dict:
        most = max(float(scores.max()), 1e-9)
        rows = [
            {"line": i + 1, "text": clipped(shelf.texts[i]), "score": number(scores[i], lang), "part": scores[i] / most}
            for i in order[:TOP]
        ]
        rows = [row | {"part": float(row["part"])} for row in rows]
        return {
            "rows": rows,
            "title": words.text(f"title-{name}"),
            "how": words.text(f"how-{name}"),
            "empty": words.text(f"empty-{name}"),
        }

    columns = [
        column("keywords", found.keywords, found.scores),
        column("nearest", found.nearest, found.cosines),
        column("reranked", found.reranked, found.cosines),
    ]
    st.html(f'<div class="read">{aloud(shelf, found, words)}</div>')
    mount(page, "encoders", "found", {"part": "found", "columns": columns})
    st.html(words("searches-text", found=len(found.keywords), all=len(shelf.texts)))
    with st.container(gap=None):
        listing.show(*SOURCE[1:])
        titles = map(words.text, ("col-sentence", "col-bm25", "col-cosine"))
        columns = shelf.texts, found.scores, found.cosines
        tables.twin(dict(zip(titles, columns, strict=True)), "search")


def aloud(shelf: Shelf, found: Hits, words: language.Words) -> Markup:
    best = found.nearest[0]
    values = {"nearest": shelf.short(best), "cosine": number(found.cosines[best], words.lang)}
    if not found.keywords:
        return words.inline("search-none", **values)
    first, after = found.keywords[0], found.reranked[0]
    values |= {
        "first": shelf.short(first),
        "score": number(found.scores[first], words.lang),
        "after": shelf.short(after),
    }
    if first == best == after:
        return words.inline("search-same", **values)
    return words.inline("search-mended" if after == best else "search-apart", **values)


# ---- the map


def plane(page: Page, shelf: Shelf, query: str) -> None:
    """The sentences, and the query with them, as points."""
    words, lang = page.words, page.lang
    rows = [*shelf.vectors, *([vector(query)] if query else [])]
    places, share = retrieval.principal_plane(np.stack(rows))
    cosines = shelf.vectors @ vector(query) if query else None
    chart = charts.plane(
        places, [clipped(text) for text in shelf.texts], query or None, cosines, partial(numbers.number, lang=lang)
    )
    about = {"share": percent(share, lang), "width": shelf.vectors.shape[1], "rest": percent(1 - share, lang)}
    if query:
        apart = np.linalg.norm(places[:-1] - places[-1], axis=-1)
        seen, near = int(apart.argmin()), int(cosines.argmax())
        about |= {"seen": shelf.short(seen), "near": shelf.short(near)}
        section = "plane-agrees" if seen == near else "plane-differs"
        st.html(f'<div class="read">{words.inline(section, **about)}</div>')
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    with left:
        figures.show(chart, "plane", words.text("plane-alt"))
    items = "".join(f"<li>{shelf.short(i)}</li>" for i in range(len(shelf.texts)))
    right.html(f'<ol class="note">{items}</ol>')
    st.html(f'<p class="note">{words.inline("plane-note")}</p>{words("plane-text", **about)}')
    with st.container(gap=None):
        listing.show(retrieval.principal_plane)
        names = [*shelf.texts, *([query] if query else [])]
        table = {
            words.text("col-sentence"): names,
            words.text("col-x"): places[:, 0],
            words.text("col-y"): places[:, 1],
        }
        tables.twin(table, "plane")


# ---- the questions


def ask_film(page: Page) -> None:
    """Which of four sentences is nearest? Words and meaning pull in different directions."""
    words, (query, options) = page.words, FILM

    def cosines() -> np.ndarray:
        return np.stack([vector(text) for text in options]) @ vector(query)

    def explain(chosen: int, right: int) -> str:
        found = cosines()
        listed = ", ".join(
            f"{words.text('quoted', text=options[i])} {number(found[i], page.lang)}" for i in np.argsort(-found)
        )
        return words("explain-film" if right == 1 else "explain-film-other", nearest=options[right], listed=listed)

    question = words.inline("question-film", query=query)
    quiz.predict("film", Question(question, list(options), lambda: int(cosines().argmax()), explain))


def ask_reranked(page: Page, shelf: Shelf) -> None:
    """What does re-ranking put first where the words of the query may not occur at all?"""
    words, query = page.words, page.words.text("query-meaning")
    options = [words.text(f"option-{name}") for name in ("vectors", "another", "nothing")]

    def answer() -> int:
        found = hits(shelf, query)
        return 2 if not found.reranked else int(found.reranked[0] != found.nearest[0])

    def explain(chosen: int, right: int) -> str:
        found = hits(shelf, query)
        values = {"nearest": shelf.short(found.nearest[0]), "cosine": number(found.cosines.max(), page.lang)}
        if found.reranked:
            values["after"] = shelf.short(found.reranked[0])
        return words(("explain-vectors", "explain-another", "explain-nothing")[right], query=query, **values)

    quiz.predict(
        f"reranked-{shelf.key}", Question(words.inline("question-reranked", query=query), options, answer, explain)
    )
