"""What is read off attention weights: sinks do not count, swaps exchange two tokens, rows are compared as they are."""

import re

import numpy as np
import pytest

from model.analysis import attention
from model.analysis.attention import Cell
from model.trace import LayerTrace, Trace
from model.transformer import run

TEXT = "The dog chased the squirrel because it"


def heads(*rows: list[float]) -> np.ndarray:
    """Patterns whose last row is given."""
    return np.stack([np.vstack([np.zeros((len(row) - 1, len(row))), row]) for row in rows])


def made(*rows: list[float]) -> Trace:
    """One layer with one head, causal."""
    count = len(rows)
    pattern = np.array([[*row, *[0.0] * (count - len(row))] for row in rows])[None]
    layer = LayerTrace(pattern=pattern, mask=np.tril(np.ones((count, count), bool)))
    return Trace(tuple("abcdefgh"[:count]), np.arange(count), (layer,))


@pytest.fixture(scope="module")
def trace(moe):
    ids = moe.tokenizer.encode(TEXT)
    return run(moe.model, ids, moe.tokenizer.strings(ids), keep={"pattern", "mask", "v"})


def test_first_token_neighbour_and_itself_do_not_count():
    pattern = heads([0.9, 0.02, 0.03, 0.05], [0.1, 0.3, 0.5, 0.1])
    assert attention.far_weights(pattern).tolist() == [0.02, 0.3]


def test_in_a_short_text_they_count():
    assert attention.far_weights(heads([0.7, 0.2, 0.1])).tolist() == [0.7]
    assert attention.far_weights(heads([0.6, 0.4])).tolist() == [0.6]
    assert attention.far_weights(heads([1.0])).tolist() == [1.0]


def test_a_target_is_far_away_and_of_the_content():
    rows = [1.0], [0.9, 0.1], [0.9, 0.05, 0.05], [0.5, 0.1, 0.1, 0.3], [0.4, 0.1, 0.05, 0.4, 0.05]
    every, none = np.ones(5, bool), np.zeros(5, bool)
    assert attention.targets(made(*rows), every, none).tolist() == [0, 0, 0, 1, 1]
    second = np.arange(5) == 2
    assert attention.targets(made(*rows), second, none)[4] == 2
    assert attention.targets(made(*rows), every, second).tolist()[4] == 1
    assert attention.strongest(made(*rows), every, none) == Cell(0, 0, 4, 1)
    assert attention.strongest(made([1.0]), every[:1], none[:1]) == Cell(0, 0, 0, 0)


def test_the_even_head_shares_with_the_first_token(trace):
    cell = attention.even_head(trace, 6)
    weights = trace.stack("pattern")[:, :, 6, 0]
    assert abs(weights[cell.layer, cell.head] - 0.5) == np.abs(weights - 0.5).min() and (cell.query, cell.key) == (6, 0)


def test_the_longest_vector_is_measured_over_all_numbers(trace):
    cell = attention.even_head(trace, 6)
    layer = trace.layers[cell.layer]
    group = cell.head // (len(layer.pattern) // len(layer.v))
    lengths = np.linalg.norm(layer.pattern[cell.head, 6][:, None] * layer.v[group], axis=-1)
    np.testing.assert_allclose(attention.value_lengths(trace, cell), lengths, rtol=1e-5)


def test_rows_are_compared_on_the_common_beginning():
    rows = [1.0], [0.5, 0.5], [0.2, 0.3, 0.5]
    longer = made(*rows, [0.1, 0.1, 0.1, 0.7])
    assert attention.row_changes(made(*rows), longer, 2).tolist() == [[0.0]]
    assert attention.row_changes(made(*rows[:2], [0.5, 0.2, 0.3]), longer, 2).max() == pytest.approx(0.3)


@pytest.mark.parametrize("text", [TEXT, "A dog chased <|im_end|>\n\n  the cat. Because  it"])
def test_a_swap_exchanges_two_words_and_nothing_else(smollm2, text):
    """Not the lines, the spaces and the special tokens between them either."""
    tokenizer = smollm2.tokenizer
    ids = tokenizer.encode(text)
    trace = run(smollm2.model, ids, tokenizer.strings(ids), keep={"pattern", "mask", "v"})
    content = np.array([token.strip("·").lower() in ("dog", "squirrel", "cat", "chased") for token in trace.tokens])
    cell = attention.strongest(trace, content, np.zeros_like(content))
    swap = attention.swap(tokenizer, trace, text, cell, content)
    after = tokenizer.strings(tokenizer.encode(swap.text))
    assert after == swap.tokens
    assert [i for i, pair in enumerate(zip(trace.tokens, after, strict=True)) if len(set(pair)) == 2] == [
        swap.first,
        swap.second,
    ]
    assert re.sub(r"\w+", "", swap.text) == re.sub(r"\w+", "", text) and swap.text != text
    assert attention.swap(tokenizer, trace, text, Cell(0, 0, len(ids) - 1, 0), np.zeros_like(content)) is None


def test_hidden_weight_is_what_a_mask_would_take_from_each_key():
    trace = made([1.0], [0.25, 0.75], [0.5, 0.3, 0.2])
    window = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 1]], bool)
    np.testing.assert_allclose(attention.hidden_weight(trace, [window]), [0.5 / 3, 0, 0])
    np.testing.assert_array_equal(attention.hidden_weight(trace, [trace.layers[0].mask]), 0)


def test_the_weight_on_later_tokens():
    assert attention.later_weight(np.array([[0.5, 0.25, 0.25], [0.0, 0.9, 0.1], [0.3, 0.3, 0.4]])) == pytest.approx(0.2)
    assert attention.later_weight(np.tril(np.ones((2, 3, 3)))) == 0
