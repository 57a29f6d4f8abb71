"""Lesson 9: the switchboard: a switch is what its files say."""

import json
import shutil
from itertools import islice

import numpy as np
import pytest
import torch

import content
from model import generate, transformer, zoo
from model.arithmetic import cache_bytes, count
from model.config import differences
from model.sampling import Sampling
from model.transformer import Transformer
from model.weights import checkpoint
from tests.support.app_test import html_of, reveal, run_page
from tests.support.payload import charts, component_payload, values
from training.recipes import SWITCHES
from ui.kit import cache, language
from ui.kit.numbers import number
from ui.kit.switchboard import NOISE, reached
from ui.kit.token_names import distinct
from ui.lessons.blocks import questions, switchboard, switches

pytestmark = pytest.mark.slow

PROMPT = "The dog chased the squirrel because it"
WORDS = {lang: content.load(lang, "blocks") for lang in content.LANGUAGES}
ENGLISH = language.Words("en", "blocks")


def drawn(test, part: str) -> tuple[dict, dict]:
    return component_payload(test, "blocks", part=part)


BITS = {"base": 2.14, "mqa": 2.15, "no-positions": 2.4, "post-norm": 2.2, "experts": 2.0, "collapsed": 2.1, "2017": 2.3}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Some switches with weights of chance and reports of known numbers; the others are missing."""
    folder, tokenizer = tmp_path_factory.mktemp("checkpoints"), zoo.load(zoo.EXPERTS).tokenizer
    for name, bits in BITS.items():
        torch.manual_seed(len(name))
        checkpoint.save(Transformer(SWITCHES[name]), tokenizer, folder / "switchboard" / name)
        recipe = {"balance": 0.0 if name == "collapsed" else 0.01}
        card = {"tokens": 1000, "bits_per_byte": bits, "recipe": recipe, "samples": []}
        (folder / "switchboard" / name / checkpoint.CARD).write_text(json.dumps(card))
        busiest = {"experts": "0.2,0.1", "collapsed": "0.5,0.4"}.get(name)
        rows = [f"{step},{bits + 10 / step}" + (f",{busiest}" if busiest else "") for step in (20, 40)]
        head = "step,loss" + (",busiest_0,busiest_1" if busiest else "")
        (folder / "switchboard" / name / checkpoint.CURVE).write_text("\n".join([head, *rows]) + "\n")
    return folder


@pytest.fixture
def board(made, tmp_path, monkeypatch):
    """A copy of them that a test may damage."""
    folder = shutil.copytree(made, tmp_path / "checkpoints")
    monkeypatch.setattr(zoo, "CHECKPOINTS", folder)
    forget_switches()
    yield folder
    forget_switches()


def forget_switches():
    for name in SWITCHES:
        cache.bundle.clear(f"switchboard/{name}")
    cache.trace.clear()


def sheet(test) -> str:
    tables = (text.split("</table>")[0] for text in html_of(test).split("<table"))
    return next(text for text in tables if WORDS["en"]["row-bits"] in text)


def test_two_models_side_by_side_are_what_their_files_say(board):
    test = run_page("blocks", switch="no-positions")
    assert not test.exception
    shown = sheet(test)
    assert "rotary (RoPE)" in shown and "<b>none</b>" in shown and "<b>2.400</b>" in shown
    assert shown.count(f">{WORDS['en']['unchanged']}<") == 3  # parameters, cache, tokens
    assert "2.400 bits per byte against the base’s 2.140: worse, by 0.260" in html_of(test)
    lines = {line["name"]: values(line["y"]) for line in charts(test)["losses"]["data"] if "name" in line}
    np.testing.assert_allclose(lines["no positions"], [2.9, 2.65])

    data, arrays = drawn(test, "maps")
    for i, name in enumerate(("base", "no-positions")):
        bundle = zoo.load(f"switchboard/{name}")
        ids = bundle.tokenizer.encode(PROMPT)[: switchboard.MAX_TOKENS]
        trace = transformer.run(bundle.model, ids, bundle.tokenizer.strings(ids))
        assert data["tokens"] == distinct(trace.tokens)
        for layer, one in enumerate(trace.layers):
            np.testing.assert_array_equal(arrays[f"pattern{i}"][layer], one.pattern)
        shares = np.exp(trace.logits[-1] - trace.logits[-1].max())
        best = np.argsort(-shares, kind="stable")[:5]
        assert [token for token, *_ in data["sides"][i]["next"]] == bundle.tokenizer.strings(best.tolist())
        np.testing.assert_allclose(
            [p for _, p, _ in data["sides"][i]["next"]], (shares / shares.sum())[best], rtol=1e-4
        )


@pytest.mark.parametrize("name", BITS)
def test_a_switch_says_exactly_what_differs(board, name):
    if name == "base":
        return
    shown = sheet(run_page("blocks", switch=name))
    base, variant = SWITCHES["base"], SWITCHES[name]
    fields = differences(base, variant)
    balance = name in ("experts", "collapsed")
    assert shown.count("→") == len(fields) + (name == "collapsed")
    assert number(count(variant).total, "en") in shown or count(variant).total == count(base).total
    assert (number(count(variant).active, "en") in shown) or not balance
    caches = [ENGLISH.bytes(cache_bytes(config, 256)) for config in (base, variant)]
    assert caches[0] in shown and (caches[0] == caches[1] or f"<b>{caches[1]}</b>" in shown)


@pytest.mark.parametrize("name, section", [("mqa", "as-good"), ("post-norm", "worse"), ("experts", "better")])
def test_the_verdict_is_chosen_by_the_numbers(board, name, section):
    said = switches.verdict(switches.load("base"), switches.load(name), ENGLISH)
    values = {"own": f"{BITS[name]:.3f}", "base": "2.140", "difference": f"{abs(BITS[name] - 2.14):.3f}"}
    assert said == ENGLISH.inline(f"verdict-{section}", noise="0.02", **values)


def test_the_busiest_expert_is_told_of_both(board):
    shown = html_of(run_page("blocks", switch="collapsed")).replace("\u202f", " ")
    assert "45.0 %" in shown and "15.0 %" in shown and "12.5 %" in shown and "more than 50.0 %" in shown


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_a_switch_that_is_missing_is_one_sentence(board, lang):
    test = run_page("blocks", lang, switch="sliding", hide="quiz")
    assert not test.exception
    assert WORDS[lang]["switch-missing"].format(file="config.json").split(".")[0] in html_of(test)
    assert WORDS[lang]["name-sliding"] in html_of(test).split(WORDS[lang]["overview-missing"].split("{")[0])[-1]
    test.button_group(key="switch").set_value("2017").run()
    marked = charts(test)["ranking"]["layout"]["yaxis"]["ticktext"]
    assert f"<b>{WORDS[lang]['name-2017']}</b>" in marked
    assert not test.exception and "2017" in test.query_params["switch"]
    assert WORDS[lang]["switch-missing"].split("{file}")[1] not in html_of(test)


def test_a_report_that_is_damaged_is_one_sentence_too(board):
    (board / "switchboard/mqa" / checkpoint.CARD).write_text('{"tokens": 1')
    test = run_page("blocks", switch="mqa")
    assert not test.exception and "switchboard/mqa/card.json" in html_of(test)


def test_all_are_ranked_by_what_they_reached(board):
    test = run_page("blocks", switch="2017", hide="quiz")
    lines = charts(test)["ranking"]
    found = values(lines["data"][0]["x"])
    np.testing.assert_allclose(found, sorted(BITS.values()))
    order = sorted(BITS, key=BITS.get)
    bold = [f"<b>{WORDS['en'][f'name-{n}']}</b>" if n in ("base", "2017") else WORDS["en"][f"name-{n}"] for n in order]
    assert lines["layout"]["yaxis"]["ticktext"] == bold
    better, worse = "2 reach less than the base by more than 0.02 bits per byte", "3 more, and 1 lies within 0.02 of it"
    assert f"Of 6 variants, {better}, {worse}" in html_of(test)


def test_the_questions_are_answered_by_the_files(board):
    test = run_page("blocks")
    assert 'class="verdict right"' in html_of(reveal(test, "worst", 0))  # no positions, of those that are there
    shown = html_of(reveal(test, "mqa-cache", 2))
    assert shown.count('class="verdict wrong"') == 1 and "262" in shown and "131" in shown


def test_switches_within_the_band_of_the_worst_are_right_too():
    """As they were trained, two of them cannot be told apart."""
    bits = reached()
    found = [bits[name] for name in questions.SWITCHES]
    accepted = questions.worst(ENGLISH).accepted()
    assert sorted(accepted) == [i for i, x in enumerate(found) if max(found) - x <= NOISE] and len(accepted) > 1


def test_both_write_what_they_would_write_and_the_prompt_stays_text(board):
    prompt = "<b>x</b> $y$"
    test = run_page("blocks", switch="mqa", prompt=prompt)
    test.button(key="write").click().run()
    assert not test.exception and "<b>x</b>" not in html_of(test)
    samples = [text for text in html_of(test).split("\n") if 'class="sample"' in text]
    for text, name in zip(samples, ("base", "mqa"), strict=True):
        bundle = zoo.load(f"switchboard/{name}")
        ids = bundle.tokenizer.encode(prompt)
        steps = generate.stream(bundle.model, ids, sampling=Sampling(temperature=0.7), seed=switchboard.SEED)
        wanted = switchboard.sample(prompt, bundle.tokenizer.decode([step.token for step in islice(steps, 40)]))
        assert text == wanted.split("\n")[0]
