"""The record of the trainings of the switchboard."""

import pytest

from model import zoo
from model.weights import trials
from model.weights.trials import Trial


def test_what_is_written_is_read(tmp_path):
    some = [Trial("base", 1, 0, 2.25), Trial("post-norm", 10, 3, 4.5)]
    trials.write(tmp_path / "trials.csv", some)
    assert trials.read(tmp_path / "trials.csv") == some
    assert trials.read(tmp_path / "none.csv") == []
    assert [file.name for file in tmp_path.iterdir()] == ["trials.csv"]


def test_a_damaged_line_is_refused(tmp_path):
    (tmp_path / "trials.csv").write_text("model,rate,seed,bits_per_byte\nbase,1,0,two\n")
    with pytest.raises(ValueError, match="two"):
        trials.read(tmp_path / "trials.csv")


def test_the_record_that_is_shipped_has_every_model_with_the_seed_of_its_weights():
    recorded = trials.read(zoo.CHECKPOINTS / trials.RECORD)
    names = {name.removeprefix("switchboard/") for name in zoo.SWITCHBOARD}
    assert len({trial.key for trial in recorded}) == len(recorded)
    assert {trial.model for trial in recorded if (trial.rate, trial.seed) == (1, 0)} == names
    assert all(1 < trial.bits_per_byte < 12 for trial in recorded)
