"""Lesson 13: the table of a model, its areas, what follows from it, and another model beside it."""

import re
from dataclasses import dataclass

import streamlit as st
from markupsafe import Markup

import content
from model import zoo
from model.arithmetic import count
from model.config import Config
from model.weights.published import MODELS
from model.zoo import ModelUnavailable
from ui.frame.page import Page
from ui.kit import language, markup, tables, url_state
from ui.kit.mounting import mount
from ui.kit.numbers import number, percent
from ui.lessons.table import parse, questions, sums
from ui.lessons.table.parse import EDITABLE, KINDS, OWN, REAL, SWITCHES, WHOLE, Problem, configuration, title
from ui.lessons.table.sums import PARTS
from viz import table as areas

FIRST = "Llama 3.1 8B"
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
# A row belongs to the parts of the area picture that grow with it.
ROWS = {
    "layers": ("attention", "mlp", "experts", "routers", "norms"),
    "width": PARTS,
    "vocab_size": ("embedding", "head"),
    "context": ("positions",),
    "heads": ("attention",),
    "kv_heads": ("attention",),
    "head_width": ("attention",),
    "mask": (),
    "window": (),
    "position": ("positions",),
    "rope_base": (),
    "rope_scaling": (),
    "mlp": ("mlp", "experts"),
    "mlp_width": ("mlp", "experts"),
    "activation": (),
    "experts": ("experts", "routers"),
    "active_experts": ("experts",),
    "norm": ("norms",),
    "norm_place": ("norms",),
    "norm_eps": (),
    "embed_norm": ("norms",),
    "bias": ("attention", "mlp", "experts"),
    "segments": ("embedding",),
    "head": ("head",),
    "tied": ("head",),
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


@dataclass(frozen=True)
class Table:
    """A model as it stands in the table: `config` with the reader's changes, `typed` what the changed rows hold."""

    name: str
    published: Config
    config: Config
    typed: dict[str, str]
    problem: Problem | None = None


@st.fragment
def section(page: Page) -> None:
    """The table with its areas and results, then the sums and the questions that depend on it."""
    words = page.words
    with st.container(key="table-choice", horizontal=True, vertical_alignment="bottom", gap="medium"):
        name, other, tokens = _choose(words)
    try:
        published = _pasted(words) if name == OWN else configuration(name)
        beside = configuration(other) if other != NONE else None
    except Problem as problem:
        st.html(f'<div class="notice" role="alert">{said(problem, words)}</div>')
        return
    except ModelUnavailable as problem:
        st.html(f'<div class="notice" role="alert">{words("unavailable", file=problem.field)}</div>')
        return
    shown = _changed(name, words.text("own-name") if name == OWN else title(name, words), published)
    pair = {shown.name: shown.config}
    if beside:
        second = title(other, words)
        pair[words.text("as-published", model=second) if second == shown.name else second] = beside
    if beyond := [
        words("beyond", model=markup.user_text(each), context=number(config.context, words.lang))
        for each, config in pair.items()
        if tokens > config.context
    ]:
        st.html(f'<div class="notice" role="status">{"".join(beyond)}</div>')
    data = _drawn(shown, pair, tokens, words)
    mount(page, "table", "table", {**data, "model": name}, reports=("edits",))
    tables.twin(sums.twin(pair, words), "parameters")
    sums.section(shown.name, pair, tokens, words)
    questions.doubled(shown.name, shown.config, words)


def _choose(words: language.Words) -> tuple[str, str, int]:
    known = (*MODELS, *(name for name in zoo.ENTRIES if name not in zoo.SWITCHBOARD))
    shown = {"format_func": lambda name: title(name, words), "width": 250}
    of, beside = url_state.bind("table-of", (*known, OWN), FIRST), url_state.bind("beside", (NONE, *known), NONE)
    name = st.selectbox(words.text("model"), (*known, OWN), **shown, **of)
    other = st.selectbox(words.text("beside"), (NONE, *known), **shown, **beside)
    dial = {"format_func": _short, "bind": "query-params", "width": 300}
    return name, other, st.select_slider(words.text("tokens"), LENGTHS, LENGTHS[3], key="tokens", **dial)


def _short(tokens: int) -> str:
    return f"{tokens >> 20}M" if tokens >= 1 << 20 else f"{tokens >> 10}k"


def _pasted(words: language.Words) -> Config:
    """Of the pasted text, which outlives a look at another model: the state of an input that is not drawn does not."""
    if "pasted" not in st.session_state and "table-pasted" in st.session_state:
        st.session_state.pasted = st.session_state["table-pasted"]
    text = st.text_area(
        words.text("paste"), height=330, max_chars=PASTED, **url_state.bind_text("pasted", EXAMPLE, "config")
    )
    st.session_state["table-pasted"] = text
    return parse.pasted(text)


def said(problem: Problem, words: language.Words, row: bool = False) -> Markup:
    """The problem in one sentence. A `row` is called by its name in the reader's language, a setting of a file as it
    is written there."""
    values = {
        name: number(value, words.lang) if isinstance(value, int) else value for name, value in problem.values.items()
    }
    if row:
        values["field"] = words.text(f"row-{values['field']}")
    return words.inline(problem.section, **{name: markup.user_text(value) for name, value in values.items()})


# ---- rows that the reader changed


def _changed(name: str, shown: str, published: Config) -> Table:
    """The reader's changes, else the link's. Where they do not fit, the last ones that did, and what is wrong."""
    typed = _typed(name)
    kept = st.session_state.setdefault("table-kept", {})
    try:
        config = parse.edited(published, typed)
    except Problem as problem:
        return Table(shown, published, parse.edited(published, kept.get(published, {})), typed, problem)
    st.session_state["table-kept"] = {published: typed}
    return Table(
        shown, published, config, {row: text for row, text in typed.items() if _differs(row, config, published)}
    )


def _differs(row: str, config: Config, other: Config) -> bool:
    return parse.rows(config)[row] != parse.rows(other)[row]


def _typed(name: str) -> dict[str, str]:
    reported = st.session_state.get("table", {}).get("edits")
    if reported:
        rows = reported["rows"] if reported["model"] == name else {}
        return {row: str(text) for row, text in rows.items() if row in EDITABLE}
    linked = dict(re.findall(EDITS, st.query_params.get("edit", "")[:600]))
    rows = {row: text for row, text in linked.items() if row in EDITABLE}
    try:
        parse.edited(configuration(name), rows)
    except (KeyError, Problem, ModelUnavailable):  # a damaged link is ignored, and a pasted table is in none
        return {}
    return rows


# ---- what the component draws


def _drawn(shown: Table, pair: dict[str, Config], tokens: int, words: language.Words) -> dict:
    configs = list(pair.values())
    counts = [count(config) for config in configs]
    present = [part for part in PARTS if any(getattr(each, part) for each in counts)]
    scale = max(each.total for each in counts)
    rows = [_row(name, shown, configs, words) for name in ROWS if _shown(name, configs)]
    return {
        "names": list(pair),
        "rows": rows,
        "edited": dict(shown.typed),
        "problem": _problem(shown.problem, words),
        "results": sums.results(configs, tokens, words),
        "parts": [
            {
                "part": part,
                "label": words.text(f"part-{part}"),
                "counts": [sums.in_full(getattr(each, part), words.lang) for each in counts],
                "shares": [percent(getattr(each, part) / each.total, words.lang) for each in counts],
            }
            for part in present
        ],
        "areas": [
            {
                "side": (each.total / scale) ** 0.5,
                "model": _boxes(areas.model(vars(each), config.layers, *_experts(config))),
                "layer": _boxes(areas.layer(sums.matrices(config, words), *_experts(config))),
                "of": sums.in_full(sums.one_layer(config), words.lang),
                "share": (sums.one_layer(config) / max(map(sums.one_layer, configs))) ** 0.5,
                "layers": number(config.layers, words.lang),
                "total": sums.in_full(each.total, words.lang),
            }
            for config, each in zip(configs, counts, strict=True)
        ],
        "lang": words.lang,
        "words": content.load(words.lang, "table"),
    }


def _problem(problem: Problem | None, words: language.Words) -> dict | None:
    return problem and {"field": problem.values["field"], "html": str(said(problem, words, row=True))}


def _experts(config: Config) -> tuple[int, int]:
    return (config.experts, config.active_experts) if config.experts else (0, 0)


def _boxes(boxes: list[areas.Box]) -> list[list]:
    return [
        [box.part, *(round(x, 6) for x in (box.x, box.y, box.width, box.height)), box.label, box.idle] for box in boxes
    ]


def _shown(name: str, configs: list[Config]) -> bool:
    """Whether a row says anything about one of the models."""
    return any(
        {
            "window": config.window,
            "rope_base": config.position == "rotary",
            "rope_scaling": config.position == "rotary" and config.rope_scaling,
            "experts": config.experts,
            "active_experts": config.experts,
            "segments": config.segments,
            "tied": config.head,
        }.get(name, True)
        for config in configs
    )


def _row(name: str, shown: Table, configs: list[Config], words: language.Words) -> dict:
    value = parse.rows(configs[0])[name]
    # as they are read: a GGUF file keeps 1e-5 in 32 bits, which is not quite the same
    apart = _differs(name, configs[0], configs[-1]) and len({_cell(name, each, words) for each in configs}) > 1
    row = {
        "name": name,
        "parts": ROWS[name],
        "value": shown.typed.get(name, _raw(value)),
        "published": _cell(name, shown.published, words),
        "edited": name in shown.typed,
        "differs": apart,
        "other": _cell(name, configs[1], words) if len(configs) > 1 else None,
    }
    if name in KINDS or name in SWITCHES:
        choices = KINDS.get(name, (True, False))
        return row | {"kind": "choice", "choices": [[_raw(x), _said(name, x, words)] for x in choices]}
    if value is None or not _shown(name, configs[:1]) or name not in (*WHOLE, *REAL):
        return row | {"kind": "fixed", "value": _cell(name, configs[0], words)}
    return row | {"kind": "whole" if name in WHOLE else "real"}


def _cell(name: str, config: Config, words: language.Words) -> str:
    return _said(name, parse.rows(config)[name] if _shown(name, [config]) else None, words)


def _raw(value) -> str:
    """As it stands in an input or in the link."""
    if isinstance(value, float):
        return f"{value:.0f}" if value == int(value) else f"{value:.3g}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _said(name: str, value, words: language.Words) -> str:
    """A value as it is read."""
    if isinstance(value, bool):
        return words.text("yes" if value else "no")
    if value is None:
        return words.text("nothing")
    if name in KINDS:
        return words.text(f"is-{value}")
    if name == "rope_scaling":
        scaling = dict(value)
        return words.text("scaling", kind=scaling["rope_type"], factor=number(scaling.get("factor", 1), words.lang))
    return number(int(value) if value == int(value) else value, words.lang)
