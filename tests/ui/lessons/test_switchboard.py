"""A switch is what its files say, and a difference what the trainings on record say."""

import json
import shutil
from itertools import islice

import numpy as np
import pytest
import torch

import content
from model import generate, transformer, zoo
from model.analysis.seeds import STANDARD_ERRORS
from model.arithmetic import cache_bytes, count
from model.config import differences
from model.sampling import Sampling
from model.transformer import Transformer
from model.weights import checkpoint, trials
from model.weights.trials import Trial
from tests.support.app_test import html_of, reveal, run_page
from tests.support.payload import charts, component_payload, values
from training.recipes import SWITCHES
from ui.kit import cache, language
from ui.kit.numbers import number
from ui.kit.switchboard import comparison, difference, trained
from ui.kit.token_names import distinct
from ui.lessons.switchboard import overview, questions, switches
from ui.lessons.switchboard import view as switchboard

pytestmark = pytest.mark.slow

PROMPT = "The dog chased the squirrel because it"
WORDS = {lang: content.load(lang, "switchboard") for lang in content.LANGUAGES}
ENGLISH = language.Words("en", "switchboard")


BITS = {"base": 2.14, "mqa": 2.15, "no-positions": 2.4, "post-norm": 2.2, "experts": 2.0, "collapsed": 2.1, "2017": 2.3}
ORDERS, NOISE = (0.0, 0.1, -0.1), 0.005  # what each seed does to all models, and how far a difference goes astray
SPREAD = 1.4826 * NOISE * 1.5**0.5  # of the differences, as it is estimated
MARGIN = STANDARD_ERRORS * SPREAD / 3**0.5


