"""Lesson 1: what does the model read?"""

import streamlit as st
from markupsafe import Markup

import content
from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.frame.question import Question
from ui.kit import cache, listing, markup, tables, url_state
from ui.kit.mounting import mount
from ui.lessons.tokens import readings

LIMIT = 256
WORD = "strawberry"
TOKENIZERS = ("smollm2", "minilm", "experts")

with lesson("tokens", limit=LIMIT, link=readings.LINK) as page:
    words, tokenizer = page.words, page.bundle.tokenizer
    shared = {"lang": page.lang, "words": content.load(page.lang, "tokens")}

    def show(view: str, data: dict, **callbacks) -> None:
        mount(page, "tokens", view, {"view": view, **shared, **data}, **callbacks)

    def title(section: str, text: Markup) -> None:
        st.html(f"<h2>{words.inline(section)}</h2>{text}")

    def chips(ids: list[int]) -> Markup:
        return Markup(" ".join(map(markup.chip, tokenizer.strings(ids[: readings.CHIPS]))))

    def ids_of(text: str) -> str:
        return ", ".join(map(str, tokenizer.encode(text)))

    def typed(name: str, usual: str) -> dict:
        return url_state.bind_text(name, usual, name, readings.CHARACTERS) | {
            "max_chars": readings.CHARACTERS,
            "width": 420,
        }

    embed = readings.vectors(page)

    @st.fragment
    def chain() -> None:
        pieces = [tokenizer.bytes(id) for id in page.ids]
        at = readings.chosen(st.session_state.get("sentence", {}), url_state.count("token"), pieces)
        data = readings.sentence(tokenizer, page.ids, embed)
        show("sentence", {**data, "selected": at}, reports=("chosen",))
        size = readings.size(page.bundle, page.lang)
        title("table-title", words("table-text", **size) + words("table-size", **size))
        show("table", readings.row(page, page.ids[at]))
        st.html(f'<div class="note">{words("near-note")}</div>')
        st.html(readings.arithmetic(page.bundle, embed[at], page.ids[at], words))

    @st.fragment
    def vocabulary() -> None:
        longest = str(max(page.ids, key=lambda id: len(tokenizer.bytes(id))))
        asked = st.text_input(words.text("look-label"), **typed("look", longest))
        asked = asked[: readings.CHARACTERS]
        id, section = readings.look_up(tokenizer, asked)
        if id is None:
            cut = tokenizer.encode(asked)
            values = {"asked": markup.chip(asked.replace(" ", "·")), "last": len(tokenizer) - 1, "n": len(cut)}
            st.html(f'<div role="status">{words(section, **values, pieces=chips(cut))}</div>')
            return
        st.html(f'<div role="status">{words(section, id=id, token=chips([id]))}</div>')
        show("vocabulary", readings.shelf(tokenizer, id), on_look_change=look)
        st.html(f'<div class="note">{words("around-note")}</div>')

    def look() -> None:
        st.session_state.look = str(st.session_state.vocabulary.look)

    @st.fragment
    def spelling() -> None:
        word = st.text_input(words.text("spell-label"), **typed("spell", WORD))
        word = word[: readings.CHARACTERS]
        show("letters", readings.letters(tokenizer, word.strip() or WORD))

    chain()
    tables.twin(readings.table(tokenizer, page.ids, embed, words), "tokens")
    listing.show(type(page.bundle.model).stream, type(page.bundle.model.embed_tokens))

    title("merges-title", words("merges-text"))
    show("merges", {"built": readings.merges(tokenizer, page.text), "longest": readings.LONGEST})
    listing.show(type(tokenizer).merges)

    title("compare-title", words("compare-text"))
    show("compare", {"found": readings.compare(page.text, TOKENIZERS, cache.bundle)})

    makeup = cache.result(cache.Key(f"makeup-{page.lang}", page.model), lambda: readings.makeup(tokenizer, page.lang))
    title("look-title", words("look-text", **makeup))
    vocabulary()

    title("spell-title", words("spell-text"))
    spelling()
    st.html(words("spell-caveat"))

    pair = {"alone": markup.chip("dog"), "with_space": markup.chip("·dog")}
    kinds, changes = ("one", "two", "three"), ("fewer", "same", "more")
    quiz.predict(
        f"same-token-{page.model}",
        Question(
            words.inline("same-question", **pair),
            [words.text(f"same-option-{kind}") for kind in kinds],
            lambda: readings.same_token(tokenizer, "dog"),
            lambda _, right: words(f"same-explain-{kinds[right]}", a=ids_of("dog"), b=ids_of(" dog"), **pair),
        ),
    )

    def explain(_: int, right: int) -> str:
        cut = readings.without_spaces(tokenizer, page.text)
        counts = words("spaces-explain", n=len(page.ids), m=len(cut), pieces=chips(cut))
        return counts + words(f"spaces-why-{changes[right]}")

    quiz.predict(
        f"spaces-{page.model}-{page.text}",
        Question(
            words.inline("spaces-question", model=page.bundle.card.title),
            [words.text(f"spaces-option-{change}") for change in changes],
            lambda: readings.fewer_same_more(len(readings.without_spaces(tokenizer, page.text)), len(page.ids)),
            explain,
        ),
    )
