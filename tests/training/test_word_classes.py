"""Brown's tags, as classes."""

import pytest

from training.word_classes import CLASSES, class_of


@pytest.mark.parametrize(
    "tag, name",
    [
        ("nn", "noun"),
        ("nns$", "noun"),
        ("nn-tl", "noun"),
        ("np", "name"),
        ("ppss", "pronoun"),
        ("pp$", "determiner"),
        ("pp$$", "determiner"),
        ("vbd", "verb"),
        ("bez*", "auxiliary"),
        ("ppss+bem", "pronoun"),
        ("fw-in", "preposition"),
        ("at-hl", "determiner"),
        ("*", "adverb"),
        ("--", "punctuation"),
        ("---hl", "punctuation"),
        (".-hl", "punctuation"),
        ("``", "punctuation"),
        ("cd", "number"),
        ("uh", "other"),
        ("nil", "other"),
    ],
)
def test_a_tag_has_its_class(tag, name):
    assert CLASSES[class_of(tag)] == name
