"""What the small tasks ask: the right answers, the same rows for the same step, and none of them held out."""

import numpy as np
import pytest

from model.packing import IGNORE_INDEX
from model.toys.tasks import TASKS, Text

TEXT = " ".join(map(str, range(400)))
KINDS = {name: (lambda kind=kind: kind(text=TEXT) if kind is Text else kind()) for name, kind in TASKS.items()}


def written(task, batch) -> list[str]:
    return [task.tokenizer.decode(row.tolist()) for row in batch.ids]


@pytest.mark.parametrize("name", TASKS)
def test_a_step_is_drawn_once_and_for_all_and_nothing_of_it_is_held_out(name):
    task, again = KINDS[name](), KINDS[name]()
    for field in ("ids", "targets", "positions", "documents"):
        assert np.array_equal(getattr(task.batch(3), field), getattr(again.batch(3), field))
    assert not np.array_equal(task.batch(3).ids, task.batch(4).ids)
    seen = {row for step in range(20) for row in written(task, task.batch(step))}
    assert not seen & set(written(task, task.held_out()))


@pytest.mark.parametrize("name", TASKS)
def test_targets_are_the_next_tokens_where_an_answer_is_due(name):
    batch = KINDS[name]().batch(0)
    due = batch.targets != IGNORE_INDEX
    assert due.any(1).all() and not due[:, -1].any()
    assert np.array_equal(batch.targets[:, :-1][due[:, :-1]], batch.ids[:, 1:][due[:, :-1]])
    assert (batch.positions == np.arange(batch.ids.shape[1])).all() and not batch.documents.any()


@pytest.mark.parametrize(
    "name, answer", [("copy", lambda s: s), ("reverse", lambda s: s[::-1]), ("sort", lambda s: "".join(sorted(s)))]
)
def test_letters_are_written_again(name, answer):
    task = TASKS[name](seed=1)
    for row in written(task, task.batch(0)):
        before, after = row.split(">")
        assert len(before) == 8 and after == answer(before)
    assert (task.batch(0).targets != IGNORE_INDEX).sum(1).tolist() == [8] * 64
    assert task.prompt() == written(task, task.held_out(1))[0][:9]


def test_what_came_before_comes_again_after_a_distance_that_differs():
    task, periods = TASKS["induction"](), set()
    batch = task.batch(0)
    for row, targets in zip(written(task, batch), batch.targets, strict=True):
        period = row.index(row[0], 1)
        periods.add(period)
        assert len(set(row[:period])) == period and row == (row[:period] * 4)[: len(row)]
        assert int((targets != IGNORE_INDEX).argmax()) == period  # the letter that comes again first is no answer
    assert len(periods) > 8


def test_sums_are_right_and_a_fifth_is_never_learned_from():
    task = TASKS["sum"](seed=5)
    rows = {row for step in range(200) for row in written(task, task.batch(step))}
    assert all((int(row[0]) + int(row[2]) + int(row[4])) % 10 == int(row[6]) for row in rows)
    assert len(rows) == 800


def test_a_text_is_read_by_the_byte_and_any_prompt_can_be_written():
    task = Text(text="È così, perché no? " * 40)
    assert "È così" in "".join(written(task, task.batch(0)))
    assert task.tokenizer.decode(task.tokenizer.encode("Ünbekannt 👩‍🚀\n")) == "Ünbekannt 👩‍🚀\n"
    assert task.prompt() and set(task.prompt()) <= set(task.text)
