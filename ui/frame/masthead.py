"""The line above every page: name, pages, languages, light and dark. ui/server/head.html makes its links and switch
work. And the one at the foot, which ui/frame/style.css shows while there is no connection."""

from pathlib import Path

import streamlit as st

import content
from ui.frame import curriculum, share_menu
from ui.kit import language, markup

_MASTHEAD = markup.template(Path(__file__).with_name("masthead.html"))
NAMES = {"en": "English", "it": "Italiano"}
COLOURS = {
    "paper": "backgroundColor",
    "second": "secondaryBackgroundColor",
    "ink": "textColor",
    "soft": "grayTextColor",
    "rule": "borderColor",
    "green": "primaryColor",
    "query": "primaryColor",
    "key": "blueColor",
    "value": "orangeColor",
    "red": "redColor",
}
FONTS = {"sans": "font", "serif": "headingFont", "mono": "codeFont"}
MODES = ("light", "dark")
PAPER = 700  # pixels, at 96 an inch, of A4 between its margins in print.css


def masthead(current: str) -> None:
    """`current` is the slug of the page shown."""
    words, titles = language.words("ui"), language.words("path")

    def links(part: int) -> list[dict[str, object]]:
        lessons = [lesson for lesson in curriculum.LESSONS if lesson.part == part and lesson.exists]
        return [_link(lesson.slug, titles.inline(lesson.slug), lesson.slug == current) for lesson in lessons]

    *parts, playground = curriculum.PARTS
    machine = _link("/", words.inline("nav-machine"), current == curriculum.MACHINE.slug)
    languages = [_link(f"?lang={lang}", NAMES[lang], lang == words.lang, lang) for lang in content.LANGUAGES]
    parts_of_lessons = [{"title": titles.inline(f"part-{part}"), "lessons": links(part)} for part in parts]
    st.html(
        _MASTHEAD(
            words=words,
            machine=machine,
            in_lessons=current not in curriculum.APPENDICES and curriculum.lesson_by_slug(current).part in parts,
            parts=[part for part in parts_of_lessons if part["lessons"]],
            playground=links(playground),
            appendices=[_link(slug, words.inline(f"{slug}-title"), slug == current) for slug in curriculum.APPENDICES],
            share=share_menu.menu(),
            languages=languages,
            leave=share_menu.leave(),
        )
    )


def _link(address: str, label: str, here: bool, lang: str = "") -> dict[str, object]:
    return {"address": address, "label": label, "here": here, "lang": lang}


def variables() -> str:
    """The fonts, and the colours of both themes, as CSS variables; light-dark() follows Streamlit's theme by itself."""
    both = {name: [st.get_option(f"theme.{mode}.{colour}") for mode in MODES] for name, colour in COLOURS.items()}
    colours = "".join(f"--{name}: light-dark({light}, {dark});" for name, (light, dark) in both.items())
    type_ = "".join(f"--{name}: {st.get_option(f'theme.{font}')};" for name, font in FONTS.items())
    return f"{type_} {colours}"


def style(width: int) -> None:
    """The style sheets, for a page of this width in pixels."""
    sheets = "\n".join(
        Path(__file__).with_name(f"{name}.css").read_text(encoding="utf-8")
        for name in ("style", "around", "present", "print")
    )
    measures = f"--width: {width}px; --printed: {PAPER / width:.3f};"
    st.html(f"<style>:root {{ {measures} {variables()} }}\n{sheets}</style>")
