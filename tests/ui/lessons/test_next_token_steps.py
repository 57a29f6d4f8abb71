"""The way from the last layer through the final norm to a logit, and the two orders of sampling's stages."""

import re
from dataclasses import replace

import numpy as np
import pytest

from model import sampling, transformer
from model.analysis import streams
from model.config import LLAMA
from model.sampling import Sampling
from tests.support.app_test import html_of, run_page, shown_page
from tests.support.models import traced
from tests.support.payload import charts, values
from ui.kit.numbers import number
from ui.lessons.next_token import readings

PROMPT = "The dog chased the squirrel because it"


@pytest.fixture(scope="module")
def whole(smollm2):
    return traced(smollm2, PROMPT)


@pytest.fixture(scope="module")
def reading(smollm2, whole):
    return readings.read(smollm2, whole)


def shown_number(text: str) -> float:
    return float(text.replace(",", "").replace("\u2212", "-"))


def test_the_printed_steps_lead_from_the_last_layer_to_the_logit(whole):
    """h, its RMS, the learned weights and the row of the head, as they are drawn and printed, give the logit."""
    test = run_page("next_token", prompt=PROMPT)
    h, g, x, w, _ = (values(strip["z"])[0] for strip in charts(test)["strips"]["data"])
    np.testing.assert_allclose(h, whole.layers[-1].resid_post[-1], rtol=1e-4, atol=1e-5)
    lines = re.sub(r"<[^>]*>", "", html_of(test).split('class="arith"')[1].split("</div>")[0].replace("</p>", "\n"))
    size, step, logit = lines.split("\n")[:3]
    squares, width, rms = map(shown_number, re.search(r"√\((.*?) ÷ (.*?)\) ≈ (\S+)", size).groups())
    assert (squares / width) ** 0.5 == pytest.approx(rms, rel=5e-3)
    i, *numbers = re.search(r"x(\d+) = (\S+) ÷ (\S+) × (\S+) ≈ (\S+)", step).groups()
    one, divisor, weight, result = map(shown_number, numbers)
    assert one / divisor * weight == pytest.approx(result, rel=1.5e-2)
    assert result == pytest.approx(x[int(i) - 1], rel=5e-3) and abs(x * w).argmax() == int(i) - 1
    assert divisor == rms
    printed = shown_number(re.search(r".*≈ (\S+)", logit)[1])
    assert printed == number_of(whole.logits[-1].max())
    assert (h / rms * g) @ w == pytest.approx(printed, rel=5e-3)


def number_of(x: float) -> float:
    return shown_number(number(float(x), "en"))


@pytest.mark.parametrize("norm, place", [("rms", "pre"), ("layer", "pre"), ("rms", "post")])
def test_the_final_norm_is_the_models_own(norm, place):
    transformer.torch.manual_seed(0)
    model = transformer.Transformer(replace(LLAMA, norm=norm, norm_place=place, vocab_size=50)).eval()
    for name, parameter in model.named_parameters():
        if "norm" in name:
            parameter.data += transformer.torch.randn_like(parameter) / 3
    trace = transformer.run(model, [3, 1, 4], ["a", "b", "c"])
    found = streams.final_norm(model, trace)
    if place == "post":
        assert found is None
        np.testing.assert_array_equal(trace.layers[-1].resid_post[-1], trace.final[-1])
    else:
        np.testing.assert_allclose(found.result, trace.final[-1], rtol=1e-5, atol=1e-6)
        assert (found.mean == 0) == (norm == "rms")


def kept_by_hand(logits: np.ndarray, top_p: float, min_p: float) -> set[int]:
    """Token by token: what top-p and then min-p leave of softmax(logits)."""
    p = np.exp(logits - logits.max())
    p /= p.sum()
    kept, together = [], 0.0
    for token in np.argsort(-p, kind="stable").tolist():
        if together >= top_p:
            break
        kept.append(token)
        together += p[token]
    return {token for token in kept if p[token] >= min_p * p.max()}


@pytest.mark.parametrize("top_p, min_p", [(0.9, 0), (0.6, 0.02), (1, 0.1)])
def test_two_orders_of_the_same_settings_leave_other_tokens(reading, top_p, min_p):
    orders = readings.orders(reading, Sampling(0.3, 5, top_p if top_p < 1 else None, min_p or None))
    cold = kept_by_hand(reading.logits.astype(float), top_p, min_p)
    for i, t in enumerate(orders.temperatures):
        hot = kept_by_hand(reading.logits.astype(float) / t, top_p, min_p)
        assert (orders.first[i], orders.last[i]) == (len(hot), len(cold))
        assert set(orders.only_first[i].tolist()) == hot - cold and set(orders.only_last[i].tolist()) == cold - hot
    assert orders.temperatures[0] == 0.3 and orders.first[-1] > orders.last[-1]
    final = sampling.temperature_last(reading.logits, temperature=2, top_p=top_p, min_p=min_p or None)
    assert set(np.flatnonzero(final).tolist()) == cold and final.sum() == pytest.approx(1)
    a, b = sorted(cold, key=lambda token: -reading.logits[token])[:2]
    assert final[a] / final[b] == pytest.approx(np.exp((reading.logits[a] - reading.logits[b]) / 2), rel=1e-6)
    assert np.count_nonzero(sampling.temperature_last(reading.logits, temperature=0, top_p=top_p)) == 1


def test_the_page_draws_both_orders_and_says_what_they_leave(reading):
    test = shown_page("next_token", prompt=PROMPT)
    orders = readings.orders(reading, Sampling(1, 8, 0.9))
    first, last = charts(test)["orders"]["data"]
    assert values(first["y"]).tolist() == orders.first.tolist() and values(last["y"]).tolist() == orders.last.tolist()
    assert f"At temperature 2, with the temperature first, {number(int(orders.first[-1]), 'en')} tokens" in html_of(
        test
    )
    assert f"At temperature 1, both orders leave {number(int(orders.last[0]), 'en')} tokens" in html_of(test)
