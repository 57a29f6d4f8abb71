"""The colours keep their promise: text can be read in both themes, categories can be told apart."""

import itertools
import tomllib
from pathlib import Path

import pytest

THEME = tomllib.loads((Path(__file__).parents[3] / ".streamlit/config.toml").read_text())["theme"]
MODES = ("light", "dark")
TEXT = ("textColor", "grayTextColor", "primaryColor", "blueColor", "orangeColor", "redColor", "linkColor")
# What people without one kind of cone see, on linear light (Machado, Oliveira and Fernandes 2009, full severity).
BLIND = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def linear(colour: str) -> list[float]:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def contrast(a: str, b: str) -> float:
    light = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (linear(a), linear(b)))
    return (light[1] + 0.05) / (light[0] + 0.05)


def lab(rgb: list[float]) -> tuple[float, float, float]:
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    xyz = [sum(w * max(c, 0) for w, c in zip(row, rgb, strict=True)) for row in rows]
    f = [v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (xyz[0] / 0.9505, xyz[1], xyz[2] / 1.089)]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


@pytest.mark.parametrize("mode", MODES)
def test_both_themes_say_the_same_things(mode):
    assert THEME[mode].keys() == THEME["light"].keys()


@pytest.mark.parametrize("setting", TEXT)
@pytest.mark.parametrize("mode", MODES)
def test_text_can_be_read(mode, setting):
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(THEME[mode][setting], THEME[mode][ground]) >= 4.5


@pytest.mark.parametrize("mode", MODES)
def test_categories_stand_out_from_the_paper(mode):
    for colour in THEME[mode]["chartCategoricalColors"]:
        assert contrast(colour, THEME[mode]["backgroundColor"]) >= 3


@pytest.mark.parametrize("kind", BLIND)
@pytest.mark.parametrize("mode", MODES)
def test_categories_can_be_told_apart(mode, kind):
    def seen(colour):
        rgb = linear(colour)
        return lab([sum(w * c for w, c in zip(row, rgb, strict=True)) for row in BLIND[kind]])

    distances = {
        (a, b): sum((x - y) ** 2 for x, y in zip(seen(a), seen(b), strict=True)) ** 0.5
        for a, b in itertools.combinations(THEME[mode]["chartCategoricalColors"], 2)
    }
    assert min(distances.values()) > 15, min(distances, key=distances.get)
