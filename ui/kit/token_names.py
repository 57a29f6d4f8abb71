"""What the tokens of a text are called where the same one may stand in it twice."""

from collections import Counter
from collections.abc import Sequence

_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def distinct(tokens: Sequence[str]) -> list[str]:
    """The tokens of a text as they are shown. One that occurs more than once, with a space before it or without, has
    its position, from 1, as an index: the₃. ui/components/base/tokens.js does the same."""
    counts = Counter(token.removeprefix("·") for token in tokens)
    return [
        f"{token}{str(n).translate(_SUBSCRIPT)}" if counts[token.removeprefix("·")] > 1 else token
        for n, token in enumerate(tokens, 1)
    ]
