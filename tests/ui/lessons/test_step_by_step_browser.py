"""In the browser: texts are written, rewound and branched; what is shown on demand; on a telephone."""

from itertools import cycle, islice

import pytest
from playwright.sync_api import expect

from model.generate import stream
from tests.support.browser import assert_accessible, settled
from tests.support.pages import LANGUAGES
from ui.lessons.step_by_step.generation import LIMIT

PROMPT = "The dog chased the squirrel because it"


def tokens(page) -> list[str]:
    """Of the ribbon, after the prompt."""
    return page.locator(".loop .taken .chip").all_inner_texts()


def written(page, count: int):
    expect(page.locator(".loop .taken")).to_have_count(count, timeout=15_000)
    return tokens(page)


def ask(page, prompt: str):
    page.fill(".st-key-prompt textarea", prompt)
    page.keyboard.press("Enter")
    expect(page.locator(".loop .cell").nth(0)).to_have_text(prompt.split()[0])
    written(page, 0)
    assert "path=" not in page.url


def test_a_text_is_written_step_by_step_in_the_tree_and_with_other_dice(open_page, smollm2):
    end = smollm2.tokenizer.find("<|im_end|>")
    page = open_page("step_by_step", prompt="Once upon a time", path=str(end))
    the_end_of_a_text_is_said(page)
    ask(page, PROMPT)
    step_force_back_rewind_and_branch(page)
    the_tree_by_pointer_and_keys(page)
    temperature_and_seed(page)
    ask(page, "Once upon a time")


def the_end_of_a_text_is_said(page):
    written(page, 1)
    expect(page.locator(".loop .read")).to_contain_text("with which the model ends a text")


def step_force_back_rewind_and_branch(page):
    """Two tokens are left in the link, and nothing else in the tree."""
    ghost, step = page.locator(".loop .next .chip"), page.locator(".loop .step")
    drawn = ghost.inner_text()
    step.click()
    assert written(page, 1) == [drawn]
    second = ghost.inner_text()
    step.click()
    assert written(page, 2) == [drawn, second]
    third = page.locator(".loop .cand .chip").nth(1).inner_text()
    page.locator(".loop .cand").nth(1).press("Enter")
    assert written(page, 3) == [drawn, second, third]
    assert page.locator(".loop .forced .chip").inner_text() == third
    assert page.url.endswith("path=" + ".".join(page.url.split("path=")[1].split(".")[:3]))
    page.locator(".loop .back").click()
    assert written(page, 2) == [drawn, second]
    page.locator(".loop .taken").nth(1).click()
    assert written(page, 1) == [drawn]
    assert ghost.inner_text() == second  # rewound, it draws the same again
    page.locator(".loop .cand").nth(0).click()
    branch = written(page, 2)
    assert branch != [drawn, second]
    assert page.locator(".map [role=treeitem]").count() == 5
    assert "2" in page.locator(".branches .note").inner_text()
    page.reload()
    settled(page)
    assert written(page, 2) == branch  # the link keeps the text


def the_tree_by_pointer_and_keys(page):
    tree = page.locator(".map svg")
    assert page.locator(".map [role=treeitem]").count() == 3
    dot = page.locator(".map [role=treeitem]").nth(1).locator("circle").first
    dot.hover()
    assert tokens(page)[0].strip("·") in page.locator(".branches .tip.on").inner_text()
    box = dot.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    written(page, 1)
    tree.press("ArrowRight")
    tree.press("Enter")
    written(page, 2)
    tree.press("ArrowLeft")
    tree.press("ArrowLeft")
    tree.press("Enter")
    written(page, 0)
    assert page.locator(".map [aria-selected=true]").get_attribute("aria-label") == "prompt"


def temperature_and_seed(page):
    drawn = page.locator(".loop .next .chip")
    first = drawn.inner_text()
    page.locator(".loop .turn").nth(1).click()
    expect(drawn).not_to_have_text(first)
    assert "seed=2" in page.url
    slider = page.locator(".loop input[type=range]")
    slider.fill("0")
    expect(page.locator(".loop .read")).to_contain_text("Temperature 0")
    assert drawn.inner_text() == page.locator(".loop .cand .chip").nth(0).inner_text()
    assert "temperature=0" in page.url


def test_the_limit_play_and_pause_and_haste(open_page, moe):
    page = open_page("step_by_step", prompt=PROMPT, model="experts", path=".".join(["65"] * LIMIT))
    the_limit_is_said(page)
    ask(page, "A dog and a cat")
    play_and_pause(page)
    ask(page, PROMPT)
    many_steps_at_once_lose_nothing_but_haste(page, moe)


