"""Which language a prompt is in, as far as a list of its small words can tell."""

import pytest

from ui.kit.content_words import language_of


@pytest.mark.parametrize(
    "text, language",
    [
        ("She sat on the bank of the river", "en"),
        ("Il gatto dorme sul divano della nonna", "it"),
        ("Quando la vecchia entrò, non c’era nessuno", "it"),
        ("cat cat cat", "usual"),
        ("12,50 €", "usual"),
    ],
)
def test_the_language_of_a_prompt(text, language):
    assert language_of(text, "usual") == language
