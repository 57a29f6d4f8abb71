"""Every step is the model's own; forcing, rewinding and branching change nothing but the text."""

import json
import math
import threading
from itertools import islice

import numpy as np
import pytest
import torch

from model import sampling
from model.generate import stream
from model.sampling import Sampling
from tests.support.app_test import html_of, reveal, run_page
from tests.support.payload import component_payload
from ui.kit import cache
from ui.lessons.step_by_step import readings
from ui.lessons.step_by_step.generation import LIMIT, TOP, GenerationSession

PROMPT = "The dog chased the squirrel because it"
# The cache adds the same float32 numbers in another order: the logits agree to about 1e-5, the shares to this.
CLOSE = {"rtol": 1e-3, "atol": 1e-7}


@pytest.fixture(scope="module", params=["smollm2", "experts"])
def bundle(request):
    return cache.bundle(request.param)


@torch.inference_mode()
def uncached(bundle, ids) -> np.ndarray:
    return bundle.model(bundle.model.ids(ids))[0, -1].numpy()


def data_of(test, view: str = "loop") -> dict:
    return component_payload(test, "step_by_step", view=view)[0]


def agrees(bundle, following, ids):
    """The candidates are those of a pass without a cache, over the whole vocabulary."""
    shares = sampling.stages(uncached(bundle, ids))
    np.testing.assert_allclose(following.base, shares.base[following.ids], **CLOSE)
    np.testing.assert_allclose(following.tempered, shares.final[following.ids], **CLOSE)
    assert sorted(following.base[:TOP], reverse=True) == following.base[:TOP]
    assert following.base[TOP - 1] >= np.sort(shares.base)[-TOP] * (1 - 1e-3)
    drawn = shares.base[following.drawn]  # of tokens as likely but for rounding, either may come first
    assert (shares.base > drawn * 1.001).sum() < following.rank <= (shares.base > drawn * 0.999).sum()


@pytest.mark.parametrize("model, temperature", [("smollm2", 1.0), ("smollm2", 0.7), ("experts", 1.6), ("smollm2", 0)])
def test_the_component_draws_the_distribution(model, temperature):
    bundle = cache.bundle(model)
    ids = bundle.tokenizer.encode(PROMPT)
    data = data_of(run_page("step_by_step", prompt=PROMPT, model=model, temperature=str(temperature), seed="4"))
    shares = sampling.stages(uncached(bundle, ids), temperature=temperature)
    found = [candidate["id"] for candidate in data["candidates"]]
    assert data["prompt"] == bundle.tokenizer.strings(ids)
    assert found[:TOP] == np.argsort(-shares.base, kind="stable")[:TOP].tolist()
    np.testing.assert_allclose([candidate["p"] for candidate in data["candidates"]], shares.base[found], **CLOSE)
    np.testing.assert_allclose([candidate["q"] for candidate in data["candidates"]], shares.final[found], **CLOSE)
    assert data["others"]["count"] == len(shares.base) - len(found)
    for key in ("p", "q"):
        assert sum(c[key] for c in data["candidates"]) + data["others"][key] == pytest.approx(1, abs=1e-9)
    assert data["drawn"] == sampling.draw(shares.final, seed=4, step=0)


@pytest.mark.slow
def test_forced_rewound_and_branched_texts_are_read_as_if_new(bundle):
    ids = bundle.tokenizer.encode(PROMPT)
    session = GenerationSession(bundle, ids)
    for choice in (0, 1, 3):
        agrees(bundle, session.distribution(), session.text)
        session.append(session.distribution().ids[choice])
    tip, fork = session.at, session.tree.path(session.at)[0]
    session.apply_command({"go": fork})
    agrees(bundle, session.distribution(), session.text)
    session.apply_command({"at": fork, "take": session.distribution().ids[2]})
    agrees(bundle, session.distribution(), session.text)
    assert session.tree.nodes[fork].children[1] == session.at
    session.apply_command({"go": tip})
    agrees(bundle, session.distribution(), session.text)
    for node in session.tree.path(tip):
        before = session.distribution(session.tree.nodes[node].parent)
        taken = session.tree.nodes[node]
        assert taken.forced == (taken.token != before.drawn)
        shares = sampling.softmax(uncached(bundle, [*ids, *session.tree.tokens(session.tree.nodes[node].parent)]))
        assert taken.probability == pytest.approx(shares[taken.token], rel=1e-3)


