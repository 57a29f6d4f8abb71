"""The table of a model, its areas, what follows from it, and another model beside it."""

import re

import streamlit as st
from markupsafe import Markup

from model import zoo
from model.config import Config
from model.weights.published import MODELS
from model.zoo import ModelUnavailable
from ui.frame import quiz
from ui.frame.page import Page
from ui.kit import markup, url_state
from ui.kit.language import Words
from ui.kit.mounting import mount
from ui.lessons.table import drawing, parse, questions, results, sums
from ui.lessons.table.drawing import Table
from ui.lessons.table.parse import EDITABLE, OWN, TableError, configuration, title

FIRST = "Llama 3.1 8B"
REPORTED = 128_000  # tokens of Llama 3 in "The Llama 3 Herd of Models", table 3
NONE = "none"
LENGTHS = tuple(2**power for power in range(10, 21))  # 1,024 to 1,048,576 tokens
PASTED = 50_000  # characters
EDITS = r"(\w+):([\w.-]+)"
LINK = {
    "table-of": url_state.one_of(*MODELS, *zoo.ENTRIES, OWN),
    "beside": url_state.one_of(NONE, *MODELS, *zoo.ENTRIES),
    "tokens": url_state.matching("\\d{1,4}[kM]"),
    "edit": url_state.matching(rf"{EDITS}(,{EDITS})*"),
    "config": url_state.text(),
}
# The configuration of TinyLlama 1.1B (Apache-2.0), to start from.
EXAMPLE = """{
  "model_type": "llama",
  "vocab_size": 32000,
  "hidden_size": 2048,
  "intermediate_size": 5632,
  "num_hidden_layers": 22,
  "num_attention_heads": 32,
  "num_key_value_heads": 4,
  "max_position_embeddings": 2048,
  "rms_norm_eps": 1e-05,
  "hidden_act": "silu",
  "tie_word_embeddings": false
}"""


@st.fragment
def show_table(page: Page) -> None:
    """The table with its areas and results, then the sums and the question that depend on it."""
    words = page.words
    with st.container(key="table-choice", horizontal=True, vertical_alignment="bottom", gap="medium"):
        name, other, tokens = _choose(words)
    try:
        published = _pasted(words) if name == OWN else configuration(name)
        beside = configuration(other) if other != NONE else None
    except TableError as problem:
        page.notice(drawing.sentence(problem, words), role="alert")
        return
    except ModelUnavailable as problem:
        page.notice(words("unavailable", file=problem.field), role="alert")
        return
    own = words.text("own-name")
    table = _changed(name, own if name == OWN else title(name, words), published)
    shown = words.text("edited", model=table.name) if table.config != published else table.name
    pair = {shown: table.config}
    if beside:
        second = title(other, words)
        pair[words.text("as-published", model=second) if second == table.name else second] = beside
    if beyond := [
        words(
            "beyond-own" if name == OWN and model == shown else "beyond",
            model=markup.user_text(model),
            context=words.number(config.context),
        )
        for model, config in pair.items()
        if tokens > config.context
    ]:
        page.notice(Markup().join(beyond))
    data = drawing.drawn(table, pair, tokens, words)
    mount(page, "table", "table", {**data, "model": name}, columns=results.table(pair, words), reports=("edits",))
    sums.show_sums(page, shown, pair, tokens)
    quiz.predict(f"doubled-{table.config}", questions.doubled(shown, table.config, words))


def show_vocabulary(page: Page) -> None:
    """What is often said of the vocabulary of Llama 3, beside its table."""
    config, number = MODELS[FIRST], page.words.number
    special = config.vocab_size - REPORTED
    parameters = special * config.width * (1 if config.tied else 2)
    counts = {"said": REPORTED, "rows": config.vocab_size, "special": special, "parameters": parameters}
    page.said("said-vocabulary", **{name: number(n) for name, n in counts.items()})


def _choose(words: Words) -> tuple[str, str, int]:
    known = (*MODELS, *(name for name in zoo.ENTRIES if name not in zoo.SWITCHBOARD))
    shown = {"format_func": lambda name: title(name, words), "width": 250}
    of, beside = url_state.bind("table-of", (*known, OWN), FIRST), url_state.bind("beside", (NONE, *known), NONE)
    name = st.selectbox(words.text("model"), (*known, OWN), **shown, **of)
    other = st.selectbox(words.text("beside"), (NONE, *known), **shown, **beside)
    slider = {"format_func": _short, "bind": "query-params", "width": 300}
    return name, other, st.select_slider(words.text("tokens"), LENGTHS, LENGTHS[3], key="tokens", **slider)


def _short(tokens: int) -> str:
    return f"{tokens >> 20}M" if tokens >= 1 << 20 else f"{tokens >> 10}k"


def _pasted(words: Words) -> Config:
    """Of the pasted text, which outlives a look at another model: the state of an input that is not drawn does not."""
    if "pasted" not in st.session_state and "table-pasted" in st.session_state:
        st.session_state.pasted = st.session_state["table-pasted"]
    state = url_state.bind_text("pasted", EXAMPLE, "config")
    text = st.text_area(words.text("paste"), height=330, max_chars=PASTED, **state)
    st.session_state["table-pasted"] = text
    if text == EXAMPLE:
        st.html(markup.note(words.inline("paste-example")))
    return parse.pasted(text)


# ---- rows that the reader changed


def _changed(name: str, shown: str, published: Config) -> Table:
    """The reader's changes, else the link's. Where they do not fit, the last ones that did, and what is wrong."""
    typed = typed_values(name)
    fitting = st.session_state.setdefault("table-kept", {})
    try:
        config = parse.edited(published, typed)
    except TableError as problem:
        return Table(shown, published, parse.edited(published, fitting.get(published, {})), typed, problem)
    st.session_state["table-kept"] = {published: typed}
    differing = {row: text for row, text in typed.items() if parse.rows(config)[row] != parse.rows(published)[row]}
    return Table(shown, published, config, differing)


def typed_values(name: str) -> dict[str, str]:
    reported = st.session_state.get("table", {}).get("edits")
    if reported:
        rows = reported["rows"] if reported["model"] == name else {}
        return {row: str(text) for row, text in rows.items() if row in EDITABLE}
    linked = dict(re.findall(EDITS, st.query_params.get("edit", "")[:600]))
    rows = {row: text for row, text in linked.items() if row in EDITABLE}
    try:
        parse.edited(configuration(name), rows)
    except (KeyError, TableError, ModelUnavailable):  # a damaged link is ignored, and a pasted table is in none
        return {}
    return rows
