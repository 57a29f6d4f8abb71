"""The sums that a page writes out are worked again by tests/support/sums.py; here it reads them, and finds faults."""

import pytest

from tests.support.sums import check, lines_of


@pytest.mark.parametrize(
    "line, lang, worked",
    [
        ("stream −76.5 + attention (−13.6) ≈ −90.2 in the stream", "en", 1),
        ("stream 104 + attention (−8.99) ≈ 94.9 in the stream", "en", 1),
        ("(1,36 − media 0,0204) ÷ 0,691 × 0,458 + (−0,00863) ≈ 0,877", "it", 1),
        ("e ^( 1.20 ) ÷ 3.72 ≈ 0.895", "en", 1),
        ("attivazione: SiLU(3,36) × −5,12 ≈ 3,25 × −5,12 ≈ −16,7", "it", 2),
        ("3.37 × 2.23 × cos 31.6° ÷ √64 ≈ 0.800", "en", 1),
        ("2 · 32 · 8 · 128 · 8.192 · 2 = 1.073.741.824 byte = 1,07 GB = 1 GiB", "it", 3),
        ("2·G·K·t·2 = 2 × 8 × 128 × 131,072 × 2 = 537 MB", "en", 1),
        ("1 − tokens / (rows · context) = 1 − 23,137 / (93 · 256) = 2.82\u202f%", "en", 1),
        ("m = max(−∞; 4.43) = 4.43", "en", 1),
        ("blind guess: −ln(1/26) = 3.26 · untrained: 3.93", "en", 1),
        ("0.350 × 0.402 + 5 more ≈ 1.62", "en", 0),
        ("q = (−0.174, −0.0180)", "en", 0),
        ("(1, 576) × (576, 49,152) = (1, 49,152)", "en", 0),
    ],
)
def test_a_line_is_worked_again(line, lang, worked):
    assert check(line, lang) == worked


@pytest.mark.parametrize(
    "line",
    [
        "−76.5 + (−13.6) = −90.2",  # rounded: it should say ≈
        "−76.5 + (−13.6) ≈ −90.4",
        "3 × 192 × 256 = 147,455",
        "23,137 ÷ 311 = 74.5",
        "0.5 ÷ ) 2 = 1",  # cannot be read
    ],
)
def test_a_fault_is_found(line):
    with pytest.raises(AssertionError):
        check(line, "en")


def test_remarks_and_indices_are_no_part_of_a_line():
    one = '<p>p<sub>5</sub> = e<sup>1.20</sup> ÷ 3.72 <span class="note">of <b>7</b></span></p>'
    assert lines_of(f'<div class="arith">{one}<p>b</p></div>') == ["p = e ^( 1.20 ) ÷ 3.72", "b"]
