"""Every number is that of model.arithmetic, every bad table is one sentence, every row explained."""

import json
from dataclasses import replace

import pytest
from playwright.sync_api import expect

import content
from model import arithmetic
from model.config import RECIPES
from model.weights.families import FAMILIES
from model.weights.published import MODELS
from tests.support.app_test import html_of, run_page
from tests.support.browser import settled
from tests.support.payload import component_payload
from ui.kit.language import Words
from ui.kit.numbers import number
from ui.lessons.table import drawing, names, parse, questions, sums, view
from ui.lessons.table.parse import MOST, TableError

WORDS = {lang: content.load(lang, "table") for lang in content.LANGUAGES}
LLAMA = MODELS["Llama 3.1 8B"]
EXAMPLE = json.loads(view.EXAMPLE)


def drawn(test) -> dict:
    """What the component was given."""
    return component_payload(test, "table")[0]


def results(test) -> dict[str, list[str]]:
    return {line["label"]: line["values"] for line in drawn(test)["results"]}


def reveal(test, start: str, option: int) -> str:
    key = next(group.key for group in test.button_group if group.key.startswith(f"pick-{start}"))
    test.button_group(key=key).set_value(option).run()
    return html_of(test.button(key=key.replace("pick", "reveal")).click().run())


# ---------------------------------------------------------------- the numbers


def test_llama_s_table_and_what_follows():
    test = run_page("table")
    data, shown = drawn(test), html_of(test)
    assert data["names"] == ["Llama 3.1 8B"]
    values = {row["name"]: row["value"] for row in data["rows"]}
    expected = {"layers": "32", "width": "4096", "mlp_width": "14336", "heads": "32", "kv_heads": "8"}
    assert expected.items() <= values.items() and values["vocab_size"] == "128256"
    found = results(test)
    assert found["Parameters"] == ["8,030,261,248"] and found["In one layer"] == ["218,112,000"]
    assert found["Cache per token, 16 bits"] == ["131\u202fkB"]
    for part in ("41,943,040", "176,160,768", "218,112,000", "8,030,261,248", "131,072\u202fbytes"):
        assert part in shown
    prefill, decode = (arithmetic.operations(LLAMA, n, head=n == 8192) for n in (8193 / 2, 8192))
    assert found["FLOP for one more token"] == [Words("en", "table").scaled(decode.total, "FLOP")]
    assert (
        "× 8,193 ÷ 2 = " in shown
        and number(prefill.attention, "en") in shown
        and number(decode.matrices, "en") in shown
    )
    for size in ("32.1\u202fGB", "16.1\u202fGB", "8.03\u202fGB", "4.02\u202fGB"):  # by the bits of a number
        assert size in shown
    assert number(arithmetic.count_pair(sums.BASE_2017).total, "en") in shown
    assert "The difference, 256," in shown and f"{256 * 4096 * 2:,} parameters in all" in shown  # 128,256 and 128,000


def test_a_row_has_its_names_in_papers_and_in_a_config():
    """By the tables that read such files: Llama's names, and those of settings that Llama has not."""
    rows = {row["name"]: row["names"] for row in drawn(run_page("table", **{"table-of": "Mixtral 8x7B"}))["rows"]}
    assert rows["width"] == ["d_model", "hidden_size"] and rows["mlp_width"] == ["d_ff", "intermediate_size"]
    known = {name for family in FAMILIES.values() for name in (*family.settings, *family.defaults, *family.fixed)}
    assert set(names.SETTINGS.values()) - known <= {"rope_scaling"}
    assert rows["active_experts"] == ["k", "num_experts_per_tok"] and not rows["mask"]


@pytest.mark.parametrize("config", [*MODELS.values(), *RECIPES.values()], ids=[*MODELS, *RECIPES])
def test_the_matrices_of_a_layer_add_up(config):
    words, parts = Words("en", "table"), arithmetic.count(config)
    rows = drawing.matrices(config, words)
    assert sum(count for *_, count in rows) == arithmetic.layer_parameters(config)
    for part in ("attention", "mlp", "experts", "routers"):
        assert config.layers * sum(count for name, _, count in rows if name == part) == getattr(parts, part)
    assert f"<b>{number(parts.total, 'en')}</b>" in sums.parameters(config, words)


