"""What strangers may put into a prompt and a link: 5,000 of each through every function that reads them. No exception,
and no markup of theirs. Whole pages: test_hostile_pages.py."""

from itertools import cycle, islice
from random import Random
from types import SimpleNamespace
from urllib.parse import quote_plus

import pytest
import streamlit as st
from hypothesis import Phase, given, settings
from hypothesis import strategies as some
from streamlit.runtime.state.query_params import QueryParams

from model import transformer
from model.what_if import experiment
from tests.support.hostile import CORPUS, LONG, READ, SHORT, UNSEEN, Found
from ui.frame import prompt_bar
from ui.frame.prompt_bar import CHARACTERS
from ui.kit import cache, language, url_state
from ui.kit import markup as html
from ui.lessons.encoders import readings as encoders
from ui.lessons.packing import batch, row
from ui.lessons.positions import readings as positions
from ui.lessons.positions import view as positions_view
from ui.lessons.ring import readings as ring
from ui.lessons.ring import view as ring_view
from ui.lessons.sparse import readings as sparse
from ui.lessons.step_by_step import generation
from ui.lessons.switchboard import view as switchboard
from ui.lessons.table import view as table
from ui.lessons.tokens import readings

MODELS = ("smollm2", "minilm", "experts")
TIMES = 5_000
SOME = 15  # of the parameters, in one link
EACH = 50  # in one example: hypothesis costs more than what is tested
# without hypothesis' explanations, which trace every line
SURE = settings(
    max_examples=TIMES // EACH, deadline=None, derandomize=True, database=None, phases=[Phase.generate, Phase.shrink]
)

TEXTS = some.lists(some.text(max_size=40), min_size=4, max_size=4)


def mixed(texts, random):
    """Pieces of the corpus and of these texts, put together; few long ones, which take their time to be unquoted."""
    pieces = random.choices(SHORT, k=2 * EACH - 2) + random.choices(LONG, k=2) + random.choices(texts, k=EACH)
    random.shuffle(pieces)
    return ["".join(pieces[i : i + 3]) for i in range(0, len(pieces), 3)]


# ---- prompts


@SURE
@given(TEXTS, some.integers(0, 2**32))
@pytest.mark.slow
def test_a_hostile_prompt_is_refused_or_read(texts, seed):
    for text in mixed(texts, Random(seed)):
        read(text)


@pytest.mark.parametrize("before, after", [("", ""), ("The dog ", " it"), ("\u202e", "{}"), ("<p>", "\x00")])
def test_the_corpus_as_a_prompt(before, after):
    for text in CORPUS:
        read(before + text + after)


LINE = "\n"


def read(text):
    """The way of a prompt in ui/frame/prompt_bar.py, with every tokenizer, and of its text and its tokens to HTML."""
    text = text[:CHARACTERS]
    words = language.Words("en", "ui")
    typed = Found(html.user_text(text) + html.inline("*{x}* `{x}`", x=text))
    assert [tag for tag, _ in typed.tags] == [
        "bdi",
        "em",
        "code",
    ] and typed.text == f"{text.replace(LINE, '⏎')}{text} {text}"
    if prompt_bar.problem_with(text):
        return
    for name in MODELS:
        tokenizer = cache.bundle(name).tokenizer
        ids = tokenizer.encode(text)
        part = tokenizer.cut(text, 32)
        kept = tokenizer.encode(part)
        assert len(kept) <= 32 and text.encode(errors="replace").decode().startswith(part)
        tokens = tokenizer.strings(kept)
        assert not set("".join(tokens)) & set(UNSEEN)
        notice = prompt_bar.cut_notice(words, text, part, len(kept), len(ids), keep_end=False)
    chips = Found("".join(map(html.chip, tokens)))
    assert [tag for tag, _ in chips.tags] == ["span"] * (len(tokens) + sum(x.startswith("·") for x in tokens))
    assert chips.text == "".join(tokens)
    assert {tag for tag, _ in Found(notice).tags} <= {"p", "bdi", "em", "strong"}


# ---- links


@pytest.fixture(scope="module")
def stand_in():
    """What a lesson hands on, without a page."""
    bundle = cache.bundle("experts")
    ids = bundle.tokenizer.encode(prompt_bar.DEFAULT)
    trace = transformer.run(bundle.model, ids, bundle.tokenizer.strings(ids))
    values = {"bundle": bundle, "ids": ids, "text": prompt_bar.DEFAULT, "model": "experts"}
    return SimpleNamespace(**values, trace=lambda *_: trace)


