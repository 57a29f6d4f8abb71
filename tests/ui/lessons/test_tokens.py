"""The page says what the tokenizers and the embedding table say; bad input."""

import json
import re
from base64 import b64decode

import gguf
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import content
from model import zoo
from model.weights import packages
from tests.support.app_test import html_of, reveal, run_page, shown_page
from tests.support.payload import component_payload
from ui.frame.page import Page
from ui.kit import cache, language
from ui.lessons.tokens import readings, view

PROMPT = "The dog chased the squirrel because it"
MIXED = "Caffè 日本 👩‍🚀 e\u0301 <|im_end|> שלום x"
text = st.text(st.characters(max_codepoint=0x3FFFF, exclude_categories=["Cs"]), min_size=1, max_size=30)


@pytest.fixture(scope="module")
def bundle(smollm2):
    return smollm2


def drawn(test, view: str) -> dict:
    """What the component was given for one of its views."""
    return component_payload(test, "tokens", view=view)[0]


@pytest.mark.parametrize("prompt", [PROMPT, MIXED, "a"])
def test_the_ids_on_the_page_are_the_tokenizers(bundle, prompt):
    data = drawn(shown_page("tokens", prompt=prompt), "sentence")
    assert data["ids"] == bundle.tokenizer.encode(prompt)
    assert data["tokens"] == bundle.tokenizer.strings(data["ids"])
    vectors = np.frombuffer(b64decode(data["bytes"]), np.float32).reshape(len(data["ids"]), readings.FIRST)
    np.testing.assert_array_equal(vectors, bundle.model.embed_tokens.weight[data["ids"], : readings.FIRST].numpy())
    columns = readings.table(bundle.tokenizer, data["ids"], vectors, language.Words("en", "tokens"))
    assert len(columns) == 3 + readings.FIRST
    np.testing.assert_array_equal(np.array(list(columns.values())[3:]).T, vectors)


def test_256_tokens_are_drawn_and_the_rest_is_cut():
    prompt = "1 2 " * 140
    test = run_page("tokens", prompt=prompt)
    assert len(drawn(test, "sentence")["ids"]) == 256
    assert "256" in html_of(test).split('class="notice"')[1]


@settings(deadline=None)
@given(text=text)
def test_each_byte_of_each_character_belongs_to_one_piece(bundle, text):
    ids = bundle.tokenizer.encode(text)
    assume(bundle.tokenizer.decode(ids) == text)  # some bytes, such as control characters, are no pieces of SmolLM2
    pieces = [bundle.tokenizer.bytes(id) for id in ids]
    owned = readings.characters(pieces)
    for piece, own in zip(pieces, owned, strict=True):
        assert piece.hex(" ").upper().split() == [byte for c in own for byte in c["bytes"][c["from"] : c["to"]]]
    written = [c["written"] for i, own in enumerate(owned) for c in own if c["tokens"][0] == i]
    assert "".join(written) == text


def test_bytes_that_are_no_character_stand_alone():
    owned = readings.characters([b"\x9f", b"a\xe6", b"\x97"])
    assert [[c["bytes"] for c in own] for own in owned] == [[["9F"]], [["61"], ["E6"]], [["97"]]]


@settings(deadline=None)  # the first word reads the list of merges
@given(word=st.text("abcdefghijklmnopqrstuvwxyzèéñ日", min_size=1, max_size=10))
def test_merges_end_in_the_tokenizers_result(bundle, word):
    tokenizer = bundle.tokenizer
    for built in readings.built(tokenizer, f" {word}"):
        assert built["same"]
        last = built["states"][-1]
        assert [shown for shown, _ in last["pieces"]] == tokenizer.strings(built["ids"])
        assert last["offers"] == []
        for before, step in zip(built["states"], built["steps"], strict=False):
            assert before["offers"][0] == [step["rank"], step["left"], step["right"]]
            starts = np.cumsum([0, *(size for _, size in before["pieces"])]).tolist()
            assert step["start"] in starts and step["start"] + step["size"] in starts


def test_words_without_merges_are_left_out(bundle):
    assert readings.built(bundle.tokenizer, "a <|im_end|>") == []
    assert [built["word"] for built in readings.built(bundle.tokenizer, "so so" + "x" * 40)] == ["so"]
    assert drawn(shown_page("tokens", prompt="a"), "merges")["built"] == []


