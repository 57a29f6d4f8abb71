"""Sentence vectors as transformers makes them, and searches that find what they should."""

import numpy as np
import pytest
import torch
import transformers

from model import zoo
from model.analysis import retrieval

TEXTS = [
    "A dog runs after a ball in the park.",
    "The puppy is playing outside.",
    "Interest rates rose again this quarter.",
    "The bank raised the price of money.",
    "She sat on the bank of the river.",
    "Il gatto dorme sul divano.",
]


@pytest.mark.slow
def test_sentence_vectors_are_those_of_transformers(minilm):
    folder = zoo.find("minilm").parent
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder).eval()
    inputs = tokenizer(TEXTS, padding=True, return_tensors="pt")
    with torch.inference_mode():
        hidden = model(**inputs).last_hidden_state
    real = inputs["attention_mask"][..., None]
    theirs = torch.nn.functional.normalize((hidden * real).sum(1) / real.sum(1), dim=-1).numpy()
    assert np.abs(retrieval.sentence_vectors(minilm.model, minilm.tokenizer, TEXTS) - theirs).max() <= 1e-5


@pytest.mark.slow
def test_meaning_is_found_where_no_word_is_shared(minilm):
    vectors = retrieval.sentence_vectors(minilm.model, minilm.tokenizer, [*TEXTS, "a young dog has fun"])
    cosines = vectors[:-1] @ vectors[-1]
    assert set(np.argsort(-cosines)[:2]) == {0, 1}


def test_keywords_find_words_and_nothing_else():
    scores = retrieval.keyword_scores("Bank, bank of x", TEXTS)
    assert set(np.flatnonzero(scores)) == {3, 4}
    assert scores[3] > scores[4]  # the same two words in a shorter text
    assert not retrieval.keyword_scores("zebra", TEXTS).any()
    assert not retrieval.keyword_scores("", TEXTS).any()
    assert not retrieval.keyword_scores("a", ["…", ""]).any()


def test_reranking_keeps_to_what_was_found():
    scores, cosines = np.array([3.0, 0, 2, 1, 0]), np.array([0.1, 0.9, 0.5, 0.7, 0.8])
    assert retrieval.rerank(scores, cosines, 10).tolist() == [3, 2, 0]
    assert retrieval.rerank(scores, cosines, 2).tolist() == [2, 0]
    assert retrieval.rerank(np.zeros(5), cosines, 3).tolist() == []


def test_the_plane_shows_the_largest_differences():
    generator = np.random.default_rng(0)
    flat = generator.normal(size=(20, 2)) @ generator.normal(size=(2, 30))
    places, share = retrieval.principal_plane(flat)
    assert share == pytest.approx(1)
    apart = np.linalg.norm(flat[:, None] - flat, axis=-1)
    assert np.linalg.norm(places[:, None] - places, axis=-1) == pytest.approx(apart)
    assert retrieval.principal_plane(flat[:1])[0].tolist() == [[0, 0]]
