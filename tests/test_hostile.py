"""What strangers may put into a prompt and a link: 5,000 of each through every function that reads them, some through
whole pages and a browser. No exception, no markup of theirs, and nothing of one session in another."""

import re
from html.parser import HTMLParser
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
from tests.support.app_test import html_of, run_page
from tests.support.pages import PAGES, PROMPTED, ROOT
from ui.frame import prompt_bar
from ui.frame.prompt_bar import CHARACTERS
from ui.kit import cache, language, url_state
from ui.kit import markup as html
from ui.lessons.blocks import switchboard
from ui.lessons.encoders import maps
from ui.lessons.packing import batch, row
from ui.lessons.positions import rotation, tables
from ui.lessons.ring import view
from ui.lessons.sparse import view as sparse
from ui.lessons.step_by_step import generation
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

MARKUP = """
<script>hacked=1</script>
<img src=x onerror=hacked=1>
<svg/onload=hacked=1>
"><script>hacked=1</script>
'><b onmouseover=hacked=1>
</span><iframe src="javascript:hacked=1">
<a href="javascript:hacked=1">x</a>
<style>*{display:none}</style>
</textarea><script>hacked=1
<math><mtext></form><form><mglyph><style></math><img src onerror=hacked=1>
<ScRiPt >hacked=1</sCrIpT>
&lt;script&gt;hacked=1&lt;/script&gt;
&#60;script&#62; &#x3c;img&#x3e;
<base href=//evil.example>
<meta http-equiv=refresh content=0;url=//evil.example>
<!--
]]>
<x-hacked>
<b
<
"""
TEMPLATES = r"""
{0.__class__}
{0.__class__.__mro__[1].__subclasses__()}
{{7*7}} ${7*7} #{7*7} <%= 7*7 %>
{% for x in () %}
%s%s%n %(a)s
{
}
{}
{{}}
{word}{token}{n}
$x$ $$\frac{1}{0}$$
\href{javascript:hacked=1}{x}
[x](javascript:hacked=1) ![x](//evil.example/x.png)
`x` ```
# x
| a | b |
:material/home: :red[x]
"""
PLACES = r"""
../../../../etc/passwd
..\..\windows
/etc/passwd
file:///etc/passwd
%2e%2e%2f
smollm2/../x
HuggingFaceTB/SmolLM2
http://evil.example
' OR 1=1 --
"; DROP TABLE x; --
; rm -rf / $(reboot) `reboot`
=HYPERLINK("//evil.example")
() { :; };
__proto__ constructor
null
None
true
"""
NUMBERS = """
0 -1 1 00 +1 1.5 1e308 1e999 -1e999 NaN -nan inf Infinity 0x10 1_000 ٣ １２ ² ½ 9223372036854775808 2147483648 -0 1,5
1e-400 1-1 0-0 99-99 12- -12 shuffle-0 shuffle-99999 swap-٣ 1.2.3 999999999.1 . .. 1:2 width:0 layers:99999999999
heads:7 norm_eps:nan mask:x 0:0~0:0 ~ mean.1.1~zero.99.99
"""
CHARACTERS_ODD = (
    *"\0\t\n\r\x0b\x1b\x7f\x85\xad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ufeff",
    *("\ud800", "\udfff", "\udc80", "\ufffe", "\uffff", "\U0010ffff", "\ue000", "e\u0301\u0302" * 20, "\u0340" * 50),
    *("раypal", "ⓢⓒⓡⓘⓟⓣ", "＜script＞", "ﷺ", "𓀀", "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "שלום\u202eabc", "ẞßſıİ", "𝕳𝖆𝖈𝖐", "한글", "ไทย"),
)
UNSEEN = "\0\x1b\u200b\u202e\u2066\ufeff"
LONG = (
    "a" * 5_000,
    "<" * 700,
    "9" * 5_000,
    "-" + "1" * 5_000,
    "{" * 700,
    "\u202e" * 700,
    "1e" + "9" * 400,
    "1." * 2_000,
)
SHORT = [*(MARKUP + TEMPLATES + PLACES).strip().splitlines(), *NUMBERS.split(), *CHARACTERS_ODD]
CORPUS = ["", " ", *SHORT, *LONG]

SOURCES = "\n".join(file.read_text() for folder in ("ui", "pages") for file in (ROOT / folder).rglob("*.py"))
READ = sorted(  # by functions of ours
    set(
        re.findall(
            r'(?:(?:query_params|url_state|link|said)\.get|(?:link|url_state)\.(?:count|bind|typed))\("([\w-]+)"',
            SOURCES,
        )
    )
    | {"head", "query", "key", "shift", "apart", "encoder", "decoder", "nothing-of-ours"}
)
BOUND = sorted(set(re.findall(r'key="([\w-]+)"', SOURCES)))  # by widgets

TEXTS = some.lists(some.text(max_size=40), min_size=4, max_size=4)


def mixed(texts, random):
    """Pieces of the corpus and of these texts, put together; few long ones, which take their time to be unquoted."""
    pieces = random.choices(SHORT, k=2 * EACH - 2) + random.choices(LONG, k=2) + random.choices(texts, k=EACH)
    random.shuffle(pieces)
    return ["".join(pieces[i : i + 3]) for i in range(0, len(pieces), 3)]


class Found(HTMLParser):
    """tags: every start tag with its attributes; text: everything else that a reader sees."""

    def __init__(self, markup):
        super().__init__(convert_charrefs=True)
        self.tags, self.text = [], ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, attributes))

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        self.tags.append(("comment", data))

    handle_decl = unknown_decl = handle_pi = handle_comment


