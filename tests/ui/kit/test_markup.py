import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.kit import markup

HOSTILE = '<script>alert(1)</script> & "quotes" *stars* $x$ {name} [a](b)'


def test_values_are_escaped_and_never_read_as_markdown():
    shown = markup.render("Say **{word}**.", word=HOSTILE)
    assert "<script>" not in shown and "&lt;script&gt;" in shown
    assert "*stars*" in shown and "{name}" in shown and "[a](b)" in shown


def test_raw_values_are_inserted_as_they_are():
    chip = markup.chip("·dog")
    assert markup.render("A {chip}.", chip=chip) == f"<p>A {chip}.</p>\n"


def test_a_placeholder_can_be_the_address_of_a_link():
    assert 'href="a?b=1&amp;c=2"' in markup.inline("[on]({address})", address="a?b=1&c=2")


def test_html_in_content_is_shown_not_run():
    assert "<b>" not in markup.render("a <b>bold</b> word")


def test_a_missing_value_is_an_error():
    with pytest.raises(KeyError, match="missing"):
        markup.render("{there} {missing}", there=1)


def test_a_chip_keeps_the_space_visible():
    assert markup.chip("·dog") == '<span class="chip " dir="auto"><span class="space">·</span>dog</span>'
    assert markup.chip("·") == '<span class="chip " dir="auto"><span class="space">·</span></span>'
    assert "·a·b" not in markup.chip("a·b", "on") and "a·b" in markup.chip("a·b", "on")


@given(st.text())
def test_no_text_becomes_markup(text):
    for shown in (
        markup.inline("{x}", x=text),
        markup.chip(text),
        markup.span(text, "query"),
        markup.user_text(text),
        markup.sub(text, text),
    ):
        inside = (
            shown.replace("<span", "")
            .replace("</span>", "")
            .replace("<bdi>", "")
            .replace("</bdi>", "")
            .replace("<sub>", "")
            .replace("</sub>", "")
        )
        assert "<" not in inside