@pytest.mark.parametrize(
    "config, tokens",
    [
        (LLAMA, 64),
        (MODELS["Mistral 7B"], 8192),
        (replace(RECIPES["mistral"], layers=5, windows=(7, None)), 64),
        (replace(RECIPES["mistral"], layers=2, windows=(None, 7, 100, 3)), 64),
        (replace(RECIPES["mistral"], layers=7, windows=(None, 7, 100)), 64),
        (RECIPES["bert"], 64),
    ],
)
def test_tokens_read_are_those_that_the_mask_lets_through(config, tokens):
    """Counted row by row, layer by layer."""
    total = last = 0
    for layer in range(config.layers):
        window = config.windows[layer % len(config.windows)]
        for place in range(1, tokens + 1):
            read = tokens if not config.causal else min(place, window or place)
            total += read
        last += read
    assert arithmetic.keys_per_query(config, tokens) == pytest.approx(
        (total / tokens / config.layers, last / config.layers)
    )


def test_a_mixture_shows_what_one_token_uses_and_what_lies_idle():
    test = run_page("table", **{"table-of": "Mixtral 8x7B", "beside": "GPT-2"})
    data, found = drawn(test), arithmetic.count(MODELS["Mixtral 8x7B"])
    assert results(test)["Used by one token"] == ["12,879,925,248", "124,439,808"]
    idle = sum(box[3] * box[4] for box in data["areas"][0]["model"] if box[6])
    assert idle == pytest.approx(found.idle / found.total, rel=1e-3)
    sides = [area["side"] ** 2 for area in data["areas"]]  # both at the same scale
    assert sides[1] / sides[0] == pytest.approx(124_439_808 / found.total)
    assert {row["name"] for row in data["rows"] if row["differs"]} >= {"layers", "mlp", "experts", "norm", "position"}
    base = next(row for row in data["rows"] if row["name"] == "rope_base")
    assert (base["value"], base["other"]) == ("1000000", "–")  # GPT-2 turns nothing


def test_the_models_that_are_loaded_are_counted():
    test = run_page("table", "it", **{"table-of": "smollm2", "beside": "minilm"})
    assert results(test)["Parametri"] == ["134.515.008", "22.565.376"]
    assert "512 token" in html_of(test)


# ---------------------------------------------------------------- rows that are edited


def test_an_edited_row_from_the_link():
    test = run_page("table", edit="mlp:experts,kv_heads:1", beside="Llama 3.1 8B")
    config = replace(LLAMA, experts=8, kv_heads=1)
    assert results(test)["Parameters"][0] == number(arithmetic.count(config).total, "en")
    data = drawn(test)
    assert data["edited"] == {"mlp": "experts", "kv_heads": "1"} and data["names"][1] != data["names"][0]
    assert data["names"][0].endswith(", changed") and ", changed</bdi> has" in html_of(test)
    assert {row["name"] for row in data["rows"] if row["differs"]} == {"mlp", "kv_heads", "experts", "active_experts"}


@pytest.mark.parametrize(
    "link",
    [
        {"edit": "heads:7"},
        {"edit": "width:99999999"},
        {"edit": "layers:x,nothing:3,mask:sideways"},
        {"edit": "rope_scaling:1"},
        {"edit": "<b>,:,"},
        {"table-of": "GPT-9", "beside": "?", "tokens": "7"},
    ],
)
def test_a_damaged_link_is_ignored(link):
    test = run_page("table", **link)
    assert results(test)["Parameters"] == ["8,030,261,248"] and not test.exception
    assert drawn(test)["edited"] == {}


@pytest.mark.parametrize(
    "typed, section, field",
    [
        ({"layers": ""}, "bad-whole", "layers"),
        ({"layers": "1.5"}, "bad-whole", "layers"),
        ({"width": "-3"}, "bad-whole", "width"),
        ({"width": "0"}, "bad-size", "width"),
        ({"vocab_size": str(MOST + 1)}, "bad-size", "vocab_size"),
        ({"heads": "30"}, "bad-groups", "kv_heads"),
        ({"head_width": "7"}, "bad-pairs", "head_width"),
        ({"norm_eps": "0"}, "bad-real", "norm_eps"),
        ({"mlp": "experts", "active_experts": "9"}, "bad-experts", "active_experts"),
        ({"norm": "none"}, "bad-row", "norm"),
        ({"mask": "sideways"}, "bad-row", "mask"),
        ({"mask": "alternating", "window": "0"}, "bad-size", "window"),
        ({"mlp": "experts", "experts": "0"}, "bad-size", "experts"),
    ],
)
def test_a_row_that_does_not_fit_is_named(typed, section, field):
    with pytest.raises(TableError) as found:
        parse.edited(LLAMA, typed)
    assert (found.value.code, found.value.field) == (section, field)
    for lang in content.LANGUAGES:
        assert WORDS[lang][f"row-{field}"] in drawing.sentence(found.value, Words(lang, "table"), row=True)