# ---- prompts


@SURE
@given(TEXTS, some.integers(0, 2**32))
def test_a_hostile_prompt_is_refused_or_read(texts, seed):
    for text in mixed(texts, Random(seed)):
        read(text)


@pytest.mark.parametrize("before, after", [("", ""), ("The dog ", " it"), ("\u202e", "{}"), ("<p>", "\x00")])
def test_the_corpus_as_a_prompt(before, after):
    for text in CORPUS:
        read(before + text + after)


def read(text):
    """The way of a prompt in ui/frame/prompt_bar.py, with every tokenizer, and of its text and its tokens to HTML."""
    text = text[:CHARACTERS]
    words = language.Words("en", "ui")
    typed = Found(html.user_text(text) + html.inline("*{x}* `{x}`", x=text))
    assert [tag for tag, _ in typed.tags] == ["bdi", "em", "code"] and typed.text == f"{text}{text} {text}"
    if prompt_bar._problem(text):
        return
    for name in MODELS:
        tokenizer = cache.bundle(name).tokenizer
        ids = tokenizer.encode(text)
        kept, said = prompt_bar._first(tokenizer, ids, 32)
        assert len(kept) <= 32 and kept == ids[: len(kept)] and isinstance(said, str)
        tokens = tokenizer.strings(kept)
        assert not set("".join(tokens)) & set(UNSEEN)
        notice = prompt_bar._cut(words, text, len(kept), len(ids), tokenizer.decode(ids[len(kept) :]))
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
        return found.layer in layers and (found.head in heads or found.head == maps.MEAN)

    return {
        "language": (cache.language, lambda found: found in ("en", "it")),
        "tokens": (lambda: readings.chosen({}, url_state.count("token"), pieces), lambda found: found in places),
        "temperature": (
            lambda: generation._temperature(generation._float(st.query_params.get("temperature"))),
            lambda found: 0 <= found <= generation.HOTTEST,
        ),
        "seed": (
            lambda: generation._seed(generation._float(st.query_params.get("seed"))),
            lambda found: isinstance(found, int) and 0 <= found <= generation.LAST_SEED,
        ),
        "sparse": (lambda: sparse.asked(st.query_params), lambda found: found in (*sparse.ALL, sparse.START)),
        "ring": (lambda: view.choice(trace), lambda found: found.layer in layers and found.devices in view.DEVICES),
        "switchboard": (
            lambda: url_state.bind("switch", switchboard.SWITCHES, switchboard.FIRST) and st.session_state["switch"],
            lambda found: found in switchboard.SWITCHES,
        ),
        "left out": (lambda: url_state.invalid_params({}, page), lambda found: "prompt" not in dict(found)),
        "positions": (lambda: rotation.place(page, trace), lambda found: found.key <= found.query in places),
        "packing": (lambda: batch.method(None), lambda found: found in batch.METHODS),
        "packed": (row._link, lambda found: all(isinstance(value, int | None) for value in found.values())),
        "table": (lambda: table._typed("Mixtral 8x7B"), lambda found: set(found) <= table.EDITABLE),
        "encoders": (lambda: maps.start("encoder", trace), look),
        "order": (tables.asked, lambda found: found[0] in ("swap", "shuffle") and 0 <= found[1] < 10_000),
        "what-if": (
            lambda: experiment.from_text(st.query_params.get("edits", ""), "", setting)[0],
            lambda found: experiment.from_text(str(found), "", setting) == (found, []),
        ),
    }