def readers(page):
    """For every lesson that reads its link by a function of its own: the function, and what its result must be.
    The others bind their widgets to the link by Streamlit, and are seen in the pages below."""
    trace, setting = page.trace(None), experiment.Setting(page.bundle.model.config, page.bundle.tokenizer, (1, 2), (3,))
    layers, (heads, places) = range(len(trace.layers)), map(range, trace.layers[0].pattern.shape[:2])
    pieces = [page.bundle.tokenizer.bytes(id) for id in page.ids]

    def look(found):
        return found.layer in layers and (found.head in heads or found.head == encoders.MEAN)

    return {
        "language": (language.code, lambda found: found in ("en", "it")),
        "tokens": (lambda: readings.chosen({}, url_state.count("token"), pieces), lambda found: found in places),
        "temperature": (
            lambda: generation.fit_temperature(st.query_params.get("temperature")),
            lambda found: 0 <= found <= generation.HOTTEST,
        ),
        "seed": (
            lambda: generation.fit_seed(st.query_params.get("seed")),
            lambda found: isinstance(found, int) and 0 <= found <= generation.LAST_SEED,
        ),
        "sparse": (lambda: sparse.linked_choice(st.query_params), lambda found: found in (*sparse.ALL, sparse.START)),
        "ring": (
            lambda: ring_view.current_choice(trace),
            lambda found: found.layer in layers and found.devices in ring.DEVICES,
        ),
        "switchboard": (
            lambda: url_state.bind("switch", switchboard.SWITCHES, switchboard.FIRST) and st.session_state["switch"],
            lambda found: found in switchboard.SWITCHES,
        ),
        "left out": (lambda: url_state.invalid_params({}, page), lambda found: "prompt" not in dict(found)),
        "positions": (
            lambda: positions_view.current_place(page, trace),
            lambda found: found.key <= found.query in places,
        ),
        "packing": (lambda: batch.chosen_method(None), lambda found: found in batch.METHODS),
        "packed": (row.linked_choice, lambda found: all(isinstance(value, int | None) for value in found.values())),
        "table": (lambda: table.typed_values("Mixtral 8x7B"), lambda found: set(found) <= table.EDITABLE),
        "encoders": (lambda: encoders.start("encoder", trace, st.query_params), look),
        "order": (
            lambda: positions.linked_order(st.query_params),
            lambda found: found[0] in ("swap", "shuffle") and 0 <= found[1] < 10_000,
        ),
        "what-if": (
            lambda: experiment.from_text(st.query_params.get("edits", ""), "", setting)[0],
            lambda found: experiment.from_text(str(found), "", setting) == (found, []),
        ),
    }


@SURE
@given(texts=TEXTS, seed=some.integers(0, 2**32))
@pytest.mark.slow
def test_a_hostile_link_is_ignored_or_read(stand_in, texts, seed):
    """Every link holds some of the parameters that are read, one of them twice, each with another of these values."""
    random = Random(seed)
    values = mixed(texts, random)
    with pytest.MonkeyPatch.context() as patch:
        for i in range(EACH):
            names = random.sample(READ, SOME)
            open_link(patch, zip([*names, names[0]], islice(cycle(values), i, None), strict=False))
            check(stand_in)


@pytest.mark.parametrize("shift", range(3))
def test_the_corpus_in_a_link(stand_in, shift, monkeypatch):
    """Every value once in every parameter that is read."""
    for value in CORPUS[shift::3]:
        open_link(monkeypatch, ((name, value) for name in READ))
        check(stand_in)


def open_link(patch, pairs):
    """The link as Streamlit reads it; a lone surrogate arrives as a question mark."""
    asked = QueryParams()
    asked.populate_from_query_string("&".join(f"{name}={quote_plus(value, errors='replace')}" for name, value in pairs))
    patch.setattr(st, "query_params", asked)
    patch.setattr(st, "session_state", {})
    patch.setattr(st, "context", SimpleNamespace(locale="en"))


def check(page):
    for name, (function, good) in readers(page).items():
        found = function()
        assert good(found), (name, found)