def recorded() -> list[Trial]:
    """Three seeds of each: their mean is that of BITS, and the differences from the base vary by NOISE."""
    astray = (NOISE, -NOISE, 0.0)
    found = [
        Trial(name, 1, seed, bits + order + (0 if name == "base" else off))
        for name, bits in BITS.items()
        for seed, (order, off) in enumerate(zip(ORDERS, astray, strict=True))
    ]
    return [*found, Trial("base", 10, 0, 2.0), Trial("post-norm", 10, 0, 3.5)]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Some switches with weights of chance and reports of known numbers; the others are missing."""
    folder, tokenizer = tmp_path_factory.mktemp("checkpoints"), zoo.load(zoo.EXPERTS).tokenizer
    for name, bits in BITS.items():
        torch.manual_seed(len(name))
        checkpoint.save(Transformer(SWITCHES[name]), tokenizer, folder / "switchboard" / name)
        recipe = {"balance": 0.0 if name == "collapsed" else 0.01, "lr": 0.001, "steps": 40, "warm_up": 10}
        card = {"tokens": 1000, "bits_per_byte": bits, "recipe": recipe, "samples": []}
        (folder / "switchboard" / name / checkpoint.CARD).write_text(json.dumps(card))
        busiest = {"experts": "0.2,0.1", "collapsed": "0.5,0.4"}.get(name)
        rows = [f"{step},{bits + 10 / step}" + (f",{busiest}" if busiest else "") for step in (20, 40)]
        head = "step,loss" + (",busiest_0,busiest_1" if busiest else "")
        (folder / "switchboard" / name / checkpoint.CURVE).write_text("\n".join([head, *rows]) + "\n")
    trials.write(folder / trials.RECORD, recorded())
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
    cache.result.clear()


def sheet(test) -> str:
    tables = (text.split("</table>")[0] for text in html_of(test).split("<table"))
    return next(text for text in tables if WORDS["en"]["row-bits"] in text)


def test_two_models_side_by_side_are_what_their_files_say(board):
    test = run_page("switchboard", switch="no-positions")
    assert not test.exception
    shown = sheet(test)
    assert "rotary (RoPE)" in shown and "<b>none</b>" in shown and "<b>2.400</b>" in shown
    assert shown.count(f">{WORDS['en']['unchanged']}<") == 3  # parameters, cache, tokens
    assert "needs 2.400 bits per byte, the base 2.140 (means over 3 seeds): worse, by 0.260" in html_of(test)
    lines = {line["name"]: values(line["y"]) for line in charts(test)["losses"]["data"] if "name" in line}
    np.testing.assert_allclose(lines["no positions"], [2.9, 2.65])

    data, arrays = component_payload(test, "switchboard")
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
    shown = sheet(run_page("switchboard", switch=name))
    base, variant = SWITCHES["base"], SWITCHES[name]
    fields = differences(base, variant)
    balance = name in ("experts", "collapsed")
    assert shown.count("→") == len(fields) + (name == "collapsed")
    assert number(count(variant).total, "en") in shown or count(variant).total == count(base).total
    assert (number(count(variant).active, "en") in shown) or not balance
    caches = [ENGLISH.bytes(cache_bytes(config, 256)) for config in (base, variant)]
    assert caches[0] in shown and (caches[0] == caches[1] or f"<b>{caches[1]}</b>" in shown)


@pytest.mark.parametrize("name, section", [("mqa", "same"), ("post-norm", "worse"), ("experts", "better")])
def test_the_verdict_is_chosen_by_the_seeds(board, name, section):
    said = switches.verdict(switches.load(name), ENGLISH)
    values = {"own": f"{BITS[name]:.3f}", "base": "2.140", "difference": f"{abs(BITS[name] - 2.14):.3f}"}
    assert said == ENGLISH.inline(f"verdict-{section}", margin=f"{MARGIN:.3f}", seeds=3, **values)


def test_the_busiest_expert_is_told_of_both(board):
    shown = html_of(run_page("switchboard", switch="collapsed")).replace("\u202f", " ")
    assert "45.0 %" in shown and "15.0 %" in shown and "12.5 %" in shown and "more than 50.0 %" in shown


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_a_switch_that_is_missing_is_one_sentence(board, lang):
    test = run_page("switchboard", lang, switch="sliding", hide="quiz")
    assert not test.exception
    assert WORDS[lang]["switch-missing"].format(file="config.json").split(".")[0] in html_of(test)
    test.button_group(key="switch").set_value("2017").run()
    assert not test.exception and "2017" in test.query_params["switch"]
    assert WORDS[lang]["switch-missing"].split("{file}")[1] not in html_of(test)


def test_a_report_that_is_damaged_is_one_sentence_too(board):
    (board / "switchboard/mqa" / checkpoint.CARD).write_text('{"tokens": 1')
    test = run_page("switchboard", switch="mqa")
    assert not test.exception and "switchboard/mqa/card.json" in html_of(test)


def test_all_are_held_against_the_base_seed_by_seed(board):
    test = run_page("switchboard", hide="quiz")
    chart = charts(test)["differences"]
    order = sorted((name for name in BITS if name != "base"), key=BITS.get)
    seeds, means = (values(line["x"]) for line in chart["data"])
    np.testing.assert_allclose(means, [BITS[name] - 2.14 for name in order], atol=1e-4)
    np.testing.assert_allclose(seeds.reshape(-1, 3), means[:, None] + [NOISE, -NOISE, 0], atol=2e-4)
    clear = [f"<b>{WORDS['en'][f'name-{n}']}</b>" if n != "mqa" else WORDS["en"]["name-mqa"] for n in order]
    assert chart["layout"]["yaxis"]["ticktext"] == clear
    band = chart["layout"]["shapes"][0]
    assert [band["x0"], band["x1"]] == pytest.approx([-MARGIN, MARGIN], abs=2e-4)
    shown = html_of(test)
    assert "Of 6 variants, 2 need fewer bits than the base and 3 need more" in shown
    assert (
        "1 cannot be told apart" in shown
        and f"varies by {SPREAD:.3f}" in shown
        and f"up to {MARGIN:.3f} may be chance" in shown
    )


def test_what_surprises_is_said_as_the_seeds_have_it(board):
    """No word about models that were not trained with a common seed."""
    said = [str(sentence) for sentence in overview.surprises(switches.load("base").report, ENGLISH)]
    assert len(said) == 2 and "Without the balancing loss the experts do worse" in said[0]
    assert "The whole 2017 block costs" in said[1]
    assert "2.100 against 2.000, a difference of 0.100" in said[0]


def test_a_model_that_fails_with_a_seed_is_named(board):
    trials.write(board / trials.RECORD, [*recorded(), Trial("2017", 1, 1, 2.9)])
    said = overview.surprises(switches.load("base").report, ENGLISH)[-1]
    assert "the whole 2017 block the seed decides" in said and "2.200 bits per byte with one, 2.900" in said


def test_a_higher_rate_is_shown_for_those_that_were_trained_with_it(board):
    test = run_page("switchboard", hide="quiz")
    lines = {line["name"]: line for line in charts(test)["rates"]["data"] if "name" in line}
    assert {name: values(line["y"]).round(4).tolist() for name, line in lines.items()} == {
        "base": [2.14, 2.0],
        "post-norm": [2.2, 3.5],
    }
    assert all(line["x"] == ["0.001", "0.01"] for line in lines.values())
    shown = html_of(test)
    assert "post-norm: 2.200 at 0.001; 3.500 at 0.01." in shown
    assert "needs 2.140 bits per byte and post-norm 2.200, at 0.01 2.000 and 3.500" in shown
    assert "the rates tried: 2.000 and 2.200." in shown


def test_what_is_said_of_pre_norm_and_post_norm_is_on_record():
    """At the common rate post-norm is no worse; at the next it is, and it gains nothing by any."""
    found = comparison()
    assert difference("post-norm", "base").sign <= 0
    assert questions.rates(ENGLISH).accepted() == (2,)
    best = {name: min(found.mean(name, rate) for rate in found.rates(name)) for name in questions.PAIR}
    assert best["post-norm"] - best["base"] > STANDARD_ERRORS * found.noise
    assert best["post-norm"] == found.mean("post-norm") and best["base"] < found.mean("base")


def test_the_questions_are_answered_by_the_files(board):
    test = run_page("switchboard")
    assert 'class="verdict right"' in html_of(reveal(test, "worst", 0))  # no positions, of those that are there
    shown = html_of(reveal(test, "mqa-cache", 2))
    assert shown.count('class="verdict wrong"') == 1 and "262" in shown and "131" in shown
    shown = html_of(reveal(test, "rates", 2))  # only post-norm
    assert shown.count('class="verdict right"') == 2 and "from 2.200 to 3.500" in shown


@pytest.mark.parametrize("option", [0, 1, 3])
def test_a_wrong_answer_about_the_rates_is_told_what_it_missed(board, option):
    question = questions.rates(ENGLISH)
    assert question.accepted() == (2,)
    assert ("Post-norm does get worse" if option == 0 else "Pre-norm does not get worse") in question.against(option)


def test_switches_that_the_seeds_cannot_tell_from_the_worst_are_right_too(board, monkeypatch):
    monkeypatch.setitem(BITS, "post-norm", BITS["no-positions"] - MARGIN / 2)
    trials.write(board / trials.RECORD, recorded())
    names = [name for name in questions.SWITCHES if name in BITS]
    accepted = questions.worst(ENGLISH).accepted()
    assert [names[i] for i in accepted] == ["no-positions", "post-norm"]


def test_what_is_shipped_is_graded_beyond_the_noise():
    """No accepted option differs from the worst, and every other one does."""
    pairs = [difference(name, "base") for name in questions.SWITCHES]
    worst = questions.SWITCHES[int(np.argmax([pair.mean for pair in pairs]))]
    told_apart = {i for i, name in enumerate(questions.SWITCHES) if difference(worst, name).sign}
    assert set(questions.worst(ENGLISH).accepted()) == set(range(len(pairs))) - told_apart


@pytest.mark.parametrize("damage", ["", "model,rate\nbase,1\n", "model,rate,seed,bits_per_byte\nbase,1,0,x\n"])
def test_without_a_record_nothing_is_claimed(board, damage):
    (board / trials.RECORD).write_text(damage)
    test = run_page("switchboard", switch="mqa")
    assert not test.exception and WORDS["en"]["overview-empty"] in html_of(test)
    assert comparison().models == [] and trained(language.Words("en", "sparse"), "base", "mqa") == ""
    assert "might be chance" not in html_of(test) and "2.150" in sheet(test)


def test_both_write_what_they_would_write_and_the_prompt_stays_text(board):
    prompt = "<b>x</b> $y$"
    test = run_page("switchboard", switch="mqa", prompt=prompt)
    test.button(key="write").click().run()
    assert not test.exception and "<b>x</b>" not in html_of(test)
    samples = [text for text in html_of(test).split("\n") if 'class="sample"' in text]
    for text, name in zip(samples, ("base", "mqa"), strict=True):
        bundle = zoo.load(f"switchboard/{name}")
        ids = bundle.tokenizer.encode(prompt)
        steps = generate.stream(bundle.model, ids, sampling=Sampling(temperature=0.7), seed=switchboard.SEED)
        wanted = switchboard.sample(prompt, bundle.tokenizer.decode([step.token for step in islice(steps, 40)]))
        assert text == wanted.split("\n")[0]