def the_limit_is_said(page):
    written(page, LIMIT)
    assert page.locator(".loop .step").is_disabled() and page.locator(".loop .next").count() == 0
    assert "64 tokens are written" in page.locator(".loop .read").inner_text()
    page.locator(".loop .cand").nth(0).click(force=True)
    page.wait_for_timeout(500)
    assert len(tokens(page)) == LIMIT


def play_and_pause(page):
    play = page.locator(".loop .play")
    play.click()
    expect(play).to_have_text("Pause")
    expect(page.locator(".loop .taken").nth(3)).to_be_visible(timeout=15_000)
    play.click()
    expect(play).to_have_text("Play")
    page.wait_for_timeout(400)  # one that was under way may still arrive
    count = len(tokens(page))
    page.wait_for_timeout(1500)
    assert len(tokens(page)) == count >= 4


def many_steps_at_once_lose_nothing_but_haste(page, moe):
    for _ in range(6):
        page.locator(".loop .step").click(no_wait_after=True)
    page.wait_for_timeout(1500)
    steps = islice(stream(moe.model, moe.tokenizer.encode(PROMPT), seed=1), 6)
    expected = moe.tokenizer.strings([step.token for step in steps])
    assert 2 <= len(tokens(page)) <= 6
    assert tokens(page) == expected[: len(tokens(page))]


def test_everything_open(open_page):
    """All that is shown on demand, with a forced branch and a temperature, in three widths, both languages and both
    themes: nothing too wide, nothing that keeps a reader out."""
    path = ".".join(map(str, islice(cycle([436, 260, 721, 2767]), 30)))
    page = open_page("step_by_step", prompt=PROMPT, model="experts", path=path, temperature="0.7")
    page.locator(".loop .taken").nth(12).click()
    written(page, 12)
    page.locator(".loop .cand").nth(2).click()
    written(page, 13)
    show_all(page)
    nothing_too_wide_and_nobody_kept_out(page, 1280)
    page.locator(".languages a[lang=it]").click()
    page.wait_for_function("document.documentElement.lang == 'it'")
    settled(page)
    for theme, width in (("dark", 360), ("light", 768)):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(400)
        settled(page)
        written(page, 13)
        nothing_too_wide_and_nobody_kept_out(page, width)


def show_all(page):
    page.locator(".proof .go").click()
    expect(page.locator(".proof .line.waiting").first).to_be_visible()
    expect(page.locator(".proof .read")).to_be_visible(timeout=20_000)
    page.locator(".beams [role=radio]").nth(2).click()
    page.locator(".beams .go").click()
    expect(page.locator(".beams .line.waiting").first).to_be_visible()
    expect(page.locator(".beams table")).to_be_visible(timeout=30_000)


def nothing_too_wide_and_nobody_kept_out(page, width: int):
    assert page.locator(".proof .read").is_visible() and page.locator(".beams table").is_visible()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
    for view in (".loop", ".proof", ".beams"):
        right = "box => Math.max(...[...box.querySelectorAll('*')].map((e) => e.getBoundingClientRect().right))"
        assert page.locator(view).first.evaluate(right) <= width
    assert_accessible(page)


@pytest.mark.parametrize("temperature", ["1", "1.5"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_on_a_telephone_nothing_lies_over_a_bar_or_a_number(bare_page, lang, temperature):
    """The seed draws from the tail, so a row also has a rank; "drawn" gives way to it where there are two numbers."""
    page = bare_page("step_by_step", lang, width=360, temperature=temperature)
    label, bar, share, tag, drawn = page.locator(".loop .rows").evaluate(
        """(box) => {
            const text = (node) => { const all = new Range(); all.selectNodeContents(node); return all; };
            const [tail, ranked] = [box.querySelector(".tail"), box.querySelector(".cand:has(small)")];
            const parts = [text(tail.querySelector(".label")), tail.querySelector(".bar-p"),
                ...[".p", ".tag"].map((part) => ranked.querySelector(part)), text(ranked.querySelector(".q"))];
            return parts.map((part) => part.getBoundingClientRect().toJSON());
        }"""
    )
    assert label["right"] < bar["left"]
    assert (share if temperature == "1.5" else tag)["right"] < (drawn["left"] or 360)
    assert (tag["width"] > 10) == (temperature == "1"), "its room at the left, and a word or none"
