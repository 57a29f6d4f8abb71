"""Files for table programs: every cell as it is, and no text of a reader's that is carried out."""

import csv
import io

import numpy as np
import pytest

from ui.kit.csv import as_csv


def read(file: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_a_csv_has_every_cell():
    lines = as_csv([{"a": [], "b": []}, (1, "x,y"), (0.5, "é")], "en").decode("utf-8-sig").splitlines()
    assert lines == ["a,b", '1,"x,y"', "0.5,é"]


@pytest.mark.parametrize("begin", "=+-@\t\r")
def test_a_text_is_no_formula(begin):
    text = f'{begin}HYPERLINK("http://x","y")'
    assert read(as_csv([[text], [1, text], [f" {text}"]], "en")) == [[f"'{text}"], ["1", f"'{text}"], [f" {text}"]]


def test_numbers_stay_numbers():
    values = [-1, -0.5, np.float32(-0.25), np.int64(-7), float("-inf"), None]
    assert read(as_csv([values], "en")) == [["-1", "-0.5", "-0.25", "-7", "-inf", ""]]
    assert read(as_csv([[*values, "1.5; 2,5"]], "it"), ";") == [["-1", "-0,5", "-0,25", "-7", "-inf", "", "1.5; 2,5"]]