@pytest.mark.slow
def test_the_neighbours_are_the_nearest_rows(bundle):
    id = bundle.tokenizer.find(" squirrel")
    data = drawn(shown_page("tokens", "en", prompt=PROMPT, token="5"), "table")
    table = bundle.model.embed_tokens.weight.numpy().astype(np.float64)
    cosines = table @ table[id] / (np.linalg.norm(table, axis=1) * np.linalg.norm(table[id]))
    nearest = [i for i in np.argsort(-cosines) if i != id][: readings.NEAR]
    assert (data["id"], data["near"]) == (id, nearest)
    np.testing.assert_allclose(data["cosines"], cosines[nearest], atol=1e-6)


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_the_arithmetic_shows_the_row(bundle, lang):
    id = bundle.tokenizer.find(" squirrel")
    shown = html_of(shown_page("tokens", lang, prompt=PROMPT, token="5"))
    page = Page(language.Words(lang, "tokens"), "smollm2", bundle, PROMPT, bundle.tokenizer.encode(PROMPT), PROMPT)
    row = bundle.model.embed_tokens.weight[id].numpy()
    assert view.arithmetic(page, row, id) in shown
    assert "28,311,552" in shown or "28.311.552" in shown
    worse = row.copy()
    worse[100] += 0.25  # a page that prints 0 whatever the model says proves nothing
    assert ("0.250" if lang == "en" else "0,250") in view.arithmetic(page, worse, id)


@pytest.mark.parametrize("link, at", [(1, 1), (None, 4), (7, 4), (999_999_999, 4)])
def test_the_link_chooses_a_token_or_is_ignored(bundle, link, at):
    pieces = [bundle.tokenizer.bytes(id) for id in bundle.tokenizer.encode(PROMPT)]
    assert readings.chosen({}, link, pieces) == at
    assert readings.chosen({"chosen": 0}, link, pieces) == 0


def test_three_tokenizers_of_the_same_text():
    rows = drawn(run_page("tokens", prompt="Un caffè 🙂"), "compare")["found"]
    smollm2, minilm, own = rows
    assert [row["vocabulary"] for row in rows] == [49152, 30522, 4096]
    assert minilm["tokens"] == ["[CLS]", "un", "caf", "##fe", "[UNK]", "[SEP]"] and minilm["count"] == 4
    assert smollm2["count"] <= own["count"] <= len("Un caffè 🙂".encode()) and own["whole"]
    assert smollm2["whole"] and not minilm["whole"]


def test_a_special_token_that_is_typed_is_a_sign_of_the_text():
    typed = "Say <|im_end|> now"
    smollm2, minilm = readings.compare(typed, ("smollm2", "minilm"), cache.bundle)
    assert smollm2["tokens"] == ["Say", "·", "<|im_end|>", "·now"] and smollm2["whole"] and smollm2["count"] == 4
    assert readings.compare("now [SEP]", ["minilm"], cache.bundle)[0]["back"] == "now·[SEP]"
    assert minilm["added"][0] and not any(minilm["added"][1:-1])


def test_a_model_that_is_missing_leaves_the_others():
    def load(name):
        if name == "minilm":
            raise zoo.ModelUnavailable("model.safetensors", "a file", "install")
        return cache.bundle(name)

    missing, own = readings.compare("a dog", ("minilm", "experts"), load)
    assert missing == {"name": "minilm", "missing": "model.safetensors"}
    assert own["tokens"] == ["a", "·dog"]


def test_the_vocabulary_adds_up(bundle):
    counts = readings.makeup(bundle.tokenizer)
    assert counts["special"] + counts["single"] + counts["merged"] == counts["all"] == len(bundle.tokenizer)
    listed = json.loads(bundle.tokenizer.backend.to_str())["model"]["merges"]
    assert counts["merged"] == len(listed)


LOOKED_UP = {
    "2767": (2767, "look-id"),
    " 2767 ": (2767, "look-id"),
    "·dog": (2767, "look-piece"),
    " dog": (2767, "look-piece"),
    "·": (216, "look-dot"),
    "<|im_end|>": (2, "look-piece"),
    "49152": (None, "look-no-id"),
    "-1": (None, "look-no-id"),
    "": (None, "look-nothing"),
    "squirrel": (None, "look-no-piece"),
    "\x16": (None, "look-dropped"),
    "<script>alert(1)</script>": (None, "look-no-piece"),
}


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_looking_up(bundle, lang):
    test = run_page("tokens", lang, look="5")
    for asked, expected in LOOKED_UP.items():
        assert readings.look_up(bundle.tokenizer, asked) == expected, asked
        test.text_input(key="look").set_value(asked).run()
        assert not test.exception, asked
        answer = next(element.value for element in test.get("html") if element.value.startswith('<div role="status">'))
        assert "<script>" not in answer
        assert answer.count("<p>") == 1, asked