def write(session: GenerationSession, count: int) -> list[int]:
    for _ in range(count):
        session.append(session.distribution().drawn)
    return session.tree.tokens(session.at)


@pytest.mark.slow
def test_the_same_seed_writes_the_same_text(bundle):
    ids = bundle.tokenizer.encode(PROMPT)
    text = write(GenerationSession(bundle, ids, 0.8, seed=3), 8)
    assert (
        write(GenerationSession(bundle, ids, 0.8, seed=3), 8)
        == text
        != write(GenerationSession(bundle, ids, 0.8, seed=4), 8)
    )
    assert text == [step.token for step in islice(stream(bundle.model, ids, sampling=Sampling(0.8), seed=3), 8)]
    assert write(GenerationSession(bundle, ids, 0, seed=3), 8) == write(GenerationSession(bundle, ids, 0, seed=4), 8)


def test_a_rewound_text_is_written_again(moe):
    session = GenerationSession(moe, [5, 9, 2])
    text = write(session, 9)
    session.apply_command({"go": session.tree.path(session.at)[3]})
    session.append(session.distribution().ids[1])
    session.apply_command({"go": 0})
    assert write(session, 9) == text
    assert sum(len(node.children) > 1 for node in session.tree.nodes) == 1


@pytest.mark.slow
def test_a_link_gives_back_the_text(bundle):
    session = GenerationSession(bundle, bundle.tokenizer.encode(PROMPT), 0.7, 5)
    for choice in (0, 4, 1):
        session.append(session.distribution().ids[choice])
    session.append(session.distribution().drawn)
    path = ".".join(map(str, session.tree.tokens(session.at)))
    link = {"prompt": PROMPT, "model": bundle.card.name, "seed": "5", "temperature": "0.7", "path": path}
    given, kept = data_of(run_page("step_by_step", **link)), readings.loop(session)
    assert given["nodes"]["id"] == kept["nodes"]["id"]
    assert given["nodes"]["forced"] == kept["nodes"]["forced"]
    np.testing.assert_allclose(given["nodes"]["p"], kept["nodes"]["p"], **CLOSE)
    assert [c["id"] for c in given["candidates"]] == [c["id"] for c in kept["candidates"]]
    assert (given["at"], given["drawn"], given["seed"], given["temperature"]) == (kept["at"], kept["drawn"], 5, 0.7)


@pytest.mark.parametrize(
    "link",
    [
        {"path": "abc..-4.²", "seed": "x", "temperature": "nan"},
        {"path": "99999999.1", "seed": "-3", "temperature": "99"},
        {"path": ".".join(["5"] * (LIMIT + 1)), "seed": "1e300", "temperature": "-inf"},
    ],
)
def test_a_link_that_makes_no_sense_is_no_link(link):
    test = run_page("step_by_step", model="experts", **link)
    assert not test.exception
    data = data_of(test)
    assert data["nodes"]["id"] == [-1]
    assert 0 <= data["temperature"] <= 2 and 0 <= data["seed"] <= 9999


@pytest.mark.parametrize(
    "order",
    [{}, {"go": 9}, {"go": -1}, {"at": 5, "take": 1}, {"at": 0, "take": 10**9}, {"take": 1}, {"go": "0"}, {"seed": 2}],
)
def test_an_order_that_makes_no_sense_changes_nothing(moe, order):
    session = GenerationSession(moe, [5, 9, 2])
    session.apply_command(order)
    assert (len(session.tree), session.at, session.seed, session.turn) == (1, 0, 1, 1)


def test_the_text_ends_at_the_limit(moe):
    session = GenerationSession(moe, [5, 9, 2])
    assert len(write(session, LIMIT + 3)) == LIMIT
    assert readings.loop(session)["full"]


