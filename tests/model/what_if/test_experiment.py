"""An experiment is its link: written, read, fitted to a model, run, and repeated by the lines that it exports."""

import contextlib
import io
from dataclasses import replace

import numpy as np
import pytest

from model import lens, sampling
from model.analysis import streams
from model.edits import HideKey, MovePositions, SilenceHead
from model.transformer import run
from model.what_if import base, changes, experiment, export
from model.what_if.changes import (
    Cut,
    Drop,
    Force,
    Mean,
    Patch,
    Scale,
    Scramble,
    Shift,
    Silence,
    Swap,
    UseRule,
)
from model.what_if.experiment import Experiment
from model.what_if.fields import InvalidChange, Setting

TEXT, OTHER = "The dog chased the squirrel because it", "The cat drank the milk because it"
CHANGES = {
    "silence.3.2": Silence(3, 2),
    "mean.3.2": Mean(3, 2),
    "scale.3.2.-150": Scale(3, 2, -150),
    "cut.3.2.5.4": Cut(3, 2, 5, 4),
    "cut.all.all.5.4": Cut(None, None, 5, 4),
    "swap.5.a.b%5F%25 c": Swap(5, "a.b_% c"),
    "patch.2.5.6": Patch(2, 5, 6),
    "mask.all.full": UseRule(None, "full"),
    "mask.4.sliding.4": UseRule(4, "sliding", 4),
    "shift.10": Shift(10),
    "shift.-1.3": Shift(-1, 3),
    "scramble.7": Scramble(7),
    "drop.all.3": Drop(None, 3),
    "force.2.1.4": Force(2, (1, 4)),
}


@pytest.fixture(scope="module")
def setting(moe):
    encode = moe.tokenizer.encode
    return Setting(moe.model.config, moe.tokenizer, tuple(encode(TEXT)), tuple(encode(OTHER)))


@pytest.mark.parametrize("text, change", CHANGES.items())
def test_a_change_is_written_and_read(text, change):
    assert str(change) == text and changes.parse(text) == change


@pytest.mark.parametrize("kind", changes.KINDS)
def test_a_form_begins_with_a_change_that_can_be_made(setting, kind):
    first = {name: field.begin(setting) for name, field in changes.KINDS[kind].fields().items()}
    change = changes.KINDS[kind](**first | ({"text": "cat"} if kind == "swap" else {}))
    assert changes.parse(str(change)) == change
    Experiment().check(change, setting)


@pytest.mark.parametrize(
    "text, code",
    [
        ("explode.3.2", "kind"),
        ("silence.3", "written"),
        ("silence.3.x", "written"),
        ("silence.3.2.1", "written"),
        ("silence.all.2", "written"),
        ("force.2", "written"),
        ("shift.9999999999", "written"),
        ("silence.99.1", "layer"),
        ("silence.0.1", "layer"),
        ("scale.1.99.50", "head"),
        ("scale.1.1.5000", "percent"),
        ("cut.1.1.99.1", "token"),
        ("cut.1.1.2.5", "future"),
        ("cut.all.all.1.1", "nothing-left"),
        ("swap.2.no such token", "word"),
        ("swap.2.", "empty"),
        ("mask.1.round.3", "rule"),
        ("mask.1.sliding", "size"),
        ("shift.-3", "before"),
        ("shift.-2.2", "before"),
        ("shift.200000", "far"),
        ("scramble.-1", "seed"),
        ("patch.1.1.99", "other-token"),
        ("drop.1.99", "expert"),
        ("force.1.1.1", "force-count"),
        ("force.1.1", "force-count"),
    ],
)
def test_a_change_that_cannot_be_made_says_why(setting, text, code):
    made, (rejected,) = experiment.from_text(text, OTHER, setting)
    assert made.changes == () and rejected.text == text and rejected.reason.code == code


@pytest.mark.parametrize(
    "text, code",
    [
        ("silence.3.2_scale.3.2.50", "clash"),
        ("silence.3.2_mean.3.2", "clash"),
        ("force.2.1.4_drop.all.4", "clash"),
        ("force.2.1.4_force.2.5.6", "clash"),
        ("mask.all.sliding.4_mask.2.full", "clash"),
        ("shift.10_scramble.1", "clash"),
        ("swap.2. cat_swap.2. dog", "clash"),
        ("patch.2.5.6_patch.2.5.7", "clash"),
        ("cut.1.1.2.1_cut.1.all.2.2", "nothing-left"),
        ("mask.1.sliding.1_cut.1.3.4.4", "nothing-left"),
        ("cut.1.3.4.4_mask.1.sliding.1", "nothing-left"),
        ("_".join(f"drop.1.{e}" for e in range(1, 7)) + "_drop.1.7", "experts-few"),
    ],
)
def test_of_changes_that_contradict_each_other_the_earlier_stays(setting, text, code):
    made, (rejected,) = experiment.from_text(text, OTHER, setting)
    assert rejected.reason.code == code and str(made) + "_" + rejected.text == text


def test_what_a_model_lacks_is_left_out_and_the_rest_is_made(smollm2, setting):
    text = "silence.26.4_drop.1.1_silence.3.2_silence.3.2"
    made, rejected = experiment.from_text(text, "", setting)
    assert str(made) == "drop.1.1_silence.3.2" and [one.reason.code for one in rejected] == ["layer"]
    own = Setting(smollm2.model.config, smollm2.tokenizer, setting.ids)
    made, rejected = experiment.from_text(text + "_patch.1.1.1", "", own)
    assert str(made) == "silence.26.4_silence.3.2"
    assert [one.reason.code for one in rejected] == ["no-experts", "no-other"]
    assert str(experiment.from_text("none", "", own)[0]) == "none"
    many = "_".join(f"scramble.{i}" for i in range(50))
    assert experiment.from_text(many, "", own)[1][-1].reason.code == "many"


