"""Lesson on the MLP: figures hold the numbers of the trace, sums add up, questions are asked of the live model."""

import numpy as np
import pytest

from model import arithmetic, lens
from model.analysis import neurons as analysis
from model.edits import SilenceAttention, SilenceMLP
from model.weights.published import MODELS
from tests.support.app_test import html_of, reveal, run_page, shown_page
from tests.support.models import traced
from tests.support.payload import charts, values
from ui.kit.numbers import number, percent
from ui.kit.token_names import distinct

PROMPT = "The dog chased the squirrel because it"


@pytest.fixture(scope="module")
def trace(smollm2):
    return traced(smollm2, PROMPT)


@pytest.fixture(scope="module")
def page():
    return shown_page("mlp", layer="26", token="7")


def bits(bundle, edit) -> float:
    """Bits per token under an edit, by a whole pass."""
    return float(lens.surprisal(bundle.model, traced(bundle, PROMPT, edits=(edit,), keep={"final"})).mean())


def test_the_map_holds_the_activations_of_the_strongest_neurons(page, smollm2, trace):
    at, down = trace.layers[25], smollm2.model.layers[25].mlp.down_proj.weight.detach().numpy()
    lengths = np.abs(at.post[-1]) * np.linalg.norm(down, axis=0)
    strongest = np.argsort(-lengths)[:8]
    figure = charts(page)["firing"]
    assert figure["layout"]["yaxis"]["ticktext"] == [str(f + 1) for f in strongest]
    assert figure["layout"]["xaxis"]["ticktext"] == distinct(trace.tokens)
    np.testing.assert_array_equal(values(figure["data"][0]["z"]), at.post[:, strongest].T)
    shown, best = html_of(page), strongest[0]
    for x in (at.gate[-1, best], at.pre[-1, best], at.post[-1, best], lengths[best]):
        assert number(float(x), "en") in shown


def test_the_sum_is_what_the_mlp_adds(page, trace):
    out = trace.layers[25].mlp_out[-1]
    place = int(np.abs(out).argmax())
    assert f"number {place + 1} of 576" in html_of(page)
    assert f"≈ <b>{number(float(out[place]), 'en')}</b>" in html_of(page)


def test_what_a_neuron_writes_is_read_by_the_head(page, smollm2, trace):
    mlp = analysis.neurons(smollm2.model, trace, 25)
    best = mlp.strongest(-1, 1)[0]
    norm, end = smollm2.model.norm, trace.layers[-1].resid_post[-1]
    scale = 1 / np.sqrt(np.square(end).mean() + norm.eps)
    head = smollm2.model.lm_head.weight.detach().numpy()
    logits = head @ (mlp.added(-1)[best] * norm.weight.detach().numpy() * scale)
    assert f"(+{number(float(logits.max()), 'en')})" in html_of(page)
    assert f"({number(float(logits.min()), 'en')})" in html_of(page)


def test_parameters_are_counted(page, smollm2):
    one = sum(p.numel() for p in smollm2.model.layers[0].mlp.parameters())
    whole = sum(p.numel() for p in smollm2.model.parameters())
    assert f"3 × 576 × 1,536 = {number(one, 'en')}" in html_of(page)
    assert f"≈ <strong>{percent(30 * one / whole, 'en')}</strong>" in html_of(page)
    llama = arithmetic.count(MODELS["Llama 3.1 8B"])
    assert percent(llama.mlp / llama.total, "en") in html_of(page)


@pytest.mark.parametrize("prompt, model", [("Hello", "smollm2"), (PROMPT, "experts"), ("the the the", "experts")])
def test_any_prompt_and_a_model_with_experts(prompt, model):
    test = run_page("mlp", prompt=prompt, model=model)
    assert not test.exception and {"firing", "shapes"} <= charts(test).keys()


def test_only_the_tokens_that_come_to_an_expert_have_activations(moe):
    test = run_page("mlp", model="experts", layer="4")
    at = traced(moe, PROMPT).layers[3]
    expert = at.expert_index[-1, 0]
    assert f"first to expert {expert + 1}" in html_of(test)
    shown = values(charts(test)["firing"]["data"][0]["z"])
    assert shown.shape == (8, (at.expert_index == expert).any(-1).sum())


def test_half_of_the_sum(smollm2, trace):
    test = run_page("mlp")
    key = f"half-smollm2-{PROMPT}"
    question = next(group for group in test.get("button_group") if group.key == f"pick-{key}")
    assert len(question.options) == 3
    fractions = max(
        (analysis.neurons(smollm2.model, trace, layer).fractions(-1) for layer in range(15, 30)), key=np.max
    )
    count = int((np.cumsum(np.sort(fractions)[::-1]) < 0.5).sum()) + 1
    right = int(np.searchsorted([11, 101], count, side="right"))
    shown = html_of(reveal(test, key, right))
    assert 'class="verdict right"' in shown and f"{count} neurons make half" in shown


@pytest.mark.slow
def test_silencing_is_done_by_edits_and_drawn(smollm2):
    test = run_page("mlp", prompt=PROMPT)
    key = f"silenced-smollm2-{PROMPT}"
    base = float(lens.surprisal(smollm2.model, traced(smollm2, PROMPT, keep={"final"})).mean())
    costs = [bits(smollm2, SilenceMLP(layer)) - base for layer in (0, 15, 29)]
    shown = html_of(reveal(test, key, int(np.argmax(costs))))
    assert 'class="verdict right"' in shown and all(number(cost, "en") in shown for cost in costs)
    test.button(key="silence-go").click().run()
    while "silenced" not in charts(test):
        test.run()
    mlp, attention = charts(test)["silenced"]["data"]
    assert len(values(mlp["y"])) == len(values(attention["y"])) == 30
    np.testing.assert_allclose(values(mlp["y"])[[0, 15, 29]], costs, atol=1e-3)
    assert values(attention["y"])[4] == pytest.approx(bits(smollm2, SilenceAttention(4)) - base, abs=1e-3)
    alone = bits(smollm2, SilenceMLP(11, 0)) - base
    assert f"costs {number(alone, 'en')} bits per token more" in html_of(test)
