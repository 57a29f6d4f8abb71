"""Lesson 1: what does the model read?"""

import streamlit as st

import content
from ui import components, html, link, quiz, session, tokens, widgets
from ui.lesson import lesson

LIMIT = 256
WORD = "strawberry"
TOKENIZERS = ("smollm2", "minilm", "experts")

with lesson("tokens", limit=LIMIT, link=tokens.LINK) as page:
    words, tokenizer = page.words, page.bundle.tokenizer
    shared = {"lang": page.lang, "words": content.load(page.lang, "tokens")}

    def show(view: str, data: dict, **callbacks) -> None:
        components.mount("tokens", key=view, data={"view": view, **shared, **data}, **callbacks)

    def title(section: str, text: html.Raw) -> None:
        st.html(f"<h2>{words.inline(section)}</h2>{text}")

    def chips(ids: list[int]) -> html.Raw:
        return html.Raw(" ".join(map(html.chip, tokenizer.strings(ids[: tokens.CHIPS]))))

    def ids_of(text: str) -> str:
        return ", ".join(map(str, tokenizer.encode(text)))

    def typed(name: str, usual: str) -> dict:
        return link.typed(name, usual, name, tokens.CHARACTERS) | {"max_chars": tokens.CHARACTERS, "width": 420}

    embed = tokens.vectors(page)

    @st.fragment
    def chain() -> None:
        pieces = [tokenizer.bytes(id) for id in page.ids]
        at = tokens.chosen(st.session_state.get("sentence", {}), link.count("token"), pieces)
        data = tokens.sentence(tokenizer, page.ids, embed)
        show("sentence", {**data, "selected": at}, on_chosen_change=lambda: None)
        size = tokens.size(page.bundle, page.lang)
        title("table-title", words("table-text", **size) + words("table-size", **size))
        show("table", tokens.row(page, page.ids[at]))
        st.html(f'<div class="note">{words("near-note")}</div>')
        st.html(tokens.arithmetic(page.bundle, embed[at], page.ids[at], words))

    @st.fragment
    def vocabulary() -> None:
        longest = str(max(page.ids, key=lambda id: len(tokenizer.bytes(id))))
        asked = st.text_input(words.text("look-label"), **typed("look", longest))
        asked = asked[: tokens.CHARACTERS]
        id, section = tokens.look_up(tokenizer, asked)
        if id is None:
            cut = tokenizer.encode(asked)
            values = {"asked": html.chip(asked.replace(" ", "·")), "last": len(tokenizer) - 1, "n": len(cut)}
            st.html(f'<div role="status">{words(section, **values, pieces=chips(cut))}</div>')
            return
        st.html(f'<div role="status">{words(section, id=id, token=chips([id]))}</div>')
        show("vocabulary", tokens.shelf(tokenizer, id), on_look_change=look)
        st.html(f'<div class="note">{words("around-note")}</div>')

    def look() -> None:
        st.session_state.look = str(st.session_state.vocabulary.look)

    @st.fragment
    def spelling() -> None:
        word = st.text_input(words.text("spell-label"), **typed("spell", WORD))
        word = word[: tokens.CHARACTERS]
        show("letters", tokens.letters(tokenizer, word.strip() or WORD))

    chain()
    widgets.table_twin(tokens.table(tokenizer, page.ids, embed, words), "tokens")
    widgets.source(type(page.bundle.model).stream, type(page.bundle.model.embed_tokens))

    title("merges-title", words("merges-text"))
    show("merges", {"built": tokens.merges(tokenizer, page.text), "longest": tokens.LONGEST})
    widgets.source(type(tokenizer).merges)

    title("compare-title", words("compare-text"))
    show("compare", {"found": tokens.compare(page.text, TOKENIZERS, session.bundle)})

    makeup = session.reading(f"makeup-{page.lang}", page.model, (), LIMIT, lambda: tokens.makeup(tokenizer, page.lang))
    title("look-title", words("look-text", **makeup))
    vocabulary()

    title("spell-title", words("spell-text"))
    spelling()
    st.html(words("spell-caveat"))

    pair = {"alone": html.chip("dog"), "with_space": html.chip("·dog")}
    kinds, changes = ("one", "two", "three"), ("fewer", "same", "more")
    quiz.predict(
        f"same-token-{page.model}",
        words.inline("same-question", **pair),
        [words.text(f"same-option-{kind}") for kind in kinds],
        lambda: tokens.same_token(tokenizer, "dog"),
        lambda _, right: words(f"same-explain-{kinds[right]}", a=ids_of("dog"), b=ids_of(" dog"), **pair),
    )

    def explain(_: int, right: int) -> str:
        cut = tokens.without_spaces(tokenizer, page.text)
        counts = words("spaces-explain", n=len(page.ids), m=len(cut), pieces=chips(cut))
        return counts + words(f"spaces-why-{changes[right]}")

    quiz.predict(
        f"spaces-{page.model}-{page.text}",
        words.inline("spaces-question", model=page.bundle.card.title),
        [words.text(f"spaces-option-{change}") for change in changes],
        lambda: tokens.fewer_same_more(len(tokens.without_spaces(tokenizer, page.text)), len(page.ids)),
        explain,
    )