def passes(bundle, setting, made, keep=frozenset({"logits", "z", "resid_pre", "resid_post"})):
    """The pass before and the one after."""
    shown = bundle.tokenizer.strings
    before = run(bundle.model, setting.ids, shown(list(setting.ids)), keep=keep)
    other = run(bundle.model, setting.other, shown(list(setting.other)), keep={"resid_pre"})
    ids = made.ids(setting)
    edits = made.edits(setting, base.Vectors(before, other))
    return before, run(bundle.model, ids, shown(ids), edits=edits, keep=keep), ids, edits


MADE = [
    "silence.3.2",
    "mean.3.2",
    "scale.3.2.200",
    "cut.3.all.10.4",
    "patch.3.10.2",
    "mask.3.sliding.2",
    "drop.3.1_drop.3.2",
    "force.3.1.4",
]


@pytest.mark.parametrize("text", MADE)
@pytest.mark.slow
def test_the_streams_part_in_the_layer_of_the_change_and_not_before(moe, setting, text):
    made, rejected = experiment.from_text(text, OTHER, setting)
    before, after, _, _ = passes(moe, setting, made)
    moved = streams.distances(before, after)
    assert not rejected and moved.shape == (7, len(setting.ids))
    assert not moved[:3].any() and moved[3:].any(1).all()


def test_a_swap_moves_the_embedding_of_its_token_alone(moe, setting):
    made, _ = experiment.from_text("swap.2.cat", "", setting)
    before, after, ids, _ = passes(moe, setting, made)
    moved = streams.distances(before, after)
    assert moe.tokenizer.strings(ids)[1] == "·cat"
    assert np.flatnonzero(moved[0]).tolist() == [1]
    assert moved[:, 0].max() < 1e-6  # experts compute the tokens that visit them together: not the same bits


@pytest.mark.slow
def test_at_its_mean_a_head_says_the_same_everywhere(moe, setting):
    made, _ = experiment.from_text("mean.3.2", "", setting)
    before, after, _, _ = passes(moe, setting, made)
    assert after.layers[2].z[1] == pytest.approx(np.tile(before.layers[2].z[1].mean(0), (len(setting.ids), 1)))


def test_scaled_by_a_hundred_percent_a_head_does_what_it_did(moe, setting):
    made, _ = experiment.from_text("scale.3.2.100", "", setting)
    before, after, _, _ = passes(moe, setting, made)
    assert np.array_equal(before.logits, after.logits)


@pytest.mark.parametrize("text", [*MADE, "shift.5.4", "scramble.3", "swap.2.cat_mask.all.strided.3"])
@pytest.mark.slow
def test_a_text_goes_on_with_the_cache_as_it_does_without(moe, setting, text):
    made, _ = experiment.from_text(text, OTHER, setting)
    _, after, ids, edits = passes(moe, setting, made)
    found = list(experiment.continuation(moe.model, ids, edits, 4))
    assert found[0] == after.logits[-1].argmax()
    grown = list(ids)
    for token in found:
        more = range(len(grown) - len(ids))
        longer = [
            MovePositions(positions=(*e.positions, *(max(e.positions) + 1 + i for i in more)))
            if isinstance(e, MovePositions)
            else e
            for e in edits
        ]
        assert run(moe.model, grown, grown, edits=longer, keep={"logits"}).logits[-1].argmax() == token
        grown.append(token)


def test_a_text_nothing_was_done_to_goes_on_as_ever(moe, setting):
    cut = [HideKey(2, 4, 1), SilenceHead(1, 1)]
    assert [experiment.persists(edit) for edit in cut] == [False, True]
    (first,) = experiment.continuation(moe.model, setting.ids, (), 1)
    assert first == run(moe.model, setting.ids, setting.ids, keep={"logits"}).logits[-1].argmax()


EXPORTED = (
    "silence.3.2_mean.4.1_scale.2.3.50_cut.2.1.5.4_cut.all.all.10.3_swap.2.cat_patch.2.5.6_mask.4.sliding.4"
    "_shift.10.6_drop.all.3_force.5.1.4"
)


@pytest.mark.parametrize("text", [EXPORTED, "scramble.4_mask.all.full", "none"])
def test_the_exported_lines_repeat_the_numbers(moe, setting, text):
    made, rejected = experiment.from_text(text, OTHER, setting)
    before, after, _, _ = passes(moe, setting, made)
    lines = export.to_python(made, setting, "experts", TEXT)
    printed, names = io.StringIO(), {}
    with contextlib.redirect_stdout(printed):
        exec(lines, names)
    p, q = (sampling.softmax(trace.logits[-1]) for trace in (before, after))
    assert not rejected
    assert np.array_equal(names["q"], q) and np.array_equal(names["p"], p)
    assert printed.getvalue().startswith(f"{lens.divergence(p, q):.4f} bits")
    assert len(lines.splitlines()) < 36


def test_a_text_that_was_cut_is_exported_as_its_ids(moe, setting):
    lines = export.to_python(Experiment(), setting, "experts", TEXT + " and more")
    assert f"ids = {list(setting.ids)}" in lines


def test_a_table_of_positions_ends(setting):
    short = replace(setting, config=replace(setting.config, position="learned", context=12))
    with pytest.raises(InvalidChange, match="table"):
        Experiment().with_change(Shift(5), short)
    Experiment().with_change(Shift(2), short)