@SURE
@given(texts=TEXTS, seed=some.integers(0, 2**32))
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


# ---- whole pages

TYPED = '"><img src=x onerror=hacked=1></span><script>hacked=1</script>{0.__class__}$x$[a](javascript:hacked=1)'
ODD = "# **b** :smile: {x} {0} %s é\u0301 👩‍🚀 שו two\u2028lines "
OURS = """
    a abbr article aside b bdi br button caption code dd del details div dl dt em fieldset figcaption figure footer g h1
    h2 h3 h4 header hr i input kbd label legend li main mark nav ol p path pre rect s section small span strong
    style sub summary sup svg table tbody td text th thead tr u ul var
"""


@pytest.mark.parametrize("slug", PAGES)
def test_a_page_with_a_hostile_link(slug):
    """Everything at once: a damaged value in each parameter, a model by its path, markup in the prompt."""
    at = 37 * PAGES.index(slug)
    values = islice(cycle([value.encode(errors="replace").decode() for value in CORPUS]), at, None)
    damaged = dict(zip(READ + BOUND, values, strict=False))
    test = run_page(slug, **damaged | {"lang": "en", "prompt": ODD + TYPED, "model": "../checkpoints/experts"})
    assert not test.exception
    assert slug not in PROMPTED or test.text_input(key="prompt").value == ODD + TYPED
    shown = Found(html_of(test))
    for tag, attributes in shown.tags:
        assert tag in OURS.split() or (tag == "img" and dict(attributes)["class"] == "qr"), tag
        assert tag != "img" or "src" not in dict(attributes)  # the browser draws it when it is asked for
        for name, value in attributes:
            assert not name.startswith("on") and "script:" not in (value or ""), (tag, attributes)
            ours = name in ("value", "aria-label", "title", "data-token") or (value or "").startswith("notebook/")
            assert ours or "hacked" not in (value or "")
    assert "<h1" in html_of(test)


def test_hostile_links_in_the_browser(open_page):
    """No script of theirs runs, nothing of theirs is drawn as a link, a picture or a formula; and the browser has the
    policy that would have stopped it. (Foreign requests and errors in the console are seen by open_page.)"""
    for slug, said in {
        "machine": {"layer": "9" * 5_000},
        "next_token": {"top_k": "{{7*7}}", "temperature": "1e999", "seed": "-1"},
        "tokens": {"token": "<script>hacked=1</script>"},
    }.items():
        page = open_page(slug, prompt=TYPED, model="../../etc/passwd", **said)
        assert page.evaluate("typeof hacked") == "undefined"
        assert (
            page.locator("[href^='javascript:'], [onerror], [src='x'], .katex, [data-testid=stException]").count() == 0
        )
        assert page.input_value(".st-key-prompt input") == TYPED


# ---- one reader's things stay with that reader


def everything(test):
    """All that the server sends for a page, as text."""
    blocks, found = [test.main], []
    while blocks:
        block = blocks.pop()
        blocks += getattr(block, "children", {}).values()
        found.append(str(getattr(block, "proto", "")))
    return "\n".join(found)


@pytest.mark.parametrize("slug", ["machine", "tokens", "packing"])
def test_nothing_of_one_reader_reaches_another(slug):
    prompts = {"volcano": "The volcano sleeps", "orchestra": "An orchestra waits"}
    tests = {word: run_page(slug, prompt=text, model="experts") for word, text in prompts.items()}
    tests["volcano"].run()
    for own, test in tests.items():
        sent = everything(test)
        assert [word for word in prompts if word in sent] == [own]


def test_the_shared_cache_gives_everybody_their_own():
    """Texts that differ in a space, a case, an accent, an invisible sign; and limits and fields that differ."""
    texts = [
        "it is",
        "it  is",
        "It is",
        "it is ",
        "ít is",
        "i\u0301t is",
        "it\u200b is",
        "it is\u00a0",
        "1",
        "1.0",
        "True",
    ]
    bundle = cache.bundle("experts")
    for _ in range(2):
        for text in texts:
            for limit in (2, 8):
                trace = cache.trace("experts", text, frozenset({"final"}), limit)
                ids = bundle.tokenizer.encode(text)[:limit]
                assert list(trace.token_ids) == ids and list(trace.tokens) == bundle.tokenizer.strings(ids)
