"""What is taken home: figures as files, the worksheet, the score."""

import csv
import html
import io
import re
from base64 import b64encode
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import numpy as np
import pytest
import streamlit as st
from markupsafe import Markup
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from model import lens, sampling
from tests.support.app_test import run_page
from ui.frame import share_menu
from ui.frame.question import Question
from ui.frame.worksheet import sheet
from ui.kit import cache, language, markup
from ui.kit.numbers import number

SVG = "{http://www.w3.org/2000/svg}"


def press(page, key: str, name: str):
    """A button of the line at a figure."""
    box = page.locator(f".stElementContainer:has(> .save).st-key-{key}, .st-key-{key} .stElementContainer:has(> .save)")
    box.locator(".save button", has_text=name).first.focus()
    page.keyboard.press("Enter")
    return box.first


def saved(page, key: str, kind: str):
    """The file of a figure."""
    with page.expect_download() as download:
        press(page, key, kind)
    return download.value


def read(download) -> bytes:
    with open(download.path(), "rb") as file:
        return file.read()


def drawn(page, download) -> tuple[int, int, int]:
    """Width, height and number of colours of a PNG, as the browser sees it."""
    return page.evaluate(
        """async (text) => {
            const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
            const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
            const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
            pen.drawImage(image, 0, 0);
            const pixels = new Uint32Array(pen.getImageData(0, 0, image.width, image.height).data.buffer);
            return [image.width, image.height, new Set(pixels).size];
        }""",
        b64encode(read(download)).decode(),
    )


def test_a_chart_is_saved(open_page):
    page = open_page("next_token", prompt="The dog")
    page.wait_for_selector(".save", state="attached")
    picture = ElementTree.fromstring(read(saved(page, "bars", "SVG")))
    assert picture.tag == f"{SVG}svg" and not list(picture.iter(f"{SVG}foreignObject"))
    assert "others" in "".join(node.text or "" for node in picture.iter(f"{SVG}text"))
    links = [value for node in picture.iter() for name, value in node.items() if name.endswith("href")]
    assert all(value.startswith(("data:", "#")) for value in links)
    width, height, colours = drawn(page, saved(page, "bars", "PNG"))
    assert width > 1000 and height > 300 and colours > 10
    found = saved(page, "bars", "CSV")  # its table, which is made for it
    assert found.suggested_filename == "vetro-next-token-bars.csv"
    shares = [float(row[-1]) for row in list(csv.reader(io.StringIO(read(found).decode("utf-8-sig"))))[1:] if row[-1]]
    bundle = cache.bundle("smollm2")
    trace = cache.trace(bundle, bundle.tokenizer.encode("The dog"), {"final"})
    likeliest = np.sort(sampling.softmax(lens.next_logits(bundle.model, trace)))[::-1][:100]
    np.testing.assert_allclose(shares[:100], likeliest, rtol=1e-4)
    the_numbers_are_a_table_that_follows_the_figure(page, bundle, trace)


def the_numbers_are_a_table_that_follows_the_figure(page, bundle, trace):
    """Below it, and in sight."""
    press(page, "vector", "Table")
    rows = page.locator(".st-key-table-vector tbody tr")
    expect(rows).to_have_count(200)
    expect(rows.first).to_be_in_viewport()
    expect(rows.first.locator("td").last).to_have_text(number(float(trace.final[-1, 0]), "en"))
    page.fill(".st-key-prompt textarea", "A cat")
    page.keyboard.press("Enter")
    other = cache.trace(bundle, bundle.tokenizer.encode("A cat"), {"final"})
    expect(rows.first.locator("td").last).to_have_text(number(float(other.final[-1, 0]), "en"))
    press(page, "vector", "Table")
    expect(rows.first).to_be_hidden()


def test_a_component_is_one_drawing(open_page):
    page = open_page("attention", theme="dark")
    page.wait_for_selector(".st-key-attention .save, .st-key-attention > .save, .save", state="attached")
    text = read(saved(page, "attention", "SVG")).decode()
    picture = ElementTree.fromstring(text)
    words = [node.text for node in picture.iter(f"{SVG}text")]
    assert {"squirrel", "because", "it"} <= {word.strip("· ") for word in words if word}
    assert "http" not in text.replace("http://www.w3.org/", "") and "var(" not in text and "color-mix" not in text
    paper = picture.find(f"{SVG}rect")
    assert paper.get("fill") == "#16181a"
    width, _, colours = drawn(page, saved(page, "attention", "PNG"))
    assert width >= 2000 and colours > 50
    the_arcs_can_be_saved_alone(page, words)
    its_numbers_are_those_of_the_head_that_is_shown(page)
    with page.expect_download() as book:
        page.locator(".st-key-take a").click()
    assert book.value.suggested_filename == "vetro-attention.ipynb"


