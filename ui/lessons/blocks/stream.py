"""The residual streams of the two models through their layers, and one number of them on its way through a layer."""

import numpy as np
from markupsafe import Markup

from ui.kit import markup, tables
from ui.kit.language import Words
from ui.lessons.blocks.sides import Side

GROWN = (1.5, 10, 100)  # bounds of the question about the residual stream


def arithmetic(side: Side, words: Words) -> Markup:
    """In the middle layer of a model: the number that attention changes most at the last token, on its way."""
    values, post = side.reading.through, side.config.norm_place == "post"
    shown = {name: words.number(value) for name, value in values.items()}
    for name in ("added", "mean", "bias"):  # what follows a sign of its own
        shown[name] = f"({shown[name]})" if values[name] < 0 else shown[name]
    norm, add = words.inline(f"arith-{side.config.norm}", **shown), words.inline("arith-add", **shown)
    steps = (add, norm) if post else (norm, words.inline("arith-reads"), add)
    place = {name: values[name] + 1 for name in ("layer", "place")}
    place |= {"model": side.title, "token": markup.chip(side.token)}
    title = words.inline(f"arith-{side.config.norm_place}", **place)
    return Markup("<h3>{}</h3>{}").format(title, markup.arithmetic(steps))


def other_sizes(side: Side) -> np.ndarray:
    """(L + 1,) the mean size over all tokens but the first, which often goes a way of its own."""
    sizes = side.reading.sizes
    return sizes[:, 1:].mean(1) if sizes.shape[1] > 1 else sizes[:, 0]


def growth(side: Side) -> float:
    """How many times as large the residual stream is at the end as at the beginning."""
    sizes = other_sizes(side)
    return float(sizes[-1] / sizes[0])


def reading(side: Side, words: Words) -> Markup:
    """What became of one residual stream, in a sentence that holds for any model."""
    sizes, times = other_sizes(side), growth(side)
    steady = 1 / GROWN[0] <= times <= GROWN[0]
    section = "stream-grows" if times >= GROWN[1] else "stream-steady" if steady else "stream-some"
    values = {"first": sizes[0], "last": sizes[-1], "least": sizes.min(), "most": sizes.max(), "times": times}
    about = {"model": side.title, "layers": side.config.layers, "place": words.text(f"place-{side.config.norm_place}")}
    return words.inline(section, **about, **{name: words.number(float(x)) for name, x in values.items()})


def first_token(side: Side, words: Words) -> Markup:
    """Where the first token's residual stream is far larger than the others', says so."""
    sizes = side.reading.sizes
    if sizes.shape[1] < 2:
        return Markup()
    times = sizes[:, 0] / other_sizes(side)
    layer = int(times.argmax())
    section = "first-huge" if times[layer] >= 5 else "first-like"
    values = {"times": words.number(float(times[layer])), "size": words.number(float(sizes[layer, 0]))}
    return words(section, model=side.title, token=markup.chip(side.reading.tokens[0]), layer=layer, **values)


def table(both: list[Side], words: Words) -> dict[str, list]:
    """The size of every token's residual stream before the first layer and after each."""
    rows = [
        (side.title, layer, side.reading.tokens[token], float(x))
        for side in both
        for (layer, token), x in np.ndenumerate(side.reading.sizes)
    ]
    names = ("col-model", "col-layer", "col-token", "col-size")
    return tables.of_rows(map(words.text, names), rows)