def test_what_one_lesson_keeps_is_small(smollm2):
    ids = (smollm2.tokenizer.encode(PROMPT) * 14)[: 32 + LIMIT]
    session = GenerationSession(smollm2, ids[:32], path=ids[32:])
    for end in (32, 65, 96):  # the buffers double where they do when tokens come one by one
        session.decoder.logits(ids[:end])
    assert session.step == LIMIT
    buffers = [b.numel() * b.element_size() for layer in session.decoder.cache.layers for b in layer.buffers]
    assert sum(buffers) < 8e6
    assert len(json.dumps(readings.loop(session))) < 20_000


def test_sessions_share_nothing():
    one, two = run_page("step_by_step", model="experts"), run_page("step_by_step", model="experts")
    session = one.session_state["loop-grown"][1]
    session.apply_command({"at": 0, "take": session.distribution().ids[1]})
    assert len(data_of(one.run())["nodes"]["id"]) == 2
    assert len(data_of(two.run())["nodes"]["id"]) == 1
    assert session.decoder is not two.session_state["loop-grown"][1].decoder


def test_another_prompt_begins_anew_and_keeps_the_settings():
    test = run_page("step_by_step", model="experts", seed="7", path="5.6")
    assert len(data_of(test)["nodes"]["id"]) == 3
    test.text_area(key="prompt").set_value("Once").run()
    assert data_of(test)["nodes"]["id"] == [-1]
    assert data_of(test)["seed"] == 7


def test_overlapping_reruns_read_the_right_text(moe):
    """Two threads of one session, as when a rerun starts while the last one is still in the model."""
    session, wrong = GenerationSession(moe, [5, 9, 2]), []
    ends = [session.tree.add(session.tree.add(0, token, 0.5), token, 0.5) for token in (7, 8)]

    def read(node):
        for _ in range(10):
            session.distributions.clear()
            following = session.distribution(node)
            shares = sampling.softmax(uncached(moe, [5, 9, 2, *session.tree.tokens(node)]))
            if not np.allclose(following.base, shares[following.ids], **CLOSE):
                wrong.append(node)

    threads = [threading.Thread(target=read, args=(node,)) for node in ends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_pass_that_stops_half_way_leaves_no_broken_cache(moe, monkeypatch):
    session = GenerationSession(moe, [5, 9, 2])
    session.append(session.distribution().drawn)

    def stop(*args, **settings):
        raise RuntimeError("stopped")

    with monkeypatch.context() as broken:
        broken.setattr(moe.model.layers[1], "forward", stop)
        with pytest.raises(RuntimeError):
            session.distribution()
    agrees(moe, session.distribution(), session.text)


def test_the_sums_are_those_of_the_model(bundle):
    session = GenerationSession(bundle, bundle.tokenizer.encode(PROMPT), 0.7)
    following = session.distribution()
    scores = uncached(bundle, session.ids).astype(float)
    assert following.totals[0] == pytest.approx(np.exp(scores - scores.max()).sum(), rel=1e-3)
    assert following.totals[1] == pytest.approx(np.exp((scores - scores.max()) / 0.7).sum(), rel=1e-3)
    for id, logit, p, q in zip(following.ids, following.logits, following.base, following.tempered, strict=True):
        assert math.exp(logit - following.best) / following.totals[0] == pytest.approx(p)
        assert math.exp((logit - following.best) / 0.7) / following.totals[1] == pytest.approx(q), id


@pytest.mark.parametrize("lang, model", [("en", "smollm2"), ("it", "smollm2"), ("en", "experts")])
@pytest.mark.slow
def test_predict_then_reveal(lang, model):
    test = run_page("step_by_step", lang, prompt=PROMPT, model=model)
    for question in ("likelier", "return"):
        reveal(test, f"{question}-{model}-{PROMPT}", 1)
        assert not test.exception
    assert html_of(test).count('class="verdict') == 2
    if model == "smollm2":
        assert html_of(test).count('class="verdict right"') == 2
