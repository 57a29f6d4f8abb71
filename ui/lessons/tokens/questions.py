"""What a space does to the tokens of a word, and of a sentence."""

from markupsafe import Markup

from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit import markup
from ui.lessons.tokens import readings


def same_token(page: Page) -> Question:
    """Is a word after a space the token that it is without?"""
    words, tokenizer = page.words, page.bundle.tokenizer
    pair = {"alone": markup.chip("dog"), "with_space": markup.chip("·dog")}
    kinds = ("one", "two", "three")

    def ids_of(text: str) -> str:
        return ", ".join(map(str, tokenizer.encode(text)))

    def explain(right: int) -> Markup:
        return words(f"same-explain-{kinds[right]}", a=ids_of("dog"), b=ids_of(" dog"), **pair)

    def against(i: int) -> Markup:
        return words(f"same-against-{kinds[i]}", a=ids_of("dog"), b=ids_of(" dog"), **pair)

    options = [words.text(f"same-option-{kind}") for kind in kinds]

    def answer() -> int:
        return readings.same_token(tokenizer, "dog")

    return Question(words.inline("same-question", **pair), options, answer, explain, against)


def spaces(page: Page) -> Question:
    """Has the prompt fewer tokens without its spaces?"""
    words, tokenizer = page.words, page.bundle.tokenizer
    changes = ("fewer", "same", "more")

    def answer() -> int:
        return readings.fewer_same_more(len(readings.without_spaces(tokenizer, page.text)), len(page.ids))

    def explain(right: int) -> Markup:
        ids = readings.without_spaces(tokenizer, page.text)
        counts = words("spaces-explain", n=len(page.ids), m=len(ids), pieces=readings.chips(tokenizer, ids))
        return counts + words(f"spaces-why-{changes[right]}")

    def against(i: int) -> Markup:
        return words(f"spaces-against-{changes[i]}")

    question = words.inline("spaces-question", model=page.bundle.card.title)
    return Question(question, [words.text(f"spaces-option-{change}") for change in changes], answer, explain, against)
