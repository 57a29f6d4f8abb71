"""The rows drawn are the model's, the proof is that of passes run here once more, bad input is told."""

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

import content
from model import lens, packing, transformer
from tests.support.app_test import html_of, reveal, run_page, shown_page
from tests.support.browser import settled
from tests.support.payload import component_payload
from ui.kit.numbers import number, percent
from ui.lessons.packing import batch, documents, row

PROMPT = "The dog chased the squirrel because it"
DOCUMENTS = [PROMPT, *documents.LINES.split("\n")]


@pytest.fixture(scope="module")
def texts(smollm2):
    return [smollm2.tokenizer.encode(line) for line in DOCUMENTS]


@pytest.fixture(scope="module")
def passes(smollm2, texts):
    """By (mask, restart): the logits (T, V) of the row, as training reads it. And of every document alone."""
    batch = packing.lay_out(
        [[packing.Piece(d, 0, len(ids)) for d, ids in enumerate(texts)]], texts, sum(map(len, texts))
    )
    ids, positions, documents = (torch.tensor(array) for array in (batch.ids, batch.positions, batch.documents))
    found = {}
    with torch.inference_mode():
        for mask in (True, False):
            for restart in (True, False):
                given = {"documents": documents if mask else None, "positions": positions if restart else None}
                found[mask, restart] = smollm2.model(ids, **given)[0].numpy()
        alone = np.concatenate([smollm2.model(torch.tensor([ids]))[0].numpy() for ids in texts])
    return found, alone


def drawn(test, part: str) -> dict:
    """What a component was given; its arrays by name."""
    data, arrays = component_payload(test, "packing", part=part)
    return data | arrays


def typed(lines: str, prompt: str = PROMPT, context: str = "16"):
    test = run_page("packing", own="true", context=context, prompt=prompt, model="experts")
    return test.text_area(key="lines").set_value(lines).run()


# ---------------------------------------------------------------- the batch


@pytest.mark.slow
def test_the_component_is_given_the_rows_of_every_method():
    data = drawn(shown_page("packing"), "batch")
    lengths = batch.brown()[: data["documents"]]
    assert (data["documents"], data["context"], data["tokens"]) == (300, 256, sum(lengths))
    for name in packing.METHODS:
        rows = packing.pack(lengths, 256, name)
        sums = data["sums"][name]
        assert sums["rows"] == len(rows) and sums["wasted"] == packing.padding_fraction(rows, 256)
        assert sums["gain"] == len(packing.pack(lengths, 256, "padded")) / len(rows)
        shown = [[r, p.document, p.length] for r, row in enumerate(rows[: batch.WINDOW]) for p in row]
        assert data[name].tolist() == shown


def test_the_sample_is_the_corpus():
    """15,667 paragraphs, as many as NLTK's reader finds in the corpus."""
    lengths = np.array(batch.brown())
    assert len(lengths) == 15_667 and lengths.min() == 1 and np.median(lengths) == 61


def test_attention_cells_are_counted_piece_by_piece():
    lengths = (7, 3, 12, 1, 5, 9, 40)
    found = batch.packed(lengths, 16, "best_fit")
    rows = packing.pack(lengths, 16, "best_fit")
    assert found.cells == len(rows) * int(np.tri(16).sum())
    assert found.own_cells == sum(int(np.tri(piece.length).sum()) for row in rows for piece in row)
    assert found.cut == 1 and found.tokens == sum(lengths)


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_the_arithmetic_has_its_numbers(lang):
    shown = html_of(run_page("packing", lang, method="best_fit", documents="100", context="128"))
    rows = packing.pack(batch.brown()[:100], 128, "best_fit")
    tokens = sum(batch.brown()[:100])
    assert (
        f"1 − {number(tokens, lang)} / ({len(rows)} · 128) = {percent(packing.padding_fraction(rows, 128), lang)}"
        in shown
    )


def test_own_lines_are_the_documents(texts):
    data = drawn(run_page("packing", own="true"), "batch")
    assert sorted(data["padded"][:, 2]) == sorted(map(len, texts))
    assert data["padded"][:, 1].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "lines, said",
    [("", "One line is empty"), ("a\n\n \nb", "2 lines are empty"), ("word " * 3000, "cut into pieces")],
)
def test_odd_lines_are_told(lines, said):
    test = typed(lines)
    assert not test.exception and html_of(test).count(said) == 1


def test_ten_thousand_lines_and_more():
    test = typed("\n".join(f"line {n}" for n in range(10_050)))
    data = drawn(test, "batch")
    assert not test.exception and data["documents"] == 10_000 and len(data["padded"]) == batch.WINDOW
    assert "the last 51 lines are left out" in html_of(test)


