"""Lesson 9: drawings, tables and streams say what the loaded models are; a switch is what its files say."""

import json
from dataclasses import replace
from itertools import islice
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import content
from model import generate, transformer, zoo
from model.arithmetic import cache_bytes, count
from model.config import RECIPES, differences
from model.sampling import Sampling
from model.transformer import Transformer
from model.weights import checkpoint
from model.zoo import Bundle, ModelUnavailable
from tests.support.app_test import html_of, run_page
from tests.support.payload import charts, component_payload, values
from training.recipes import SWITCHES
from ui.kit import cache, language
from ui.kit.numbers import number
from ui.lessons.blocks import parts, switchboard, view
from ui.lessons.blocks.readings import see

PROMPT = "The dog chased the squirrel because it"
WORDS = {lang: content.load(lang, "blocks") for lang in content.LANGUAGES}
ENGLISH = language.Words("en", "blocks")


def rms(x):
    return np.sqrt((x.astype(np.float64) ** 2).mean(-1))


@pytest.fixture(scope="module")
def both():
    """Of both models: name, trace, the reader's last token, configuration, title."""
    sides = []
    for name, which in (("old", "minilm"), ("new", "smollm2")):
        bundle = cache.bundle(which)
        ids = bundle.tokenizer.encode(PROMPT)
        trace = transformer.run(bundle.model, ids, bundle.tokenizer.strings(ids))
        at = len(ids) - (2 if name == "old" else 1)
        title = bundle.card.title
        sides.append(SimpleNamespace(name=name, trace=trace, at=at, config=bundle.model.config, title=title))
    return sides


@pytest.fixture(scope="module")
def page():
    return run_page("blocks")


def drawn(test, part: str) -> tuple[dict, dict]:
    return component_payload(test, "blocks", part=part)


def reveal(test, key: str, option: int) -> str:
    test.button_group(key=f"pick-{key}").set_value(option).run()
    return html_of(test.button(key=f"reveal-{key}").click().run())


# ---------------------------------------------------------------- the drawings


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_the_parts_of_a_drawing_hold_all_parameters(recipe):
    """Any configuration: what the parts are said to have adds up to what is counted, and to what there is."""
    config = replace(recipe, layers=3, kv_heads=2)
    bundle = Bundle(Transformer(config), None, zoo.ENTRIES["smollm2"].card)
    found = parts.facts([view.Side("new", bundle, see(bundle.model, [1, 2, 3], "abc", 2))], ENGLISH)

    def own(name: str) -> int:
        said = found[name]["sides"]["new"].get("parameters", "").split(" ")[0].replace(",", "")
        return int(said) if said.isdecimal() else 0

    each = sum(own(name) for name in ("attn_norm", "attention", "mlp_norm", "mlp"))
    outside = [
        name for name in ("embedding", "segment", "position", "embed_norm", "final_norm", "head") if name in found
    ]
    total = config.layers * each + sum(map(own, outside))
    assert total == count(config).total == sum(p.numel() for p in bundle.model.parameters())
    inner = [name for name in ("q", "k", "v", "output") if found[name]["sides"]["new"]["here"]]
    assert sum(map(own, inner)) == own("attention")


def test_the_page_draws_both_models_from_their_configurations(page, both):
    data, _ = drawn(page, "drawings")
    old, new = data["sides"]
    assert [side["model"].split(",")[0] for side in (old, new)] == ["MiniLM", "SmolLM2"]
    at = [{part["name"]: part["slot"] for part in side["parts"]} for side in (old, new)]
    assert at[0]["attn_norm"] == "attn_after" and at[1]["attn_norm"] == "attn_before"
    assert at[0]["position"] == "position" and "position" not in at[1] and new["rotary"]
    assert [part["name"] for part in old["parts"] if part.get("absent")] == ["cross", "cross_norm"]
    assert [(side["heads"], side["kv_heads"], side["causal"]) for side in (old, new)] == [(12, 12, False), (9, 3, True)]
    facts = data["facts"]
    assert facts["mlp"]["differs"] and not facts["residual"]["differs"] and not facts["q"]["differs"]
    assert facts["attention"]["sides"]["new"]["shape"] == ["q 576 → 576", "k 576 → 192", "v 576 → 192", "o 576 → 576"]
    assert facts["norm" if "norm" in facts else "attn_norm"]["sides"]["old"]["label"] == "LayerNorm"
    assert not facts["gate"]["sides"]["old"]["here"]


