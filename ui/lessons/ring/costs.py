"""What ring attention costs on the devices of a large model, as sums and as curves."""

from functools import partial

import numpy as np
import streamlit as st
from markupsafe import Markup

from model.arithmetic import RingCosts, ring_costs
from model.config import Config
from model.weights.published import MODELS, title
from ui.frame.page import Page
from ui.kit import figures, markup, url_state
from ui.kit.folded import folded
from ui.kit.language import Words
from viz import ring as charts

LENGTHS = tuple(2**power for power in range(10, 21))  # 1,024 to 1,048,576 tokens
DEVICES = tuple(2**power for power in range(7))  # 1 to 64


def short(tokens: int) -> str:
    """A length as it stands on the dial and in the link, where it must mean the same in every language."""
    return f"{tokens >> 20}M" if tokens >= 1 << 20 else f"{tokens >> 10}k"


def models(page: Page) -> dict[str, Config]:
    return MODELS | {page.bundle.card.title: page.bundle.model.config}


LINK = {
    "costs": lambda name, page: name in models(page),
    "length": url_state.one_of(*map(short, LENGTHS)),
    "over": url_state.one_of(*DEVICES),
}


@st.fragment
def show_costs(page: Page) -> None:
    """A model, a length and a number of devices; the sums, the curves, and both as a table."""
    words, text, known = page.words, page.words.text, models(page)
    with st.container(key="ring-costs", horizontal=True, vertical_alignment="bottom", gap="medium"):
        name = st.selectbox(
            text("cost-model"), list(known), format_func=title, key="costs", bind="query-params", width=220
        )
        dial = {"bind": "query-params", "width": 300}
        length = st.select_slider(text("cost-length"), LENGTHS, LENGTHS[-1], key="length", format_func=short, **dial)
        devices = st.select_slider(text("cost-devices"), DEVICES, DEVICES[3], key="over", **dial)
    config = known[name]
    if length > config.context:
        values = {"context": words.number(config.context), "length": words.number(length)}
        page.notice(words("beyond", model=title(name), **values))
    costs = ring_costs(config, length, devices)
    values = {
        "devices": devices,
        "own": words.number(-(-length // devices)),
        "without": words.bytes(_without_scores(costs)),
        "held": words.bytes(costs.held),
        "sent": words.bytes(costs.sent),
    }
    page.read(words.inline("cost-reading" if devices > 1 else "cost-reading-one", **values))
    st.html(_sums(config, costs, length, devices, words))

    folded(text("curves-fold"), "fold-curves", partial(_curves, words, config, length, devices))
    st.html(words("kernel"))


def _curves(words: Words, config: Config, length: int, devices: int) -> None:
    """The bytes of one device by the number of devices, and by the length of the text."""
    text, eyebrow = words.text, Markup('<p class="eyebrow">{}</p>').format
    by_devices = _lines([ring_costs(config, length, n) for n in DEVICES], words)
    st.html(eyebrow(words.inline("by-devices")))
    ticks = {n: str(n) for n in DEVICES}
    chart = charts.curves(DEVICES, by_devices, at=devices, ticks=ticks, size=words.bytes)
    columns = {text("cost-devices"): DEVICES} | _in_bytes(by_devices)
    figures.show(chart, "by-devices", text("by-devices-alt"), columns)

    by_length = _lines([ring_costs(config, n, devices) for n in LENGTHS], words)
    st.html(eyebrow(words.inline("by-length", devices=devices)))
    ticks = {n: short(n) for n in LENGTHS[::2]}
    chart = charts.curves(LENGTHS, by_length, at=length, ticks=ticks, size=words.bytes)
    columns = {text("cost-length"): LENGTHS} | _in_bytes(by_length)
    figures.show(chart, "by-length", text("by-length-alt"), columns)


def _without_scores(costs: RingCosts) -> int:
    """What a device holds where no score is ever written down."""
    return costs.held - costs.scores


def _lines(costs: list[RingCosts], words: Words) -> dict[str, np.ndarray]:
    """Bytes on and from one device; one alone sends nothing."""
    return {
        words.text("line-with"): np.array([x.held for x in costs], dtype=float),
        words.text("line-without"): np.array([_without_scores(x) for x in costs], dtype=float),
        words.text("line-sent"): np.array([x.sent or np.nan for x in costs], dtype=float),
    }


def _in_bytes(lines: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The same as columns of a table, which says its unit."""
    return {f"{line}, B": amounts for line, amounts in lines.items()}


def _sums(config: Config, costs: RingCosts, length: int, devices: int, words: Words) -> Markup:
    """The formulas of model.arithmetic.ring_costs with their numbers."""
    H, G, K = config.heads, config.kv_heads, config.head_width
    c, buffers = words.number(-(-length // devices)), 2 if devices > 1 else 1

    def line(name: str, formula: Markup | str, numbers: str, result: str) -> Markup:
        section = "cost-blocks-one" if name == "blocks" and devices == 1 else f"cost-{name}"
        note = markup.span(words.text(section), "note")
        return Markup("{} = {} = <b>{}</b> {}").format(formula, numbers, result, note)

    def bytes_line(name: str, formula: str, numbers: str, role: str = "") -> Markup:
        return line(name, markup.span(formula, role), numbers, words.bytes(getattr(costs, name)))

    return markup.arithmetic((
        line("own", "c", f"{words.number(length)} ÷ {devices}", c),
        bytes_line("queries", "2·H·K·c·2", f"2 × {H} × {K} × {c} × 2", "query"),
        bytes_line("blocks", f"{buffers}·2·G·K·c·2", f"{buffers} × 2 × {G} × {K} × {c} × 2", "key"),
        bytes_line("running", "2·H·c·4", f"2 × {H} × {c} × 4"),
        bytes_line("scores", "H·c²·4", f"{H} × {c}² × 4"),
        bytes_line("sent", "2·G·K·c·2", f"2 × {G} × {K} × {c} × 2", "key")
        if devices > 1
        else words.inline("cost-alone"),
    ))  # fmt: skip
