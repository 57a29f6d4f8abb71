"""The same token twice in a text is told apart."""

import pytest

from ui.kit.token_names import distinct


@pytest.mark.parametrize(
    "tokens, names",
    [
        ([], []),
        (["·a", "·b", "·A", "·"], ["·a", "·b", "·A", "·"]),
        (["the", "·the", "·cat", "·the"], ["the₁", "·the₂", "·cat", "·the₄"]),
        (["a"] * 11, [f"a{index}" for index in ["₁", "₂", "₃", "₄", "₅", "₆", "₇", "₈", "₉", "₁₀", "₁₁"]]),
    ],
)
def test_only_what_occurs_more_than_once_has_an_index(tokens, names):
    assert distinct(tokens) == names
