import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.kit.numbers import number, percent, scaled


@pytest.mark.parametrize(
    "x, english, italian",
    [
        (27.5, "27.5", "27,5"),
        (36.0, "36.0", "36,0"),
        (9.984, "9.98", "9,98"),
        (0.2291, "0.229", "0,229"),
        (-4.15, "−4.15", "−4,15"),
        (99.96, "100", "100"),
        (0.99999, "1.00", "1,00"),
        (1234.5, "1,234", "1.234"),
        (49152, "49,152", "49.152"),
        (np.int64(49152), "49,152", "49.152"),
        (np.float32(0.25), "0.250", "0,250"),
        (0.0, "0", "0"),
        (-0.0, "0", "0"),
        (1.19e-7, "1.19\u202f×\u202f10⁻⁷", "1,19\u202f×\u202f10⁻⁷"),
        (3.2e12, "3.20\u202f×\u202f10¹²", "3,20\u202f×\u202f10¹²"),
        (math.nan, "–", "–"),
        (-math.inf, "−∞", "−∞"),
    ],
)
def test_three_significant_digits(x, english, italian):
    assert (number(x, "en"), number(x, "it")) == (english, italian)


def test_percent():
    assert percent(0.275, "en") == "27.5\u202f%"
    assert percent(0.275, "it") == "27,5\u202f%"
    assert percent(1, "en") == "100\u202f%"
    assert percent(np.float32(0.00229), "it") == "0,229\u202f%"


@given(st.floats(min_value=1e-4, max_value=1e5))
def test_what_is_shown_is_near_what_it_is(x):
    shown = float(number(x, "en").replace(",", ""))
    assert shown == pytest.approx(x, rel=0.0051)


def test_units():
    assert scaled(0, "B", "en") == "0\u202fB"
    assert scaled(999, "B", "en") == "999\u202fB"
    assert scaled(1000, "B", "en") == "1\u202fkB"
    assert scaled(131_072, "B", "en") == "131\u202fkB"
    assert scaled(2**40, "B", "en") == "1.10\u202fTB"
    assert scaled(46_080, "B", "it") == "46,1\u202fkB"
    assert scaled(17_179_869_184, "B", "en") == "17.2\u202fGB"
    assert scaled(17_179_869_184, "B", "en", binary=True) == "16\u202fGiB"
    assert scaled(0.5, "FLOP", "en") == "0.500\u202fFLOP"
