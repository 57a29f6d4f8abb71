"""The line above every page: name, pages, languages, light and dark. Links are followed without a reload (ui/head.html)."""

from pathlib import Path

import streamlit as st

import content
from ui import path, session
from viz import theme

NAMES = {"en": "English", "it": "Italiano"}


def masthead(current: str) -> None:
    """`current` is the slug of the page shown."""
    words, titles = session.words("ui"), session.words("path")

    def item(slug: str, href: str, label: str) -> str:
        return f'<a href="{href}"{" aria-current=page" if slug == current else ""}>{label}</a>'

    parts = "".join(
        f"<p class='eyebrow'>{titles.inline(f'part-{part}')}</p>" + "".join(item(step.slug, step.slug, titles.inline(step.slug)) for step in steps)
        for part in path.PARTS
        if (steps := [step for step in path.STEPS if step.part == part and step.exists])
    )
    languages = "".join(
        f'<a href="?lang={lang}" lang="{lang}" hreflang="{lang}"{" aria-current=true" if lang == words.lang else ""}>{NAMES[lang]}</a>'
        for lang in content.LANGUAGES
    )
    in_lesson = " here" if current != path.MACHINE.slug else ""
    st.html(
        f'<header class="masthead"><a class="wordmark" href="/" aria-label="{words.text("home")}">Vetro</a>'
        f'<nav aria-label="{words.text("navigation")}">{item(path.MACHINE.slug, "/", words.inline("nav-machine"))}'
        f'<details class="menu{in_lesson}"><summary>{words.inline("nav-lessons")}</summary><div>{parts}</div></details></nav>'
        f'<nav class="languages" aria-label="{words.text("language")}">{languages}</nav>'
        f'<button type="button" class="theme-switch" aria-label="{words.text("theme")}"></button></header>'
    )


def style(width: int) -> None:
    """The style sheet, with the colours of both themes; light-dark() follows Streamlit's theme by itself."""
    pairs = {
        "paper": "backgroundColor", "second": "secondaryBackgroundColor", "ink": "textColor", "soft": "grayTextColor", "rule": "borderColor",
        "green": "primaryColor", "query": "primaryColor", "key": "blueColor", "value": "orangeColor", "red": "redColor",
    }  # fmt: skip
    colours = "".join(f"--{name}: light-dark({light}, {dark});" for name, (light, dark) in theme.pairs(pairs).items())
    sheet = Path(__file__).with_name("style.css").read_text(encoding="utf-8")
    st.html(f"<style>:root {{ --width: {width}px; --sans: {theme.SANS}; --serif: {theme.SERIF}; --mono: {theme.MONO}; {colours} }}\n{sheet}</style>")