def test_the_readings_are_the_trace_s(page, both):
    data, _ = drawn(page, "drawings")
    for side in both:
        layers, at = side.trace.layers, side.at

        def shown(name, i=0, side=side):
            return data["facts"][name]["sides"][side.name]["readings"][i]["values"]

        expected = {
            "attention": [rms(x.attn_out[at]) for x in layers],
            "mlp": [rms(x.mlp_out[at]) for x in layers],
            "residual": [rms(x.resid_post[at]) for x in layers],
            "embedding": [rms(side.trace.embed[at])],
            "scores": [np.triu(x.pattern, 1).sum(-1).mean() for x in layers],
        }
        for name, wanted in expected.items():
            np.testing.assert_allclose(shown(name), wanted, rtol=1e-3)
        pre = side.config.norm_place == "pre"
        before = [x.resid_pre[at] if pre else x.resid_pre[at] + x.attn_out[at] for x in layers]
        after = [x.attn_in[at] if pre else x.resid_mid[at] for x in layers]
        np.testing.assert_allclose(shown("attn_norm"), [rms(x) for x in before], rtol=1e-3)
        np.testing.assert_allclose(shown("attn_norm", 1), [rms(x) for x in after], rtol=1e-3)
    assert data["facts"]["scores"]["sides"]["new"]["readings"][0]["shown"][0].startswith("0")
    assert data["sides"][0]["token"] == "it" and data["sides"][1]["token"] == "·it"