def test_the_largest_table_that_can_be_typed_is_counted():
    most = ",".join(f"{name}:{MOST}" for name in parse.SIZES)
    test = run_page("table", edit=most, beside="GPT-2", tokens="1M")
    assert not test.exception and len(drawn(test)["areas"][0]["model"]) < 10
    assert all(len(values[0]) < 20 for values in results(test).values())


def test_choices_bring_the_numbers_they_need_and_drop_the_others():
    assert parse.edited(LLAMA, {"mask": "sliding"}) == replace(LLAMA, windows=(4096,))
    mistral = parse.edited(MODELS["Mistral 7B"], {"mask": "causal", "window": "5"})
    assert mistral == replace(MODELS["Mistral 7B"], windows=(None,))
    assert parse.edited(MODELS["Mixtral 8x7B"], {"mlp": "gated"}).experts is None
    assert parse.edited(LLAMA, {"mlp": "experts", "experts": "1"}) == replace(LLAMA, experts=1, active_experts=1)
    assert parse.edited(MODELS["GPT-2"], {"mlp": "experts"}).mlp == "gated"  # the row promises gated ones
    assert parse.edited(LLAMA, {"tied": "true"}).tied


ROWS = ("mask", "window", "mlp", "experts", "active_experts")


@pytest.mark.parametrize(
    "config, expected",
    [
        (RECIPES["2017"], ("causal", None, "plain", None, None)),
        (RECIPES["bert"], ("bidirectional", None, "plain", None, None)),
        (RECIPES["mistral"], ("sliding", 256, "gated", None, None)),
        (RECIPES["mixtral"], ("causal", None, "experts", 8, 2)),
        (replace(RECIPES["2017"], windows=(7, None), experts=3), ("alternating", 7, "experts", 3, 2)),
        (replace(LLAMA, windows=(None, 7, 5)), ("alternating", 7, "gated", None, None)),
    ],
)
def test_the_rows_of_mask_and_experts_and_back(config, expected):
    rows = parse.rows(config)
    assert tuple(rows[name] for name in ROWS) == expected
    typed = {name: str(value) for name, value in zip(ROWS, expected, strict=True) if value is not None}
    assert parse.edited(config, typed) == config  # what is typed as it stood changes nothing
    dense = replace(config, mlp="gated", mask="causal", windows=(None,), experts=None)
    assert parse.rows(parse.edited(dense, typed)).items() >= {n: rows[n] for n in ROWS}.items()


# ---------------------------------------------------------------- the questions


def test_the_questions_are_answered_by_counting():
    test = run_page("table", **{"table-of": "GPT-2"})
    assert "verdict" not in html_of(test)
    assert reveal(test, "doubled", questions.TIMES.index(4)).count('class="verdict right"') == 1
    assert reveal(test, "used", 0).count('class="verdict wrong"') == 1
    assert "12,879,925,248" in html_of(test)
    assert reveal(test, "vocabulary", questions.ASKED.index("minilm")).count('class="verdict right"') == 2
    assert "51.9\u202f%" in html_of(test)


# ---------------------------------------------------------------- in the browser


def test_a_row_is_changed_kept_in_the_link_and_reset(open_page):
    page = open_page("table")
    about, field = page.locator(".about"), page.locator("#row-kv_heads")
    field.fill("32")
    expect(page.locator(".results")).to_contain_text("524\u202fkB")  # cache per token
    expect(field).to_be_focused()
    assert "edit=kv_heads%3A32" in page.url
    field.fill("5")
    expect(about.locator("[role=alert]")).to_contain_text("32")
    assert field.get_attribute("aria-invalid") == "true" and field.input_value() == "5"
    assert "524\u202fkB" in page.locator(".results").inner_text()
    page.goto(page.url)
    settled(page)
    expect(page.locator("#row-kv_heads")).to_have_value("32")
    page.locator(".reset").click()
    expect(page.locator("#row-kv_heads")).to_have_value("8")
    expect(page.locator(".results")).to_contain_text("8,030,261,248")
    assert "edit" not in page.url


def test_a_choice_by_keyboard_brings_its_rows_and_keeps_the_focus(open_page):
    page = open_page("table", "it", theme="dark", beside="Mixtral 8x7B", **{"table-of": "Mistral 7B"})
    assert page.locator("tr.differs [title]").count() >= 4
    page.focus("#row-mask")
    page.keyboard.press("c")  # causale
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-row=window]")).to_have_count(0)
    expect(page.locator("#row-mask")).to_be_focused()
    assert "table-of=Mistral" in page.url and "beside=Mixtral" in page.url and "edit=mask" in page.url
    page.set_viewport_size({"width": 360, "height": 900})
    page.wait_for_timeout(150)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
