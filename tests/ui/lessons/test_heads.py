"""Its figures are given the numbers of the trace, parts add up, the questions are asked of the live model."""

import re

import numpy as np
import pytest

from model import lens, sampling
from model.analysis import heads as analysis
from model.edits import SilenceHead
from model.transformer import run
from tests.support.app_test import html_of, reveal, run_page
from tests.support.models import traced
from tests.support.payload import component_payload, mounted
from ui.kit.numbers import number
from ui.kit.token_names import distinct
from ui.lessons.heads import readings

PROMPT = "The dog chased the squirrel because it"
REPEATING = "The cat sat on the mat. The cat sat on the"


@pytest.fixture(scope="module")
def bundle(smollm2):
    return smollm2


@pytest.fixture(scope="module")
def trace(bundle):
    return traced(bundle, PROMPT)


@pytest.fixture(scope="module")
def page():
    return run_page("heads")


def drawn(test, view: str) -> tuple[dict, dict]:
    return component_payload(test, "heads", view=view)


# ---------------------------------------------------------------- what is written


@pytest.mark.slow
def test_the_explorer_is_given_what_the_heads_write(page, bundle, trace):
    data, arrays = drawn(page, "explorer")
    assert data["tokens"] == distinct(trace.tokens)
    for i, layer in enumerate(trace.layers):
        np.testing.assert_array_equal(arrays["pattern"][i], layer.pattern)
        weight = bundle.model.layers[i].attn.o_proj.weight.detach().numpy()
        z = layer.z.transpose(1, 0, 2)  # (T, H, K)
        alone = np.zeros((9, *z.shape), np.float32)
        for head in range(9):
            alone[head, :, head] = z[:, head]  # the other heads silent
        each = alone.reshape(9, len(z), -1) @ weight.T
        np.testing.assert_allclose(arrays["lengths"][i], np.linalg.norm(each, axis=-1), rtol=1e-3, atol=1e-4)
        from_each = [layer.v[h // 3] @ weight[:, 64 * h : 64 * (h + 1)].T for h in range(9)]  # of one key token alone
        np.testing.assert_allclose(np.einsum("hqk,hkd->hqd", layer.pattern, from_each), each, atol=2e-3)
        np.testing.assert_allclose(arrays["sources"][i], np.linalg.norm(from_each, axis=-1), rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(each.sum(0), layer.attn_out, atol=2e-3)
        np.testing.assert_allclose(arrays["together"][i], np.linalg.norm(layer.attn_out, axis=-1), rtol=1e-4)
        np.testing.assert_allclose(arrays["parts"][i].sum(0), arrays["own"][i], atol=1e-3)
        np.testing.assert_allclose(np.abs(layer.attn_out).max(-1), np.abs(arrays["own"][i]))
        np.testing.assert_array_equal(layer.attn_out[range(7), arrays["place"][i]], arrays["own"][i])
    assert 0 < arrays["difference"].max() < 1e-3


# ---------------------------------------------------------------- what moved a logit


@pytest.mark.parametrize("rival", [None, 1])
def test_heads_mlps_and_the_rest_are_the_logit(bundle, trace, rival):
    candidates = readings.candidates(bundle, trace)
    assert [trace.logits[-1].argsort()[-1 - i] for i in range(readings.CANDIDATES)] == candidates.ids
    other = None if rival is None else candidates.ids[rival]
    parts = readings.attribution(bundle, trace, candidates.logits, candidates.ids[0], other)
    own = trace.logits[-1, candidates.ids[0]] - (0 if other is None else trace.logits[-1, other])
    assert parts.own == pytest.approx(own, abs=1e-4)
    assert parts.heads.sum() + parts.mlps.sum() + parts.rest == pytest.approx(own, abs=1e-3)


def test_the_figure_shows_the_lead_of_the_likeliest(page, bundle, trace):
    data, arrays = drawn(page, "effects")
    first, second = np.argsort(-trace.logits[-1])[:2]
    lead = [lens.direct_effects(bundle.model, trace, int(token)).heads for token in (first, second)]
    np.testing.assert_allclose(arrays["effects"], lead[0] - lead[1], atol=1e-5)
    assert data["start"] == [int(i) for i in np.unravel_index(arrays["effects"].argmax(), (30, 9))]
    assert number(float(arrays["effects"].max()), "en") in html_of(page)
    assert f"≈ <b>{number(float(trace.logits[-1, first] - trace.logits[-1, second]), 'en')}</b>" in html_of(page)


@pytest.mark.slow
def test_a_token_that_is_typed_goes_before_the_candidates(bundle, trace):
    test = run_page("heads")
    test.text_input(key="typed-token").set_value("strawberries and cream").run()
    data, arrays = drawn(test, "effects")
    assert data["token"] == "·strawberries"
    ids = bundle.tokenizer.encode(" strawberries and cream")
    assert f"is {len(ids)} tokens" in html_of(test)
    test.button_group(key="against").set_value("alone").run()
    _, arrays = drawn(test, "effects")
    np.testing.assert_allclose(
        arrays["effects"], lens.direct_effects(bundle.model, trace, ids[0]).heads, rtol=1e-3, atol=1e-4
    )
    test.text_input(key="typed-token").set_value("<b>$x$").run()
    assert not test.exception and "<b>$x$" not in html_of(test)


# ---------------------------------------------------------------- kinds


@pytest.mark.slow
def test_every_head_is_of_one_kind_or_of_none(page, bundle):
    data, arrays = drawn(page, "kinds")
    scores = lens.head_kinds(bundle.model, avoid=bundle.tokenizer.special)
    np.testing.assert_allclose(arrays["scores"], scores, atol=1e-5)
    for index in np.ndindex(30, 9):
        kind, own = arrays["kind"][index], scores[(slice(None), *index)]
        assert kind == (own.argmax() if own.max() >= 0.4 else 4)
    assert sum(data["counts"]) == 270
    for kind, best in enumerate(data["best"]):
        listed = [scores[kind, layer, head] for layer, head in best]
        assert listed == sorted(listed, reverse=True)
        assert listed[0] == scores[kind][arrays["kind"] == kind].max()


def test_the_kind_on_this_sentence(bundle):
    data, arrays = drawn(run_page("heads", prompt=REPEATING), "kinds")
    trace = traced(bundle, REPEATING)
    layer, head = data["best"][3][0]
    assert arrays["shares"][sum(map(len, data["best"][:3]))] == pytest.approx(
        analysis.mean_weight(trace.layers[layer].pattern[head], analysis.kind_masks(trace.token_ids)[3])
    )
    wanted = analysis.kind_masks(trace.token_ids)
    np.testing.assert_array_equal(arrays["wanted"], wanted)


# ---------------------------------------------------------------- the questions


@pytest.mark.slow
def test_the_questions_are_asked_of_the_live_model(bundle, trace):
    first, second = np.argsort(-trace.logits[-1])[:2]
    lead = np.subtract(*(lens.direct_effects(bundle.model, trace, int(token)).heads for token in (first, second)))
    up = int((lead > 0).sum())
    test = run_page("heads")
    assert 'class="verdict' not in html_of(test)
    shown = html_of(reveal(test, f"push-smollm2-{PROMPT}", int(np.digitize(up / 270, (0.25, 0.75)))))
    assert 'class="verdict right"' in shown and f"{up} of 270 heads" in shown and number(lead.sum(), "en") in shown
    shown = html_of(reveal(test, "repeat-smollm2", 0))
    assert 'class="verdict wrong"' in shown and "occurred 24 positions earlier" in shown
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><td class="number">(.*?)</td>', shown)
    assert [bits for _, bits in rows] == [number(x, "en") for x in silenced(bundle)]


def silenced(bundle) -> list[float]:
    """Bits per token of a text of 24 random tokens and of its copy, with all heads; and of the copy without the
    induction heads, the previous-token heads, and (median of 5 draws) as many that are no induction heads."""
    special = bundle.tokenizer.special
    kind = analysis.classify_heads(lens.head_kinds(bundle.model, avoid=special))
    usable = np.setdiff1d(np.arange(bundle.model.config.vocab_size), list(special))
    ids = np.tile(np.random.default_rng(0).choice(usable, 24, replace=False), 2).tolist()

    def bits(heads) -> np.ndarray:
        edits = [SilenceHead(*map(int, head)) for head in heads]
        probabilities = sampling.softmax(run(bundle.model, ids, ids, edits=edits).logits)
        return -np.log2(probabilities[np.arange(47), ids[1:]])

    draw, others = np.random.default_rng(0), np.argwhere(kind != 3)
    induction, previous = np.argwhere(kind == 3), np.argwhere(kind == 0)
    draws = [bits(others[draw.choice(len(others), len(induction), replace=False)])[24:].mean() for _ in range(5)]
    whole = bits([])
    found = [whole[:23].mean(), whole[24:].mean(), *(bits(heads)[24:].mean() for heads in (induction, previous))]
    assert found[2] > 3 * found[1] > 0  # the claim of the lesson
    return [*found, float(np.median(draws))]


def test_a_model_without_induction_heads_has_none_to_silence():
    test = run_page("heads", model="experts", hide="quiz")
    assert "nothing to silence" in html_of(test) and not test.exception


@pytest.mark.parametrize("text", ["Hello", "the the the the"])
def test_any_prompt_has_its_figures(text):
    test = run_page("heads", prompt=text)
    assert not test.exception
    assert len(mounted(test, "heads")) == 3
