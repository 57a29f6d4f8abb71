"""The line above every page: name, pages, languages, light and dark. ui/server/head.html makes its links and switch
work. And the one at the foot, which ui/frame/style.css shows while there is no connection."""

from pathlib import Path

import streamlit as st

import content
from ui.frame import curriculum, share_menu
from ui.kit import cache

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


def masthead(current: str) -> None:
    """`current` is the slug of the page shown."""
    words = cache.words("ui")

    def link(href: str, label: str, here: bool, more: str = "") -> str:
        return f'<a href="{href}"{more}{" aria-current=true" if here else ""}>{label}</a>'

    machine = link("/", words.inline("nav-machine"), current == curriculum.MACHINE.slug)
    languages = "".join(
        link(f"?lang={lang}", NAMES[lang], lang == words.lang, f' lang="{lang}" hreflang="{lang}"')
        for lang in content.LANGUAGES
    )
    lessons = " here" if curriculum.find(current).part in curriculum.PARTS[:3] else ""
    label = {name: words.text(name) for name in ("home", "navigation", "language", "theme")}
    st.html(
        '<header class="masthead">'
        f'<a class="skip" href="#lesson-title">{words.inline("skip")}</a>'
        f'<a class="wordmark" href="/" aria-label="{label["home"]}">Vetro</a>'
        f'<nav aria-label="{label["navigation"]}">{machine}'
        f'<details class="menu{lessons}"><summary>{words.inline("nav-lessons")}</summary>'
        f"<div>{_lessons(current, link)}</div></details>{_playground(current, link)}</nav>"
        f'{share_menu.menu()}<nav class="languages" aria-label="{label["language"]}">{languages}</nav>'
        f'<button type="button" class="theme-switch" aria-label="{label["theme"]}"></button>'
        f"{share_menu.leave()}</header>"
        f'<div class="connection" role="status"><p>{words.inline("no-connection")}</p></div>'
    )


def _lessons(current: str, link) -> str:
    """The lessons that exist, in their parts."""
    titles = cache.words("path")
    html = ""
    for part in curriculum.PARTS[:3]:
        if steps := [step for step in curriculum.STEPS if step.part == part and step.exists]:
            html += f'<p class="eyebrow">{titles.inline(f"part-{part}")}</p>'
            html += "".join(link(step.slug, titles.inline(step.slug), step.slug == current) for step in steps)
    return html


def _playground(current: str, link) -> str:
    """A link to each of its pages that exists."""
    titles = cache.words("path")
    steps = [step for step in curriculum.STEPS if step.part == curriculum.PARTS[3] and step.exists]
    return "".join(link(step.slug, titles.inline(step.slug), step.slug == current) for step in steps)


def style(width: int) -> None:
    """The style sheet, with the colours of both themes; light-dark() follows Streamlit's theme by itself."""
    both = {name: [st.get_option(f"theme.{mode}.{colour}") for mode in MODES] for name, colour in COLOURS.items()}
    colours = "".join(f"--{name}: light-dark({light}, {dark});" for name, (light, dark) in both.items())
    type_ = "".join(f"--{name}: {st.get_option(f'theme.{font}')};" for name, font in FONTS.items())
    sheet = Path(__file__).with_name("style.css").read_text(encoding="utf-8")
    st.html(f"<style>:root {{ --width: {width}px; {type_} {colours} }}\n{sheet}</style>")
