"""A question of a lesson, as the page asks it and the worksheet prints it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from ui.kit import language, markup


@dataclass(frozen=True)
class Question:
    """options: plain texts, with `tokens` shown as token chips. The functions run after Reveal, or for a worksheet:
    `answer()` gives the index of the right option, or of several that no measurement tells apart, the best one first;
    `explain(right)` HTML about one of these; `against(i)` HTML that says what is wrong with option i; `given()` HTML
    that a worksheet prints besides, what the page shows and the question needs. `waiting`: HTML in the place of an
    answer that is not there yet."""

    text: Markup
    options: list[str]
    answer: Callable[[], int | tuple[int, ...]]
    explain: Callable[[int], Markup]
    against: Callable[[int], Markup] = lambda i: Markup()
    given: Callable[[], Markup] = Markup
    tokens: bool = False
    waiting: Markup | str = ""

    @property
    def plain(self) -> str:
        """Its text without markup."""
        return Markup(self.text).striptags()

    def accepted(self) -> tuple[int, ...]:
        """The options that count as right, the best one first."""
        right = self.answer()
        return right if isinstance(right, tuple) else (right,)

    def shown(self, i: int) -> Markup:
        """Option i as HTML."""
        return markup.chip(self.options[i]) if self.tokens else Markup.escape(self.options[i])

    def explained(self, right: int, accepted: tuple[int, ...]) -> Markup:
        """The explanation of an accepted option; a tie is said."""
        if len(accepted) == 1:
            return self.explain(right)
        options = Markup("; ").join(map(self.shown, accepted))
        return self.explain(right) + language.words("ui")("tie", options=options)


def between(bounds: Sequence[float], value: float, noise: float) -> tuple[int, ...]:
    """Between which bounds the value lies: 0 is below the first, len(bounds) from the last one on. Its neighbour counts
    too where noise of this size, as a fraction of the value, would take it there."""
    low, middle, high = (int(np.searchsorted(bounds, value * (1 + x), side="right")) for x in (-noise, 0, noise))
    return tuple(dict.fromkeys((middle, low, high)))


def largest(values: Sequence[float] | np.ndarray, noise: float) -> tuple[int, ...]:
    """Which of the values no noise of this size tells apart from the largest, that one first."""
    values = np.asarray(values, dtype=float)
    order = np.argsort(-values, kind="stable")
    return tuple(i for i in order.tolist() if values[order[0]] - values[i] <= noise)