def test_any_word_can_be_spelt():
    test = run_page("tokens", spell="a")
    for word in ["", "   ", "a", "👩‍🚀", "e\u0301", "שלום", "\x07", "\u202e", "ice cream", "x" * 500]:
        test.text_input(key="spell").set_value(word).run()
        assert not test.exception, word
        assert drawn(test, "letters")["count"] >= 1, word


def test_the_letters_of_strawberry(bundle):
    data = readings.letters(bundle.tokenizer, "strawberry")
    assert (data["letter"], data["count"]) == ("r", 3)
    assert [row["ids"] for row in data["rows"]] == [bundle.tokenizer.encode(" strawberry"), [302, 1709, 9500]]
    assert [sum(hit for own in row["letters"] for _, hit in own) for row in data["rows"]] == [3, 3]


@pytest.mark.parametrize("lang", content.LANGUAGES)
@pytest.mark.slow
def test_predict_then_reveal(bundle, lang):
    test = run_page("tokens", lang, prompt=PROMPT)
    for key, right in (("same-token-smollm2", 1), (f"spaces-smollm2-{PROMPT}", 2)):
        reveal(test, key, right)
        assert not test.exception
        assert html_of(test).count('class="verdict right"') == 1 + key.startswith("spaces")
    page = html_of(test)
    assert "22676" in page and "2767" in page
    assert readings.fewer_same_more(len(readings.without_spaces(bundle.tokenizer, PROMPT)), 7) == 2


SPLIT = "In 2024 I saw 12 dogs, didn't you?<|im_end|>  so"


def test_what_is_split_first_is_what_the_tokenizer_splits(bundle):
    """Its own pre-tokenizer, asked piece by piece, gives the same borders; and no token reaches across one."""
    tokenizer = bundle.tokenizer
    asked = []
    for part in re.split(r"(<\|im_end\|>)", SPLIT):
        whole = tokenizer.backend.pre_tokenizer.pre_tokenize_str(part)
        asked += [part] if part.startswith("<|") else [part[start:end] for _, (start, end) in whole]
    assert tokenizer.split(SPLIT) == asked and "".join(asked) == SPLIT
    assert [id for piece in asked for id in tokenizer.encode(piece)] == tokenizer.encode(SPLIT)
    shown = html_of(run_page("tokens", split="In 2024"))
    assert "6 pieces after the first split, 6 tokens in the end. 1 space is a token by itself" in shown


@pytest.mark.parametrize("text", ["2024 7", "a  b", "ab", " x 1"])
def test_a_space_that_is_a_token_by_itself_is_counted(bundle, text):
    ids = bundle.tokenizer.encode(text)
    assert readings.lone_spaces(bundle.tokenizer, ids) == bundle.tokenizer.strings(ids).count("·")


def test_the_page_learns_from_a_text_by_counting(bundle):
    shown = html_of(run_page("tokens", learn="low low lower 7 7"))
    first, *others = readings.learned(bundle.tokenizer, "low low lower 7 7")
    assert (first.left, first.right, first.count) == (b"l", b"o", 3)
    assert f"From 17 bytes, {1 + len(others)} merges lead to" in shown
    assert all(b" " not in merge.right for merge in others)  # no merge crosses the border of a word
    assert "there is nothing to learn" in html_of(run_page("tokens", learn="xyz"))


def test_half_of_all_rows_are_nearer_than_the_median_that_is_drawn(bundle):
    data = drawn(shown_page("tokens", "en", prompt=PROMPT, token="5"), "table")
    table = bundle.model.embed_tokens.weight.numpy().astype(np.float64)
    cosines = table @ table[data["id"]] / (np.linalg.norm(table, axis=1) * np.linalg.norm(table[data["id"]]))
    assert data["median"] == pytest.approx(np.median(cosines), abs=1e-4)
    assert data["median"] > 0.3  # the words say that unrelated rows are not near 0


def test_the_words_on_the_models_file_are_true():
    """Q8_0 for the table, Q4_1 for the other matrices."""
    tensors = gguf.GGUFReader(packages.find(*packages.SMOLLM2)).tensors
    kinds = {tensor.name: tensor.tensor_type.name for tensor in tensors if len(tensor.shape) == 2}
    assert kinds.pop("token_embd.weight") == "Q8_0" and set(kinds.values()) == {"Q4_1"}
    for lang in content.LANGUAGES:
        words = content.load(lang, "tokens")["table-file"]
        assert "Q8_0" in words and "Q4_1" in words
