"""Learning merges: against the trainer of the library tokenizers, and pair by pair against counting anew."""

import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import models, trainers

from model.analysis import merges

# of each step one pair alone is the most frequent: the library settles ties in another way
CLEAR = ["abcd"] * 9 + ["bcd"] * 4 + ["xyz"] * 5 + ["xy"] * 2 + ["q"]


def test_the_merges_are_those_that_the_librarys_trainer_learns():
    learned = merges.learn([word.encode() for word in CLEAR], 5)
    backend = tokenizers.Tokenizer(models.BPE())
    letters = sorted(set("".join(CLEAR)))
    backend.train_from_iterator(
        CLEAR,
        trainers.BpeTrainer(vocab_size=len(letters) + 5, initial_alphabet=letters, show_progress=False),
    )
    vocabulary = sorted(backend.get_vocab(), key=backend.get_vocab().get)
    assert [(merge.left + merge.right).decode() for merge in learned] == vocabulary[len(letters) :]


@given(words=st.lists(st.text("ab", min_size=1, max_size=8), max_size=8))
def test_each_merge_is_the_most_frequent_pair_and_loses_nothing(words):
    before = [[bytes([byte]) for byte in word.encode()] for word in words]
    for merge in merges.learn([word.encode() for word in words], 6):
        pairs = [(word[i], word[i + 1]) for word in before for i in range(len(word) - 1)]
        assert pairs.count((merge.left, merge.right)) == merge.count == max(map(pairs.count, pairs)) >= 2
        assert [b"".join(word) for word in merge.words] == [word.encode() for word in words]
        before = [list(word) for word in merge.words]
        shorter = sum(map(len, before))
        assert shorter >= len(words)


@pytest.mark.parametrize("words", [[], [b"a"], [b"ab", b"cd"]])
def test_where_no_pair_occurs_twice_nothing_is_learned(words):
    assert merges.learn(words, 5) == []
