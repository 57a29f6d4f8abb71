"""The two models of the drawings, and what was read off their passes over the prompt."""

from dataclasses import dataclass

from model.config import Config
from model.zoo import Bundle, ModelUnavailable
from ui.frame.page import Page
from ui.kit import cache
from ui.lessons.blocks.readings import Reading, read

MINILM = "minilm"
OLD = ("switchboard/2017", MINILM)  # the first that can be read stands for 2017
MAX_TOKENS = 64  # of the older model: WordPiece may need more than the page's own


@dataclass(frozen=True)
class Side:
    """One of the two models, and what was read off when it read the prompt."""

    name: str  # "old" or "new"
    bundle: Bundle
    reading: Reading

    @property
    def config(self) -> Config:
        return self.bundle.model.config

    @property
    def title(self) -> str:
        return self.bundle.card.title

    @property
    def token(self) -> str:
        return self.reading.tokens[self.reading.at]


def sides(page: Page) -> list[Side]:
    """The older model and the page's own; the page's own alone, and one sentence, where there is no older one."""
    own = _side("new", page.bundle, page.ids, len(page.ids) - 1)
    problems = []
    for name in OLD:
        try:
            bundle = cache.bundle(name)
        except ModelUnavailable as problem:
            problems.append(problem.field)
            continue
        ids = bundle.tokenizer.encode(page.text)[:MAX_TOKENS]
        plain = [i for i, id in enumerate(ids) if id not in bundle.tokenizer.special]  # not [CLS] and [SEP]
        return [_side("old", bundle, ids, plain[-1] if plain else len(ids) - 1), own]
    page.notice(page.words("no-old", file=problems[0]))
    return [own]


def _side(name: str, bundle: Bundle, ids: list[int], at: int) -> Side:
    key = cache.Key("blocks", bundle.card.name, tuple(ids), (at,))
    return Side(name, bundle, cache.result(key, lambda: read(bundle, ids, at)))
