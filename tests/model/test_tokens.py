"""Text goes to tokens and back, and every token can be seen."""

import re
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from model.tokens import LETTERS, Tokenizer, visible
from tests.support.tokenizers import KINDS

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


def known(tokenizer, text: str) -> bool:
    """SmolLM2's vocabulary lacks 21 bytes that its training text hardly held (0xF1 of rare planes, some control
    characters): it drops them, here as in transformers. Ours has all 256."""
    return all(tokenizer.backend.token_to_id(LETTERS[byte]) is not None for byte in text.encode())


def test_only_rare_bytes_are_unknown(smollm2, moe):
    missing = [byte for byte in LETTERS if smollm2.tokenizer.backend.token_to_id(LETTERS[byte]) is None]
    assert len(missing) == 21 and set(b"\t\n az09~\xc3\xa8\xf0") & set(missing) == set()
    assert known(moe.tokenizer, "\x04\U00040000")


@given(text=words)
def test_byte_level_text_comes_back_whole(smollm2, text):
    assume(known(smollm2.tokenizer, text))
    assert smollm2.tokenizer.decode(smollm2.tokenizer.encode(text)) == text


@given(text=words)
def test_the_bytes_of_the_tokens_are_the_bytes_of_the_text(smollm2, moe, text):
    for tokenizer in (smollm2.tokenizer, moe.tokenizer):
        assume(known(tokenizer, text))
        assert b"".join(tokenizer.bytes(id) for id in tokenizer.encode(text)) == text.encode()


@given(text=words)
def test_every_token_shows_something_and_nothing_that_breaks_a_line(bundle, text):
    for shown in bundle.tokenizer.strings(bundle.tokenizer.encode(text)):
        assert shown
        written_out = re.sub("⟨[0-9A-F ]+⟩", "", shown)  # bytes, with a space between
        assert not any(unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Zs") for c in written_out), repr(shown)


@pytest.mark.parametrize("keep_end", [False, True])
@given(text=st.text(st.characters(exclude_categories=["Cs"])), limit=st.integers(1, 12))
@example("a👩‍🚀b", 3)
@example("Say <|im_end|> now [SEP]\n\n  then", 5)
def test_a_cut_is_a_part_of_what_was_typed_and_never_ends_inside_a_character(bundle, keep_end, text, limit):
    assume(text)
    kept = bundle.tokenizer.cut(text, limit, keep_end=keep_end)
    assert text.endswith(kept) if keep_end else text.startswith(kept)
    assert not kept or len(bundle.tokenizer.encode(kept)) <= limit
    if (whole := len(bundle.tokenizer.encode(text))) <= limit:
        assert kept == text
    else:
        assert kept != text and bundle.tokenizer.cut(text, whole, keep_end=keep_end) == text


@given(word=st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=14))
@pytest.mark.slow
def test_merges_end_in_the_tokens_of_the_word(smollm2, moe, word):
    for tokenizer in (smollm2.tokenizer, moe.tokenizer):
        steps = tokenizer.merges(" " + word)
        parts = steps[-1].parts if steps else tuple(bytes([byte]) for byte in (" " + word).encode())
        assert list(parts) == [tokenizer.bytes(id) for id in tokenizer.encode(" " + word)]


def test_a_merge_joins_the_pair_of_lowest_rank(smollm2):
    first = smollm2.tokenizer.merges(" strawberry")[0]
    assert (first.left, first.right) == (b"e", b"r")  # "er" stands above "ra", "st" and all other pairs of the word


@pytest.mark.parametrize(
    "piece, shown",
    [
        (b" dog", "·dog"),
        (b"a\n\t", "a⏎⇥"),
        (b"\x01\r", "⟨U+0001⟩⟨U+000D⟩"),
        (b"\xe6\x97", "⟨E6 97⟩"),
        ("‮".encode(), "⟨U+202E⟩"),
        ("caffè".encode(), "caffè"),
        (b"\xa5 x", "⟨A5⟩·x"),
    ],
)
def test_what_cannot_be_seen_is_written_out(piece, shown):
    assert visible(piece) == shown


def test_pieces_are_found_and_unknown_ones_are_not(smollm2, minilm):
    assert smollm2.tokenizer.find(" dog") == 2767
    assert smollm2.tokenizer.find("<|im_end|>") == 2
    assert smollm2.tokenizer.find("no such piece") is None
    assert minilm.tokenizer.strings([minilm.tokenizer.find("##ing")]) == ["##ing"]
    with pytest.raises(ValueError, match="no token 49152"):
        smollm2.tokenizer.bytes(49152)


def test_a_lone_surrogate_is_replaced(smollm2):
    assert smollm2.tokenizer.encode("a\ud800") == smollm2.tokenizer.encode("a?")


# ---- other people's tokenizers


@pytest.fixture(scope="module", params=KINDS)
def foreign(request):
    return Tokenizer(KINDS[request.param]())


def test_every_token_of_every_kind_can_be_shown_and_found(foreign):
    ids = list(range(len(foreign)))
    shown = foreign.strings(ids)
    assert all(shown)
    for id in ids:
        try:
            piece = foreign.bytes(id).decode()
        except UnicodeDecodeError:
            continue
        found = foreign.find(piece)
        assert found is not None and foreign.bytes(found) == foreign.bytes(id)


def test_a_row_without_a_token_is_shown_by_its_number(foreign):
    assert foreign.strings([len(foreign) + 5]) == [f"⟨№ {len(foreign) + 5}⟩"]
    with pytest.raises(ValueError, match="there is no token"):
        foreign.bytes(len(foreign))


PLAIN = "The dog perché <think>\n    x +  1 🙂 <|im_end|>"


@pytest.fixture(scope="module", params=[kind for kind in KINDS if "BPE" in kind or kind.startswith("with")])
def lossless(request):
    """Unigram and WordPiece have no sign for what they do not know."""
    return Tokenizer(KINDS[request.param]())


@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="▁"), min_size=1, max_size=20))
@example(PLAIN)
def test_the_pieces_of_a_text_are_the_text(lossless, text):
    """SentencePiece begins every text with a space."""
    encoding = lossless.backend.encode(text)
    kept = [id for id, added in zip(encoding.ids, encoding.special_tokens_mask, strict=True) if not added]
    whole = b"".join(map(lossless.bytes, kept)).decode()
    assert whole == text or (lossless.kind == "sentencepiece" and whole == f" {text}")


def test_the_words_of_a_text_are_known(lossless):
    """A space begins one, and nothing else does; SentencePiece may have a piece for several words."""
    text, spelled = "The dog chased squirrels", {}
    for id, word in zip(lossless.encode(text), lossless.words(text), strict=True):
        spelled.setdefault(word, []).append(lossless.bytes(id))
    spelled.pop(None, None)
    assert len(spelled) > 1 and b"".join(b"".join(word) for word in spelled.values()).strip() == text.encode()
    assert all(word[0].startswith(b" ") for word in list(spelled.values())[1:])
    assert not [piece for word in spelled.values() for piece in word[1:] if piece.startswith(b" ")]


@pytest.mark.parametrize("keep_end", [False, True])
def test_a_cut_with_every_kind(foreign, keep_end):
    for limit in range(3, 30):
        kept = foreign.cut(PLAIN, limit, keep_end=keep_end)
        assert PLAIN.endswith(kept) if keep_end else PLAIN.startswith(kept)
        assert len(foreign.encode(kept)) <= limit
