"""What is compared: texts of two seeds, a beam search and the greedy text."""

import math
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as some

from model import sampling
from model.generate import stream
from model.transformer import run
from ui.kit import cache
from ui.lessons.step_by_step import readings

PROMPT = "The dog chased the squirrel because it"


@pytest.fixture(scope="module", params=["smollm2", "experts"])
def bundle(request):
    return cache.bundle(request.param)


@pytest.mark.slow
def test_a_seed_is_thrown_again_and_another_one_is_not(bundle):
    data = readings.same_seed(bundle, bundle.tokenizer.encode(PROMPT), 1.0, 1)
    first, again, other = data["rows"]
    assert first == again and data["difference"] == 0 and data["equal"][0] == readings.SEED_TOKENS
    assert other["seed"] == 2 and data["equal"][1] < readings.SEED_TOKENS
    assert all(0 <= face < readings.DIE_FACES for row in data["rows"] for face in row["dice"])
    assert first["dice"] != other["dice"]
    cold = readings.same_seed(bundle, bundle.tokenizer.encode(PROMPT), 0, 9999)
    assert cold["equal"] == [readings.SEED_TOKENS, readings.SEED_TOKENS] and cold["rows"][2]["seed"] == 0


@pytest.mark.parametrize("width", readings.BEAM_WIDTHS)
@pytest.mark.slow
def test_beam_search_and_greedy_are_one_tree(bundle, width):
    ids = bundle.tokenizer.encode(PROMPT)
    data = readings.beams(bundle, ids, width)
    parent = data["nodes"]["parent"]

    def log_probability(tokens) -> float:
        text = [*ids, *tokens]
        logits = run(bundle.model, text, text, keep={"logits"}).logits[len(ids) - 1 : -1]
        return sum(math.log(sampling.softmax(row)[token]) for row, token in zip(logits, tokens, strict=True))

    greedy = [step.token for step in islice(stream(bundle.model, ids, sampling=readings.GREEDY), readings.BEAM_STEPS)]
    assert [data["nodes"]["token"][node] for node in data["greedy"]] == bundle.tokenizer.strings(greedy)
    ends = {end["rank"]: end for end in data["ends"] if end["rank"]}
    assert sorted(ends) == list(range(1, width + 1))
    last = next(end for end in data["ends"] if end["node"] == data["greedy"][-1])
    assert last["sum"] == pytest.approx(log_probability(greedy), abs=1e-3)
    assert data["gain"] == pytest.approx(math.exp(ends[1]["sum"] - last["sum"]))
    assert [ends[rank]["sum"] for rank in ends] == sorted((end["sum"] for end in ends.values()), reverse=True)
    for end in data["ends"]:
        product, node = 0.0, end["node"]
        while node:
            product, node = product + math.log(data["nodes"]["p"][node]), parent[node]
        assert product == pytest.approx(end["sum"], abs=1e-4)
    assert (data["left"] == 0) == (last["rank"] > 0)


@given(some.lists(some.integers(0, 3), max_size=9), some.lists(some.integers(0, 3), max_size=9))
def test_the_longest_run_is_in_both(a, b):
    i, j, n = readings.longest_run(a, b)
    assert a[i : i + n] == b[j : j + n] and len(a[i : i + n]) == n
    longer = {tuple(a[k : k + n + 1]) for k in range(len(a) - n)} & {tuple(b[k : k + n + 1]) for k in range(len(b) - n)}
    assert not longer