def the_arcs_can_be_saved_alone(page, words):
    page.locator(".st-key-attention .save select").first.select_option("arcs")
    file = saved(page, "attention", "SVG")
    assert file.suggested_filename == "vetro-attention-arcs.svg"
    picture = ElementTree.fromstring(read(file))
    title = picture.find(f"{SVG}title").text
    assert title.endswith("· arcs") and len(title) > 20 and "@font-face" in picture.find(f"{SVG}style").text
    alone = [node.text for node in picture.iter(f"{SVG}text")]
    assert "squirrel" in alone and set(alone) < set(words) and len(alone) < len(words) / 2


def its_numbers_are_those_of_the_head_that_is_shown(page):
    layer, head = (page.evaluate(f"new URL(location).searchParams.get('{name}')") for name in ("layer", "head"))
    assert (layer, head) == (None, None)
    press(page, "attention", "Table")
    cells = page.locator(".st-key-attention .numbers tbody tr").first.locator("td")
    expect(cells.nth(5)).to_have_text("1")
    was = cells.nth(1).inner_text()
    page.locator(".st-key-attention .thumb:not([aria-checked=true])").first.click()
    expect(cells.nth(1)).not_to_have_text(was)


# ---- on paper


@pytest.mark.parametrize("lang, key", [("en", "Answers"), ("it", "Risposte")])
def test_a_worksheet(lang, key):
    asked = [
        Question(
            Markup("What <i>now</i>?"),
            ["<b>", "·dog"],
            lambda: 1,
            lambda right: Markup("<p>number {}</p>").format(right),
            lambda i: Markup("<p>not {}</p>").format(i),
            lambda: Markup("<p>a list</p>"),
            tokens=True,
        ),
        Question(Markup("And then?"), ["x & y"], lambda: 1 / 0, lambda *_: Markup(), waiting=Markup("<p>press</p>")),
    ]
    about = [("Prompt", markup.chip("<script>"))]
    qr = share_menu.printed_qr_code("http://school.example/attention?prompt=%3Cb%3E")
    text = sheet(language.Words(lang, "take"), "Vetro", Markup("A title"), about, asked, qr)
    questions, answers = text.split("<section>")
    assert qr in questions and qr not in answers and not share_menu.printed_qr_code("x" * 2_000)
    assert key in answers and key not in questions and "number 1" in answers and "number 1" not in questions
    assert "a list" in questions and "not 0" in answers and "not 0" not in questions and "not 1" not in answers
    assert language.Words(lang, "take")("key-waiting") in answers and "press" not in text and "x &amp; y" in questions
    assert "<script" not in text and "&lt;b&gt;" in questions and "http" not in text
    assert "@page" in text and f'lang="{lang}"' in text


@pytest.mark.slow
def test_the_questions_of_a_page_are_on_its_worksheet(monkeypatch):
    made = {}
    monkeypatch.setattr(st, "download_button", lambda label, make, *_, key, **options: made.update({key: make}))
    test = run_page("tokens", "it", prompt="<b>Ciao</b> a tutti", part=["2", "5"])
    assert not test.exception
    text, asked = made["take-worksheet"]().decode(), test.session_state.questions
    assert len(asked) == 2 and all(question.plain in re.sub(r"<[^>]*>", "", text) for question in asked.values())
    assert "<b>Ciao" not in text and "Ciao" in text
    (link,) = {html.unescape(found) for found in re.findall('<a href="(.*?)"', text)}
    said = parse_qsl(urlsplit(link).query)
    assert {("part", "2"), ("part", "5"), ("prompt", "<b>Ciao</b> a tutti"), ("lang", "it")} <= set(said)
    assert share_menu.printed_qr_code(link) in text


def scored():
    import streamlit as st
    from markupsafe import Markup

    from ui.frame import footer, quiz
    from ui.frame.question import Question
    from ui.kit import language

    footer.reset()
    for name in ("=one", "two"):
        text = Markup("{} &amp; <i>more</i>?").format(name)
        quiz.predict(name, Question(text, ["a", "b"], lambda: 0, lambda *_: Markup()))
    st.session_state.made = footer.score(
        st.session_state.asked, st.session_state.get("answers", {}), language.words("take")
    )


def test_the_score_is_a_table():
    test = AppTest.from_function(scored).run()
    for name, pick in (("=one", 0), ("two", 1)):
        test.button_group(key=f"pick-{name}").set_value(pick).run()
        test.button(key=f"reveal-{name}").click().run()
    rows = list(csv.reader(io.StringIO(test.run().session_state.made.decode("utf-8-sig"))))
    assert rows[0] == ["lesson", "title", "question", "first answer"]
    assert [row[2:] for row in rows[1:]] == [["'=one & more?", "right"], ["two & more?", "wrong"]]
    assert np.all([row[0] == "0" for row in rows[1:]])
