"""Its components in a bare page: bytes, merges and choices; on a telephone."""

import pytest
from playwright.sync_api import expect

PROMPT = "The dog chased the squirrel because it"
MIXED = "Caffè 日本 👩‍🚀 e\u0301 <|im_end|> שלום x"


def option(page, box: int, n: int):
    return page.locator("[role=listbox]").nth(box).locator("[role=option]").nth(n)


def test_the_bytes_of_a_character_that_no_token_holds(bare_page):
    page = bare_page("tokens", prompt="a 🙃 b", token="2")
    assert page.locator(".character .byte").all_inner_texts()[-4:] == ["F0", "9F", "99", "83"]
    assert page.locator(".byte.other").count() + page.locator(".byte:not(.other)").count() >= 4


def test_merges_step_by_step(bare_page):
    page = bare_page("tokens", prompt="The squirrel")
    back, forward = page.get_by_role("button", name="Back"), page.get_by_role("button", name="Step")
    expect(forward).to_be_disabled()
    assert page.locator(".block.final").all_inner_texts() == ["·squirrel"]
    for _ in range(8):
        back.click()
    expect(back).to_be_disabled()
    assert page.locator(".block.final").all_inner_texts() == list("·squirrel")
    expect(page.locator(".offers .lowest")).to_contain_text("rank 5")
    forward.click()
    assert page.locator(".block.final").all_inner_texts() == [*"·squir", "re", "l"]
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".said .read")).to_contain_text("Merge 8 of 8", timeout=15_000)
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.get_by_role("button", name="The", exact=True).click()
    assert page.locator(".block.final").all_inner_texts() == ["The"]


def test_a_choice_shows_at_once_and_is_told_when_the_reader_rests(bare_page):
    page = bare_page("tokens", prompt=PROMPT, token="7")
    assert "2767" not in page.locator(".detail .read").text_content()
    reading, reported = option(page, 0, 1).evaluate(
        """(option) => { // in one go: a busy machine must not look like a reader who rests
            option.click();
            const seen = [option.getRootNode().querySelector(".detail .read").textContent, [...reported]];
            option.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
            return seen;
        }"""
    )
    assert "2767" in reading and reported == []
    expect(option(page, 0, 2)).to_be_focused()
    page.wait_for_function("reported.length")
    assert [value for _, _, value in page.evaluate("reported")] == [2]


@pytest.mark.parametrize("prompt", [PROMPT, MIXED, "supercalifragilistico " * 12, "x" * 600, " " * 90 + "y"])
def test_nothing_is_wider_than_a_phone(bare_page, prompt):
    page = bare_page("tokens", "it", "dark", 360, prompt=prompt, look="dog", spell="banana")
    page.locator(".spellings").wait_for()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
    sizes = page.evaluate(
        """() => { const small = [];
             const walk = (root) => root.querySelectorAll('*').forEach((e) => {
               if (e.shadowRoot) walk(e.shadowRoot);
               const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
               if (own && root !== document && parseFloat(getComputedStyle(e).fontSize) < 12) small.push(e.className);
             });
             walk(document); return small }"""
    )
    assert not sizes
