"""The lesson, the last part: the same weights at other speeds and at other positions, and what that costs them."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from urllib.parse import quote

import streamlit as st
from babel.numbers import format_decimal
from markupsafe import Markup

from model import lens
from model.analysis.losses import bits_per_byte
from model.edits import MovePositions
from model.trace import Trace
from model.zoo import Bundle
from ui.frame.page import Page
from ui.kit import cache, figures, markup, url_state
from ui.kit.folded import folded
from ui.lessons.positions.readings import KEEP, LIMIT
from viz import positions as charts

SHIFT, STRETCH = 4000, 4  # of the comparison: every token moved on, or pulled apart
BASES = (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
FIRST = 10_000, 1_000  # the base of the paper; for a model that was trained with it, another
LINK = {"base": url_state.one_of(*BASES)}
PRESSED = (0.25, 0.5)  # positions from one token to the next


# ---- losses


def loss(bundle: Bundle, trace: Trace) -> float:
    """Bits per byte of the tokens after the first. Needs final."""
    return bits_per_byte(lens.surprisal(bundle.model, trace), bundle.tokenizer, trace.token_ids.tolist())


def with_base(page: Page, base: int) -> float:
    """The loss of the same weights with another base of the rotation."""

    def compute() -> float:
        variant = _variant(page, base)
        return loss(variant, cache.trace(variant, page.ids, {"final"}, kept=False))

    return _once(page, "base", base, compute)


def shifted(page: Page, shift: int) -> float:
    """The loss where every token stands further on."""
    return _once(page, "shift", shift, lambda: _loss_at(page, range(shift, shift + len(page.ids))))


def stretched(page: Page, stretch: float) -> float:
    """The loss where token i stands at i·stretch."""
    return _once(page, "stretch", stretch, lambda: _loss_at(page, (stretch * i for i in range(len(page.ids)))))


def compared(page: Page) -> dict[str, float]:
    """Bits per byte as trained, moved on by SHIFT, and with STRETCH positions from one token to the next."""
    return {
        "trained": loss(page.bundle, page.trace(KEEP)),
        "shifted": shifted(page, SHIFT),
        "stretched": stretched(page, STRETCH),
    }


def trained_base(page: Page) -> int:
    """The base that this model was trained with."""
    return round(page.bundle.model.config.rope_base)


def stretches(page: Page) -> list[float]:
    """Factors from a quarter on, doubled until the last token stands beyond the trained context."""
    last, context = len(page.ids) - 1, page.bundle.model.config.context
    return [*PRESSED, *(2.0**n for n in range(14) if 2 ** (n - 1) * last <= context)]


def _variant(page: Page, base: int) -> Bundle:
    return cache.variant(page.bundle, rope_base=float(base))


def _loss_at(page: Page, positions: Iterable[float]) -> float:
    edits = (MovePositions(positions=tuple(positions)),)
    return loss(page.bundle, page.trace({"final"}, edits, kept=False))


def _once(page: Page, setting: str, value: float, compute: Callable[[], float]) -> float:
    """A loss is measured once in a session."""
    known = _known(page, setting)
    if value not in known:
        known[value] = compute()
    return known[value]


def _known(page: Page, setting: str) -> dict[float, float]:
    """What was measured of this prompt so far, by base, shift or stretch."""
    return cache.memo("positions-losses", "all prompts", dict).setdefault(page.key(setting), {})


def _measure(page: Page, setting: str, values: Sequence[float], one: Callable[[float], float]) -> dict[float, float]:
    """The known losses; after a click all of them, with a word on how far it is."""
    spot, words, known = st.empty(), page.words, _known(page, setting)
    if any(value not in known for value in values) and spot.button(
        words.text(f"measure-{setting}", n=len(values)), key=f"measure-{setting}"
    ):
        for value in values:
            spot.html(markup.note(words.inline("progress", n=len(known), all=len(values)), live=True))
            one(value)
        spot.empty()
    return known


# ---- sections


@st.fragment
def show_bases(page: Page, trace: Trace) -> None:
    """A base to choose: what it does to the speeds, and what the model makes of them."""
    words, text, number, own = page.words, page.words.text, page.words.number, trained_base(page)
    with st.container(gap="xsmall"):
        slider = url_state.bind("base", BASES, FIRST[own == FIRST[0]])
        base = st.select_slider(text("base"), BASES, format_func=number, width=560, **slider)
        tokens = len(page.ids)
        if tokens < 2:
            st.html(words("loss-none"))
        else:
            unchanged = _once(page, "base", own, lambda: loss(page.bundle, trace))
            values = {"base": base, "loss": with_base(page, base), "trained": own, "own": unchanged}
            page.read(words.inline("base-reading", **{name: number(x) for name, x in values.items()}))
            page.note(_how_measured(page))
        folded(text("base-fold"), "fold-bases", partial(_bases, page, base))


def _bases(page: Page, base: int) -> None:
    """The speeds of the pairs with this base, and what every base that was tried costs."""
    text, number, own = page.words.text, page.words.number, trained_base(page)
    with st.container(gap="xsmall"):
        names = {text("waves-name", base=number(base)): base, text("waves-trained", base=number(own)): own}
        waves = {name: _variant(page, b).model.position.wavelengths.cpu().numpy() for name, b in names.items()}
        context, tokens = page.bundle.model.config.context, len(page.ids)
        levels = {text("level-context", n=number(context)): context, text("level-prompt", n=number(tokens)): tokens}
        chart = charts.wavelengths(waves, levels, number, text("pair"), text("waves-axis"), text("waves-hover"))
        columns = {text("pair"): range(1, page.bundle.model.config.head_width // 2 + 1)} | waves
        figures.show(chart, "waves", text("waves-alt"), columns)
        if tokens < 2:
            return
        losses = _measure(page, "base", BASES, partial(with_base, page))
        marks = {text("mark-trained"): own}
        chart = charts.losses(losses, base, number, text("base"), text("loss-axis"), marks)
        columns = {text("base"): sorted(losses), text("loss-axis"): [losses[base] for base in sorted(losses)]}
        figures.show(chart, "base-losses", text("loss-alt"), columns)


def _how_measured(page: Page) -> Markup:
    """On how many tokens, and longer sentences to try."""
    words, tokens, encode = page.words, len(page.ids), page.bundle.tokenizer.encode
    note = words.inline("loss-note", n=tokens - 1)
    longer = [line for line in words.text("samples").splitlines() if len(encode(line)[:LIMIT]) > tokens]
    if longer:
        link = Markup('<a href="?prompt={}">{}</a>').format
        links = Markup(" · ").join(link(quote(line), line) for line in longer)
        note += Markup(" ") + words.inline("loss-longer", links=links)
    return note


def show_stretches(page: Page) -> None:
    """The tokens pulled apart and pressed together."""
    if len(page.ids) < 2:
        st.html(page.words("loss-none"))
    else:
        folded(page.words.text("stretch-title"), "fold-stretches", partial(_stretches, page))


def _stretches(page: Page) -> None:
    """What every stretch costs, once it was measured."""
    words, text, tokens = page.words, page.words.text, len(page.ids)
    with st.container(gap="xsmall"):
        st.html(words("stretch-text"))
        unchanged = _once(page, "stretch", 1.0, lambda: loss(page.bundle, page.trace(KEEP)))
        losses = _measure(page, "stretch", stretches(page), partial(stretched, page))
        if len(losses) > 2:
            factor = partial(format_decimal, format="#,##0.##", locale=page.lang)  # without digits it does not have
            worst, context = max(losses, key=losses.get), page.bundle.model.config.context
            values = {"trained": words.number(unchanged), "loss": words.number(losses[worst]), "s": factor(worst)}
            page.read(words.inline("stretch-reading", **values))
            marks = {text("level-beyond", n=words.number(context)): context / (tokens - 1)}
            chart = charts.losses(losses, 1.0, factor, text("stretch-axis"), text("loss-axis"), marks)
            columns = {text("stretch-axis"): list(losses), text("loss-axis"): list(losses.values())}
            figures.show(chart, "stretch-losses", text("loss-alt"), columns)
        st.html(words("stretch-caveat"))


def show_limits(page: Page) -> None:
    """What is often said of rotation and long texts, beside what was measured."""
    number = page.words.number
    measured = {name: number(x) for name, x in compared(page).items()}
    page.said("said-longer", shift=number(SHIFT), stretch=STRETCH, **measured)
