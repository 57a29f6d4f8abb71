"""What is kept: bounded by its bytes, computed once at a time, and out of the reach of what runs apart from readers."""

import threading
from contextlib import nullcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.edits import ExpertOff, SilenceHead
from ui.kit import cache
from ui.kit.cache import Key
from ui.server import admission


@pytest.fixture(autouse=True)
def empty():
    cache.result.clear()
    yield
    cache.result.clear()


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 60_000)), max_size=60))
def test_it_never_holds_more_than_its_bytes(values):
    kept = cache.bounded(100_000, len)
    for key, size in values:
        try:
            kept[key] = bytes(size)
        except ValueError:  # which tells cachetools not to keep it
            assert size + cache.ENTRY_BYTES > 25_000
        assert sum(map(len, kept.values())) + cache.ENTRY_BYTES * len(kept) == kept.currsize <= 100_000


def test_a_flood_of_results_is_held_to_the_bound():
    most = cache.sizes()["results"][1]
    for n in range(20):
        cache.result(Key("flood", settings=(n,)), lambda: np.zeros(int(most) // 40))  # of 8 bytes: a fifth of it
        held = cache.sizes()["results"][0]
        assert 0 < held <= most
    last, first = (cache.result(Key("flood", settings=(n,)), lambda: "anew") for n in (19, 0))
    assert last.nbytes and first == "anew"


def test_what_would_push_out_the_rest_is_not_kept():
    small = cache.result(Key("small"), lambda: 1)
    most = int(cache.sizes()["results"][1])
    assert len(cache.result(Key("large"), lambda: bytes(most // 4))) == most // 4
    assert cache.result(Key("large"), lambda: "anew") == "anew" and cache.result(Key("small"), lambda: 2) == small == 1


def test_every_reader_has_a_copy():
    one, other = (cache.result(Key("list"), lambda: [1]) for _ in range(2))
    one.append(2)
    assert other == [1] == cache.result(Key("list"), list)


@pytest.mark.parametrize("one, other", [((1,), (True,)), ((1,), (1.0,)), ((SilenceHead(0, 1),), (ExpertOff(0, 1),))])
def test_equal_settings_of_different_types_are_different_keys(one, other):
    assert [cache.result(Key("x", settings=s), lambda s=s: repr(s)) for s in (one, other)] == [repr(one), repr(other)]


def test_readers_who_ask_at_once_wait_for_one_computation(monkeypatch):
    monkeypatch.setattr(admission, "PAGES", admission.AdmissionQueue(8))  # nobody waits for a turn
    begun, go_on, computed = threading.Event(), threading.Event(), []

    def compute() -> int:
        computed.append(1)
        begun.set()
        assert go_on.wait(10)
        return 7

    got = []
    readers = [threading.Thread(target=lambda: got.append(cache.result(Key("slow"), compute))) for _ in range(4)]
    for reader in readers:
        reader.start()
    assert begun.wait(10)
    assert cache.result(Key("other"), lambda: 8) == 8, "nobody waits for what is not theirs"
    go_on.set()
    for reader in readers:
        reader.join(10)
    assert got == [7] * 4 and len(computed) == 1


def test_a_computation_that_fails_is_done_again():
    with pytest.raises(ZeroDivisionError):
        cache.result(Key("fails"), lambda: 1 // 0)
    assert cache.result(Key("fails"), lambda: 3) == 3


@pytest.mark.parametrize("apart", [False, True])
def test_apart_from_readers_nothing_is_read_or_left(apart, moe):
    key, ids = Key("secret"), moe.tokenizer.encode("what another typed")
    held = cache.result(key, lambda: "theirs"), cache.trace(moe, ids, {"final"})
    before = cache.sizes()
    with cache.apart() if apart else nullcontext():
        assert cache.result(key, lambda: "own") == ("own" if apart else "theirs")
        assert (cache.trace(moe, ids, {"final"}) is held[1]) != apart
        cache.result(Key("mine"), lambda: "own")
        cache.trace(moe, ids[:2], {"final"})
    assert (cache.sizes() == before) == apart


def test_a_stream_grows_once_and_is_there_at_once_afterwards():
    steps = iter(range(3))
    key = cache.Key("streamed")
    assert [list(values) for values in cache.stream(key, lambda: steps)] == [[0], [0, 1], [0, 1, 2], [0, 1, 2]]
    assert list(cache.stream(key, lambda: steps)) == [[0, 1, 2]]


def test_a_stream_that_its_reader_leaves_is_not_kept():
    key = cache.Key("left")
    next(cache.stream(key, lambda: iter(range(3))))
    assert list(cache.stream(key, lambda: iter(range(2))))[-1] == [0, 1]
