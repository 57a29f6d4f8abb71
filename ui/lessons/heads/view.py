"""The lesson on the page: what each head writes, how far it moved a logit, and what kind it is."""

import numpy as np
import streamlit as st
from markupsafe import Markup

from model import lens
from model.analysis import heads as analysis
from model.layers import Attention
from model.trace import Trace
from ui import components
from ui.frame.page import Page
from ui.kit import figures, listing, markup, tables, url_state
from ui.kit.folded import folded
from ui.kit.language import Words
from ui.kit.mounting import mount
from ui.kit.numbers import round_percent
from ui.lessons.heads import readings
from ui.lessons.heads.readings import AGAINST, TYPED, Attribution, Candidates
from viz import heads as charts


def show(view: str, page: Page, columns: tables.Columns | None = None, **data: object) -> None:
    """One of the figures of ui/lessons/heads/component. They share the head that is chosen, through the link.

    Keys of all: view, its name; sizes: how many layers, heads and (groups) key/value heads the model has.
    """
    config = page.bundle.model.config
    sizes = {"layers": config.layers, "heads": config.heads, "groups": config.kv_heads}
    mount(page, "heads", f"heads-{view}", {"view": view, "sizes": sizes, **data}, columns=columns)


def show_explorer(page: Page, trace: Trace, start: tuple[int, int]) -> None:
    """What each head writes. Keys besides those of `show`: tokens (T strings), start (layer, head), width D, inner K;
    arrays: pattern (L, H, T, T) and the fields of analysis.Writes."""
    writes, text = readings.writes(page, trace), page.words.text
    arrays = components.pack(pattern=trace.stack("pattern"), **vars(writes))
    width, inner = page.bundle.model.config.width, trace.layers[0].z.shape[2]
    columns = readings.table(page.words, {text("col-length-last"): writes.lengths[:, :, -1]})
    show("explorer", page, columns, **arrays, tokens=page.names, start=start, width=width, inner=inner)
    listing.show(Attention.forward, lens.head_writes)


# ---- what moved a logit


@st.fragment
def show_effects(page: Page, trace: Trace, candidates: Candidates, start: tuple[int, int]) -> None:
    """A token to choose, and what its logit is made of. Keys of the figure besides those of `show`: token, start
    (layer, head); array: effects (L, H)."""
    words, text = page.words, page.words.text
    token, rival, typed = _choice(page, candidates)
    parts = readings.attribution(page.bundle, trace, candidates.logits, token, rival)
    aloud, compared = _moved(parts, words)
    with st.container(gap="xsmall"):
        st.html(typed + markup.read(aloud) + markup.note(compared))
        columns = readings.table(words, {text("col-effect"): parts.heads})
        show("effects", page, columns, **components.pack(effects=parts.heads), token=parts.name, start=start)
        st.html(words("effects-sum") + _sums(parts, words))
        folded(text("growth-title"), "growth-folded", lambda: _growth(parts, words))
    listing.show(lens.direct_effects)


def _growth(parts: Attribution, words: Words) -> None:
    """How the logit, or the lead, builds up layer by layer."""
    names = (words.text("growth-heads"), words.text("growth-mlps"), words.text("growth-sum"))
    chart = charts.growth(parts.heads, parts.mlps, parts.rest, names, words.text("axis-layer"), words.number)
    figures.show(chart, "growth", words.text("growth-alt", token=parts.name), readings.growth(parts, words))


def _choice(page: Page, candidates: Candidates) -> tuple[int, int | None, Markup]:
    """The token whose logit is taken apart, and the one it is compared with. A token that is typed goes before the
    candidates; of several, the first counts; the third value says what was typed."""
    words, tokenizer = page.words, page.bundle.tokenizer
    with st.container(key="candidate", gap="small"):
        picked = st.pills(
            words.text("candidate"),
            range(len(candidates.ids)),
            format_func=lambda i: markup.literal(candidates.tokens[i]),
            required=True,
            wrap=True,
            **url_state.bind("score", range(len(candidates.ids)), 0, lambda i: str(i + 1)),
        )
        with st.container(horizontal=True, gap="medium"):
            own = url_state.bind_text("typed-token", "", "typed", TYPED)
            text = st.text_input(words.text("typed"), max_chars=TYPED, width=230, **own).strip()
            against = st.segmented_control(
                words.text("against"),
                AGAINST,
                required=True,
                **url_state.bind("against", AGAINST, AGAINST[1]),
                format_func=lambda name: words.text(f"against-{name}"),
            )
    token, typed = candidates.ids[picked], Markup()
    if text:
        ids = tokenizer.encode(" " + text)
        token = ids[0]
        section = "typed-one" if len(ids) == 1 else "typed-many"
        shown = markup.chip(tokenizer.strings([token])[0])
        typed = words(section, text=markup.user_text(text), token=shown, count=len(ids))
    rival = next(id for id in candidates.ids if id != token) if against == "lead" else None
    return token, rival, typed


