"""The ground of the components: what Python packs the browser unpacks, and both write numbers the same way."""

import csv
import io
import tomllib
from base64 import b64encode
from itertools import pairwise

import numpy as np
import pytest

from content import agreement
from tests.support.pages import LANGUAGES, ROOT
from ui.components import pack
from ui.kit.csv import as_csv
from ui.kit.numbers import number, percent
from ui.kit.token_names import distinct
from ui.server import modules

NUMBERS = (0.0, 27.5, 36.0, 0.2291, -4.15, 0.99999, 99.96, 1234.5, 123456.7, 1.19e-7, 3.2e12, -1e-9, float("inf"))


@pytest.fixture(scope="module")
def shared(browser, bare_pages):
    """A page in which all that the modules of ui/components/base export can be called by its name."""
    page = browser.new_page()
    page.goto(f"{bare_pages.address}/{modules.address('components/base/view.js')}")
    names = [file.stem for file in (modules.UI / "components/base").glob("*.js")]
    page.evaluate(
        """async (names) => {
            for (const name of names) Object.assign(window, await import(`./${name}.js`));
        }""",
        names,
    )
    yield page
    page.close()


@pytest.mark.parametrize("lang", ["en", "it"])
def test_numbers_are_written_as_in_python(shared, lang):
    for x in NUMBERS:
        assert shared.evaluate("([x, lang]) => number(x, lang)", [x, lang]) == number(x, lang)
    for p in (0.0, 0.275, 0.00229, 1.0):
        assert shared.evaluate("([p, lang]) => percent(p, lang)", [p, lang]) == percent(p, lang)
    assert shared.evaluate("(lang) => integer(49152, lang)", lang) == number(49152, lang)


@pytest.mark.parametrize("tokens", [[], ["·a", "·b", "·A", "·"], ["the", "·the", "·cat", "·the"], ["a"] * 11])
def test_tokens_are_told_apart_as_in_python(shared, tokens):
    assert shared.evaluate("(tokens) => distinct(tokens)", tokens) == distinct(tokens)


ROWS = [["=1+1", "-x", 'a "b"', "c, d; e", "1.5"], [1, 0.5, -0.25, 1e-12, 123456789], ["", "\n", "è", "+1", "@"]]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_table_is_the_same_file_as_in_python(shared, lang):
    """Decimal commas and semicolons in Italian; no text that a table program carries out."""
    asked = f"async (rows) => (await import('/{modules.address('server/browser/csv.js')}')).csv(rows, '{lang}')"
    file = shared.evaluate(asked, ROWS).encode()
    assert read(file, lang) == read(as_csv(ROWS, lang), lang)


def read(file: bytes, lang: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""), delimiter=";" if lang == "it" else ","))


@pytest.mark.parametrize("template", ["Il {p} di {q}", "dal {p} al {q}, nel {p} e sul {q}", "{p} {p:riga|righe}, {q}"])
def test_words_agree_with_numbers_as_in_python(shared, template):
    numbers = (
        "0",
        "0,95\u202f%",
        "1",
        "1,76\u202f%",
        "8",
        "83,9\u202f%",
        "11",
        "11.250",
        "12",
        "18",
        "100\u202f%",
        "1.000",
        "x",
    )
    for p, q in pairwise(numbers):
        for lang in LANGUAGES:
            there = shared.evaluate("(given) => agree(...given)", [template, {"p": p, "q": q}, lang])
            assert there == agreement.agree(lang, template, {"p": p, "q": q})


def test_arrays_arrive_as_they_left(shared):
    arrays = {
        "pattern": np.arange(6, dtype=np.uint8).reshape(2, 3),
        "scores": np.linspace(-1, 1, 5, dtype=np.float64),
        "ids": np.array([[1], [-70000]], dtype=np.int32),
    }
    packed = pack(**arrays)
    got = shared.evaluate(
        """([arrays, bytes]) => Object.entries(unpack({arrays, bytes}))
            .map(([name, {shape, values}]) => [name, shape, [...values]])""",
        [packed["arrays"], b64encode(packed["bytes"]).decode()],
    )
    for name, shape, values in got:
        np.testing.assert_array_equal(np.reshape(values, shape), arrays[name].astype(np.float32))
    assert [name for name, _, _ in got] == list(arrays)


def test_ramps_meet_their_ends_and_ink_can_be_read(shared):
    shade = "([from, to, weight]) => shade({ sequential: [from, to] }, weight)"
    assert shared.evaluate(shade, ["#000000", "#ffffff", 0.5]) == "#808080"
    assert [shared.evaluate(shade, ["#102030", "#ffffff", weight]) for weight in (-1, 2)] == ["#102030", "#ffffff"]
    palette = {"ink": "#22211e", "paper": "#fbfaf6"}
    assert shared.evaluate("(palette) => inkOn('#2f5d50', palette)", palette) == palette["paper"]
    assert shared.evaluate("(palette) => inkOn('#e9e4d9', palette)", palette) == palette["ink"]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_plus_is_orange_and_minus_is_blue(shared, mode):
    """As the legends say, in both themes; and weight goes from the paper to green."""
    theme = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["theme"][mode]
    palette = {"diverging": theme["chartDivergingColors"], "sequential": theme["chartSequentialColors"]}

    def channels(colour: str) -> tuple[int, int, int]:
        return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))

    red, _, blue = channels(shared.evaluate("(palette) => signed(palette, 1)", palette))
    assert red > 1.5 * blue
    red, _, blue = channels(shared.evaluate("(palette) => signed(palette, -1)", palette))
    assert blue > 1.5 * red
    red, green, blue = channels(shared.evaluate("(palette) => shade(palette, 1)", palette))
    assert green > max(red, blue)
    assert shared.evaluate("(palette) => shade(palette, 0)", palette) == palette["sequential"][0]


def test_text_stays_text(shared):
    assert shared.evaluate("chip('·<b>x</b>').innerHTML") == '<span class="space">·</span>&lt;b&gt;x&lt;/b&gt;'
    assert shared.evaluate("fill('{a} and {b}', {a: '{b}', b: 1})") == "{b} and 1"


def test_a_view_outlives_new_data_and_is_gone_when_it_is_ended(shared):
    seen = shared.evaluate(
        """() => {
            const seen = [];
            class Shown extends View {
                constructor(box) { super(box); this.listen(window, "heard", () => seen.push("heard")); }
                update(data) { this.d = data; seen.push(this.fill("said", { p: this.percent(data.p) })); }
            }
            const parentElement = document.createElement("div");
            parentElement.innerHTML = "<div class=root></div>";
            document.body.append(parentElement);
            const root = parentElement.firstChild;
            const words = { said: "{p}!" };
            const run = (p) => mountView({ parentElement, data: { p, lang: "en", words } }, Shown, "shown");
            const end = (run(1), run(0.5));
            seen.push(root.innerHTML);
            dispatchEvent(new Event("heard"));
            end();
            dispatchEvent(new Event("heard"));
            seen.push(root.innerHTML);
            run(0);
            seen.push(root.innerHTML);
            return seen;
        }"""
    )
    box = '<div class="shown"></div>'
    assert seen == ["100\u202f%!", "50.0\u202f%!", box, "heard", "", "0\u202f%!", box]