def test_one_document_has_no_border():
    test = typed("", prompt="Hi")
    assert not test.exception and "no border to cross" in html_of(test)
    assert not [group for group in test.button_group if (group.key or "").startswith("pick-hit")]
    assert drawn(test, "batch")["sums"]["padded"]["rows"] == 1


def test_a_damaged_link_is_ignored():
    link = {"context": "17", "documents": "x", "method": "<b>", "layer": "99", "head": "-1", "mask": "maybe"}
    test = run_page("packing", **link)
    assert not test.exception and drawn(test, "batch")["method"] == "first_fit"
    assert drawn(test, "row")["choice"]["mask"] is True


@pytest.mark.parametrize("state", [{"method": "x"}, {"method": 3, "first": "a"}, {"first": -4}, "padded", None])
def test_what_the_component_reports_is_checked(state):
    assert batch.first_row(state) == 0
    assert not isinstance(state, dict) or batch.chosen_method(state) == "first_fit"


# ---------------------------------------------------------------- the proof


@pytest.mark.slow
def test_packed_is_each_document_alone_and_only_the_mask_matters(passes):
    found, alone = passes
    shown = html_of(shown_page("packing"))
    differences = {setting: np.abs(logits - alone).max() for setting, logits in found.items()}
    assert differences[True, True] < 1e-3 and differences[True, False] < 1e-3  # rotary: positions need not restart
    for setting in ((False, True), (False, False)):
        assert differences[setting] > 1 and f">{number(differences[setting], 'en')}</td>" in shown
    assert "Packed, but each document is processed as if alone" in shown


def test_costs_and_crossing_are_those_of_the_passes(smollm2, texts, passes):
    test = run_page("packing", mask="off", restart="off")
    data, documents = drawn(test, "row"), np.repeat(range(4), list(map(len, texts)))
    ids = [token for text in texts for token in text]
    trace = transformer.run(smollm2.model, ids, ids, keep={"pattern", "final"})
    pattern = trace.layers[data["choice"]["layer"]].pattern
    np.testing.assert_allclose(data["pattern"], pattern, atol=1e-6)
    across = documents[:, None] != documents
    crossing = (pattern * across)[:, documents > 0].sum(-1).mean(-1)
    np.testing.assert_allclose(data["crossing"], crossing, atol=1e-5)
    assert data["positions"] == list(range(len(ids))) and data["documents"] == documents.tolist()
    bits = lens.surprisal(smollm2.model, trace)[documents[1:] == documents[:-1]]
    assert f"costs {number(bits.mean(), 'en')} bits instead of" in html_of(test)


def test_every_document_gets_its_own_positions(texts):
    data = drawn(shown_page("packing"), "row")
    assert data["positions"] == [place for ids in texts for place in range(len(ids))]
    rows, cells = np.array(data["documents"]), data["pattern"]
    assert (cells[:, rows[:, None] != rows] == 0).all() and data["crossing"] == [0.0] * 9


@pytest.mark.slow
def test_end_of_text_tokens_between_documents(smollm2, texts, passes):
    """Those of the row itself, made here once more: alone they close no border, with the mask nothing changes."""
    end = smollm2.tokenizer.encode("<|endoftext|>")
    assert len(end) == 1 and row.end_token(smollm2.tokenizer) == end[0]
    ended = [*(ids + end for ids in texts[:-1]), texts[-1]]
    documents = np.repeat(range(4), list(map(len, ended)))
    own = np.concatenate([np.arange(len(ids)) < len(text) for ids, text in zip(ended, texts, strict=True)])
    ids = [token for each in ended for token in each]
    trace = transformer.run(smollm2.model, ids, ids, keep={"pattern", "logits"})
    test = run_page("packing", mask="off", restart="off", separator="true")
    data, shown = drawn(test, "row"), html_of(test)
    assert data["tokens"][7].startswith("<|endoftext|>") and data["documents"] == documents.tolist()
    pattern = trace.layers[data["choice"]["layer"]].pattern
    np.testing.assert_allclose(data["pattern"], pattern, atol=1e-6)
    later = trace.stack("pattern")[:, :, own & (documents > 0)] * (
        documents[own & (documents > 0)][:, None] != documents
    )
    crossing, ends = later.sum(-1).mean(), later[..., ~own].sum(-1).mean()
    assert (
        f"close the border: {percent(crossing, 'en')}" in shown and f"{percent(ends / crossing, 'en')} of that" in shown
    )
    _, alone = passes
    assert f">{number(np.abs(trace.logits[own] - alone).max(), 'en')}</td>" in shown
    masked = html_of(run_page("packing", restart="off", separator="true"))
    assert "hardly anything changes" in masked and "<strong>mask, end of text</strong>" in masked


# ---------------------------------------------------------------- the questions


