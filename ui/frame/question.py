"""A question of a lesson, as the page asks it and the worksheet prints it."""

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Question:
    """options: plain texts, with `tokens` shown as token chips. `answer()` gives the index of the right one and runs
    after Reveal, `explain(chosen, right)` HTML. `waiting`: HTML in the place of an answer that is not there yet."""

    text: Markup
    options: list[str]
    answer: Callable[[], int]
    explain: Callable[[int, int], Markup]
    tokens: bool = False
    waiting: Markup | str = ""

    @property
    def plain(self) -> str:
        """Its text without markup."""
        return Markup(self.text).striptags()
