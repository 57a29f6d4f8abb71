"""Brown's words become text that reads as printed, and every word can be found in it again."""

import numpy as np

from training import corpus

WORDS = "``/`` No/at evidence/nn ''/'' was/bedz found/vbn (/( yet/rb )/) ,/, he/pps said/vbd ./. 12/cd %/nn"
SAMPLE = corpus.Sample("ca05", tuple(tuple(word.rsplit("/", 1)) for word in WORDS.split()))


def test_words_are_put_together_as_they_are_printed():
    assert SAMPLE.text == '"No evidence" was found (yet), he said. 12%'


def test_every_span_is_its_word():
    shown = [{"``": '"', "''": '"'}.get(word, word) for word, _ in SAMPLE.words]
    assert [SAMPLE.text[start:end] for start, end, _ in SAMPLE.spans] == shown
    assert [tag for _, _, tag in SAMPLE.spans] == [tag for _, tag in SAMPLE.words]


def test_a_part_of_every_genre_is_held_out():
    assert SAMPLE.held_out and SAMPLE.genre == "a"
    assert not corpus.Sample("ca06", ()).held_out


def test_the_tokenizer_gives_back_every_text(tmp_path):
    texts = ["The dog chased the squirrel because it was hungry.\n" * 20, "perché 🦀 no"]
    tokenizer = corpus.train_tokenizer(texts, size=300)
    assert [tokenizer.decode(tokenizer.encode(text).ids) for text in texts] == texts
    corpus.save(tmp_path / "x.npz", tokenizer, dict.fromkeys(texts, 1))
    with np.load(tmp_path / "x.npz") as found:
        parts = np.split(found["ids"], found["starts"][1:-1])
        assert [tokenizer.decode(part[:-1].tolist()) for part in parts] == texts
        assert {int(part[-1]) for part in parts} == {tokenizer.token_to_id(corpus.END)}