def test_the_context_question_is_computed_when_asked():
    lengths = batch.brown()[:300]
    key = f"context-256-{hash(lengths)}"
    shown = html_of(reveal(run_page("packing"), key, 2))
    after = packing.padding_fraction(packing.pack(lengths, 512, "padded"), 512)
    assert 'class="verdict right"' in shown and f"to {percent(after, 'en')}" in shown


@pytest.mark.slow
def test_the_hit_question_is_computed_when_asked(texts, passes):
    found, alone = passes
    key = f"hit-{hash(tuple(map(tuple, texts)))}"
    ids, ends = np.concatenate(texts), np.cumsum([0, *map(len, texts)])

    def cost(logits: np.ndarray, d: int) -> float:
        likely = torch.tensor(logits).log_softmax(-1).numpy() / -np.log(2)
        return sum(likely[t - 1, ids[t]] for t in range(ends[d] + 1, ends[d + 1]))

    changes = [abs(cost(found[False, False], d) - cost(alone, d)) for d in range(4)]
    assert changes[0] < 1e-3
    shown = html_of(reveal(run_page("packing"), key, int(np.argmax(changes))))
    assert 'class="verdict right"' in shown and number(cost(alone, 3), "en") in shown
    assert 'class="verdict wrong"' in html_of(reveal(run_page("packing"), key, 0))


def test_a_row_takes_what_fits(smollm2):
    class Page:
        bundle, ids = smollm2, smollm2.tokenizer.encode("word " * 60)

    packed = row.packed_row(Page, ["two", "words here " * 30, "x", *"abcdefghijkl"])
    assert packed.cut and len(packed.ids) <= row.ROW_TOKENS and max(map(len, packed.texts)) == row.DOCUMENT_TOKENS
    assert len(packed.texts) <= row.ROW_DOCUMENTS


# ---------------------------------------------------------------- in the browser


def test_batch_switches_and_rows_in_the_browser(open_page):
    page = open_page("packing", method="padded")
    the_batch(page)
    settled(page)
    switches_and_rows(page)


def switches_and_rows(page):
    switches, aloud = page.locator(".packing .switch"), page.locator(".stHtml .read")
    expect(aloud.filter(has_text="Packed, but each document is processed as if alone")).to_be_visible()
    switches.nth(0).click()
    expect(aloud.filter(has_text="Without the mask")).to_be_visible()
    expect(switches.nth(0)).to_have_attribute("aria-checked", "false")
    switches.nth(1).press("Space")
    expect(aloud.filter(has_text="4 documents are read as one text")).to_be_visible()
    assert "mask=off" in page.url and "restart=off" in page.url
    expect(page.locator(".packing .read").nth(1)).to_contain_text("of its attention to other documents")
    page.locator(".packing .token").nth(2).click()
    expect(page.locator(".packing .read").nth(1)).to_contain_text("is in the first document")
    switches.nth(2).press("Space")  # a row with other tokens is drawn anew
    expect(aloud.filter(has_text="does not close the border")).to_be_visible()
    expect(switches.nth(2)).to_be_focused()
    assert "separator=true" in page.url
    page.locator(".packing .head").nth(0).click()
    expect(page.locator(".packing .eyebrow").filter(has_text="head 1:")).to_be_visible()
    page.locator(".packing .pager input").nth(1).press("End")
    expect(page.locator(".packing .eyebrow").filter(has_text="Layer 30")).to_be_visible()


def the_batch(page):
    read, board = page.locator(".packing .read").first, page.locator(".packing .board")
    expect(read).to_contain_text("300 documents, one to a row, take 311 rows of 256 tokens")
    page.locator(".packing .method").nth(4).click()
    expect(read).to_contain_text("Concatenate and cut: 91 rows instead of 311")
    expect(page.get_by_text("23,137 / (91 · 256)")).to_be_visible()
    assert "method=chopped" in page.url
    board.press("ArrowDown")
    expect(board).to_have_attribute("aria-valuenow", "2")
    expect(page.locator(".packing .probe").first).to_contain_text("Row 2, with tokens in brackets: document")
    page.locator(".packing .pager input").first.press("End")
    expect(page.locator(".packing .over .note")).to_have_text("rows 52 to 91 of 91")
    expect(board).to_have_attribute("aria-valuenow", "52")


def test_all_contexts_are_tried_when_asked(open_page):
    page = open_page("packing", "it", width=360, mask="off")
    page.locator(".st-key-contexts summary").click()
    expect(page.locator(".chart")).to_have_count(1)
    page.locator(".st-key-wasted").scroll_into_view_if_needed()
    expect(page.locator(".st-key-wasted .js-plotly-plot")).to_be_visible()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
    for text in page.locator(".packing").all_inner_texts():
        assert "{" not in text and "undefined" not in text and "NaN" not in text