def _moved(parts: Attribution, words: Words) -> tuple[Markup, Markup]:
    """The heads that moved a logit most, or a lead, in a sentence; and what is taken apart, in another."""
    way = "alone" if parts.rival is None else "lead"
    values = {
        "token": markup.chip(parts.name),
        "rival": markup.chip(parts.rival or ""),
        "own": words.number(parts.own),
    }
    for direction, place in (("up", parts.heads.argmax()), ("down", parts.heads.argmin())):
        layer, head = np.unravel_index(place, parts.heads.shape)
        values |= {f"{direction}_layer": layer + 1, f"{direction}_head": head + 1}
        values[direction] = words.number(parts.heads[layer, head])
    return words.inline(f"moved-{way}", **values), words.inline(f"compared-{way}", **values)


def _sums(parts: Attribution, words: Words) -> Markup:
    """Heads, MLPs and the rest, added up beside the model's own logit."""
    named = (
        (float(parts.heads.sum()), words.text("sum-heads", count=parts.heads.size)),
        (float(parts.mlps.sum()), words.text("sum-mlps", count=len(parts.mlps))),
        (parts.rest, words.text("sum-rest")),
    )
    terms = [
        Markup("{} {}").format(_term(x, words, first=not i), markup.span(name, "note"))
        for i, (x, name) in enumerate(named)
    ]
    logits = [markup.sub("logit", name) for name in (parts.name, parts.rival) if name]
    values = {"own": words.number(parts.own), "difference": words.number(abs(parts.total - parts.own))}
    total = words.number(parts.total)
    line = Markup("{} ≈ <b>{}</b> = {}").format(Markup(" ").join(terms), total, Markup(" − ").join(logits))
    return markup.arithmetic((line, markup.span(words.text("sum-difference", **values), "note")))


def _term(x: float, words: Words, first: bool) -> str:
    """A number as a term of a sum, its sign as the operator."""
    return words.number(x) if first else f"{'−' if x < 0 else '+'} {words.number(abs(x))}"


# ---- kinds


def show_kinds(page: Page, trace: Trace, start: tuple[int, int]) -> None:
    """All heads by their kind. Keys besides those of `show`: kinds (4 names), best and the arrays of readings.Kinds
    (masks as `wanted`), counts (5): heads of each kind, and of none; start (layer, head)."""
    words, kinds = page.words, readings.kinds(page, trace)
    counts = np.bincount(kinds.kind.ravel(), minlength=len(lens.KINDS) + 1).tolist()
    arrays = components.pack(
        scores=kinds.scores,
        kind=kinds.kind.astype(np.uint8),
        wanted=kinds.masks.astype(np.uint8),
        patterns=kinds.patterns,
        shares=kinds.shares,
    )
    names = (words.text(f"place-{name}") for name in lens.KINDS)
    columns = readings.table(words, dict(zip(names, kinds.scores, strict=True)))
    show("kinds", page, columns, **arrays, kinds=lens.KINDS, best=kinds.best, counts=counts, start=start)
    first = counts[lens.KINDS.index("first")]
    how = words("kinds-how", tokens=readings.REPEATED, threshold=round_percent(analysis.THRESHOLD))
    sink = words("kinds-sink" if first else "kinds-no-sink", first=first, all=words.number(kinds.kind.size))
    st.html(sink)
    folded(words.text("kinds-how-title"), "kinds-how", lambda: st.html(how))
    listing.show(lens.head_kinds)


def show_test(page: Page) -> None:
    """Whether the induction heads do what the habit says: what the repetition saves with them and without."""
    words, found = page.words, readings.induction_test(page)
    first, second = readings.repeated_surprisal(page)
    rows = [("row-first", 0, first), ("row-second", 0, second)]
    if found is None:
        st.html(words("tested-none"))
    else:
        other = float(np.median(found.others))
        back = (found.without - second) / (first - second)
        values = {"n": found.count, "without": words.number(found.without), "second": words.number(second)}
        page.read(words.inline("tested-read", **values, back=words.percent(back)))
        rows.append(("row-induction", found.count, found.without))
        rows += [("row-previous", found.previous, found.without_previous)] if found.previous else []
        rows.append(("row-others", found.count, other))
    cells = [(words.inline(section, n=n), words.number(bits)) for section, n, bits in rows]
    st.html(tables.grid((words.inline("col-pass"), words.inline("col-bits")), cells))
    if found:
        low, high = map(words.number, (min(found.others), max(found.others)))
        page.note(words.inline("tested-how", draws=readings.DRAWS, low=low, high=high))