def test_one_number_goes_the_way_of_the_model(page, both):
    for side in both:
        layer = side.trace.layers[side.config.layers // 2]
        place = int(np.abs(layer.attn_out[side.at]).argmax())
        total = layer.resid_pre[side.at, place] + layer.attn_out[side.at, place]
        assert f"number {place + 1}:" in html_of(page)
        assert f"<strong>{number(float(total), 'en')}</strong> in the stream" in html_of(page)
        normed = layer.attn_in if side.config.norm_place == "pre" else layer.resid_mid
        assert f"<strong>{number(float(normed[side.at, place]), 'en')}</strong>" in html_of(page)


def test_every_field_in_which_they_differ_is_in_the_table(page, both):
    shown = html_of(page).split('class="grid-table fields"')[1].split("</table>")[0]
    names, found = language.Words("en", "table"), differences(*(side.config for side in both))
    assert shown.count('scope="row"') == len(found)
    for name in found:
        cells = "".join(f"<td>{view.value(name, side.config, ENGLISH)}</td>" for side in both)
        assert f"{names.inline(f'row-{name}')}</th>{cells}" in shown


def test_the_stream_is_measured_in_both(page, both):
    lines = {line["name"]: values(line["y"]) for line in charts(page)["streams"]["data"] if "name" in line}
    for side in both:
        stream = rms(np.stack([*(x.resid_pre for x in side.trace.layers), side.trace.layers[-1].resid_post]))
        np.testing.assert_allclose(lines[side.title], stream[:, 1:].mean(1), rtol=1e-4)
        np.testing.assert_allclose(lines[f"{side.title}, first token"], stream[:, 0], rtol=1e-4)
    old, new = (lines[side.title][-1] / lines[side.title][0] for side in both)
    assert old < 1.5 < 100 < new
    assert "verdict" not in html_of(page).split('class="predict"')[1].split("</div>")[0]


def test_the_question_about_the_stream_is_answered_by_it():
    shown = reveal(run_page("blocks"), f"grown-{PROMPT}", 0)
    assert 'class="verdict right"' in shown


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_without_the_wheels_there_is_still_a_lesson(lang, monkeypatch):
    """Neither MiniLM nor SmolLM2: our own models take their places; without any older one, today's stands alone."""
    here = zoo.find

    def find(name):
        if zoo.ENTRIES[name].package or name == "switchboard/2017":
            raise ModelUnavailable(f"{name}.file", "a file", "install")
        return here(name)

    cache.bundle.clear()
    monkeypatch.setattr(zoo, "find", find)
    try:
        test = run_page("blocks", lang)
        assert not test.exception
        data, _ = drawn(test, "drawings")
        assert [side["short"] for side in data["sides"]] == ["Vetro MoE"] and data["sides"][0]["experts"] == [8, 2]
        assert WORDS[lang]["no-old"].split("{file}")[0] in html_of(test)
        assert data["facts"]["router"]["sides"]["new"]["parameters"].startswith(str(8 * 192)[0])
    finally:
        cache.bundle.clear()


# ---------------------------------------------------------------- the switchboard


BITS = {"base": 2.14, "mqa": 2.15, "no-positions": 2.4, "post-norm": 2.2, "experts": 2.0, "collapsed": 2.1, "2017": 2.3}


@pytest.fixture
def board(tmp_path, monkeypatch):
    """Some switches with weights of chance and reports of known numbers; the others are missing."""
    folder, tokenizer = tmp_path / "checkpoints", zoo.load(zoo.EXPERTS).tokenizer
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
    monkeypatch.setattr(zoo, "CHECKPOINTS", folder)
    forget_switches()
    yield folder
    forget_switches()


def forget_switches():
    for name in SWITCHES:
        cache.bundle.clear(f"switchboard/{name}")
    cache._trace.clear()


def sheet(test) -> str:
    tables = (text.split("</table>")[0] for text in html_of(test).split("<table"))
    return next(text for text in tables if WORDS["en"]["row-bits"] in text)


def test_two_models_side_by_side_are_what_their_files_say(board):
    test = run_page("blocks", switch="no-positions")
    assert not test.exception
    shown = sheet(test)
    assert "rotary (RoPE)" in shown and "<b>none</b>" in shown and "<b>2.40</b>" in shown
    assert shown.count(f">{WORDS['en']['unchanged']}<") == 3  # parameters, cache, tokens
    assert "2.40 bits per byte against the base’s 2.14: worse, by 0.260" in html_of(test)
    lines = {line["name"]: values(line["y"]) for line in charts(test)["losses"]["data"] if "name" in line}
    np.testing.assert_allclose(lines["no positions"], [2.9, 2.65])

    data, arrays = drawn(test, "maps")
    for i, name in enumerate(("base", "no-positions")):
        bundle = zoo.load(f"switchboard/{name}")
        ids = bundle.tokenizer.encode(PROMPT)[: switchboard.MOST]
        trace = transformer.run(bundle.model, ids, bundle.tokenizer.strings(ids))
        assert data["tokens"] == list(trace.tokens)
        for layer, one in enumerate(trace.layers):
            np.testing.assert_allclose(arrays[f"pattern{i}"][layer] / 255, one.pattern, atol=0.5 / 255 + 1e-6)
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
    said = switchboard.verdict(switchboard.load("base"), switchboard.load(name), ENGLISH)
    assert said == ENGLISH.inline(
        f"verdict-{section}", own=number(BITS[name], "en"), base="2.14", difference=number(abs(BITS[name] - 2.14), "en")
    )


def test_the_busiest_expert_is_told_of_both(board):
    shown = html_of(run_page("blocks", switch="collapsed")).replace("\u202f", " ")
    assert "45.0 %" in shown and "15.0 %" in shown and "12.5 %" in shown and "more than 50.0 %" in shown


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_a_switch_that_is_missing_is_one_sentence(board, lang):
    test = run_page("blocks", lang, switch="sliding")
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
    test = run_page("blocks", switch="2017")
    lines = charts(test)["ranking"]
    found = values(lines["data"][0]["x"])
    np.testing.assert_allclose(found, sorted(BITS.values()))
    order = sorted(BITS, key=BITS.get)
    bold = [f"<b>{WORDS['en'][f'name-{n}']}</b>" if n in ("base", "2017") else WORDS["en"][f"name-{n}"] for n in order]
    assert lines["layout"]["yaxis"]["ticktext"] == bold
    assert (
        "Of 6 variants, 2 are better than the base by more than chance may do, 3 are worse, and 1 as good"
        in html_of(test)
    )


def test_the_questions_are_answered_by_the_files(board):
    test = run_page("blocks")
    assert 'class="verdict right"' in reveal(test, "worst", 0)  # no positions, of those that are there
    shown = reveal(test, "mqa-cache", 2)
    assert shown.count('class="verdict wrong"') == 1 and "262" in shown and "131" in shown


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
        wanted = switchboard._sample(prompt, bundle.tokenizer.decode([step.token for step in islice(steps, 40)]))
        assert text == wanted.split("\n")[0]
