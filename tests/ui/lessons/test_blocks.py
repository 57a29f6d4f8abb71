"""Drawings, tables and streams say what the loaded models are."""

import re
from dataclasses import replace
from html import unescape
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
import torch

import content
from model import transformer, zoo
from model.arithmetic import count
from model.cache import NoCache
from model.config import RECIPES, differences
from model.tap import null_tap
from model.transformer import Transformer
from model.zoo import Bundle, ModelUnavailable
from tests.support.app_test import html_of, reveal, run_page
from tests.support.payload import charts, component_payload, values
from ui.kit import cache, config_fields, language
from ui.kit.numbers import number
from ui.lessons.blocks import parts
from ui.lessons.blocks.readings import read
from ui.lessons.blocks.sides import Side

PROMPT = "The dog chased the squirrel because it"
WORDS = {lang: content.load(lang, "blocks") for lang in content.LANGUAGES}
ENGLISH = language.Words("en", "blocks")


def rms(x):
    return np.sqrt((x.astype(np.float64) ** 2).mean(-1))


@pytest.fixture(scope="module")
def both():
    """Of both models: name, trace, the reader's last token, configuration, title."""
    sides = []
    for name, which in (("old", "switchboard/2017"), ("new", "smollm2")):
        bundle = cache.bundle(which)
        ids = bundle.tokenizer.encode(PROMPT)
        trace = transformer.run(bundle.model, ids, bundle.tokenizer.strings(ids))
        about = {"at": len(ids) - 1, "config": bundle.model.config, "title": bundle.card.title}
        sides.append(SimpleNamespace(name=name, trace=trace, bundle=bundle, **about))
    return sides


@pytest.fixture(scope="module")
def page():
    return run_page("blocks", hide="quiz")


def drawn(test) -> dict:
    return component_payload(test, "blocks")[0]


# ---------------------------------------------------------------- the drawings


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_the_parts_of_a_drawing_hold_all_parameters(recipe):
    """Any configuration: what the parts are said to have adds up to what is counted, and to what there is."""
    config = replace(recipe, layers=3, kv_heads=2)
    tokenizer = SimpleNamespace(strings=lambda ids: list(map(str, ids)))
    bundle = Bundle(Transformer(config), tokenizer, zoo.ENTRIES["smollm2"].card)
    found = parts.facts([Side("new", bundle, read(bundle, [1, 2, 3], 2))], ENGLISH)

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


@pytest.mark.slow
def test_the_page_draws_both_models_from_their_configurations(page, both):
    data = drawn(page)
    old, new = data["sides"]
    assert [side["model"].split(",")[0] for side in (old, new)] == ["Vetro 2017", "SmolLM2"]
    at = [{part["name"]: part["slot"] for part in side["parts"]} for side in (old, new)]
    assert at[0]["attn_norm"] == "attn_after" and at[1]["attn_norm"] == "attn_before"
    assert at[0]["position"] == "position" and "position" not in at[1] and new["rotary"]
    assert [part["name"] for part in old["parts"] if part.get("absent")] == ["cross", "cross_norm"]
    assert [(side["heads"], side["kv_heads"], side["causal"]) for side in (old, new)] == [(4, 4, True), (9, 3, True)]
    facts = data["facts"]
    assert facts["mlp"]["differs"] and not facts["residual"]["differs"] and not facts["q"]["differs"]
    assert facts["attention"]["sides"]["new"]["shape"] == ["q 576 → 576", "k 576 → 192", "v 576 → 192", "o 576 → 576"]
    assert facts["norm" if "norm" in facts else "attn_norm"]["sides"]["old"]["label"] == "LayerNorm"
    assert not facts["gate"]["sides"]["old"]["here"]


def test_the_readings_are_the_trace_s(page, both):
    data = drawn(page)
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
    assert data["sides"][0]["token"] == "·it" and data["sides"][1]["token"] == "·it"


def test_one_number_goes_the_way_of_the_model(page, both):
    for side in both:
        layer = side.trace.layers[side.config.layers // 2]
        place = int(np.abs(layer.attn_out[side.at]).argmax())
        total = layer.resid_pre[side.at, place] + layer.attn_out[side.at, place]
        assert f"number {place + 1}:" in html_of(page)
        assert f"<strong>{number(float(total), 'en')}</strong> in the residual stream" in html_of(page)
        normed = layer.attn_in if side.config.norm_place == "pre" else layer.resid_mid
        assert f"<strong>{number(float(normed[side.at, place]), 'en')}</strong>" in html_of(page)


def test_every_field_in_which_they_differ_is_in_the_table(page, both):
    shown = html_of(page).split('class="grid-table fields"')[1].split("</table>")[0]
    names, found = language.Words("en", "table"), differences(*(side.config for side in both))
    assert shown.count('scope="row"') == len(found)
    for name in found:
        cells = "".join(f"<td>{config_fields.value(name, side.config, 'en')}</td>" for side in both)
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


def test_the_residual_stream_is_a_sum_and_its_connection_can_be_cut(page, both):
    new = both[1]
    layers, at = new.trace.layers, new.at
    change = layers[-1].resid_post[at] - layers[0].resid_pre[at]
    place = int(np.abs(change).argmax())
    added = [sum(float(getattr(layer, name)[at, place]) for layer in layers) for name in ("attn_out", "mlp_out")]
    assert layers[0].resid_pre[at, place] + sum(added) == pytest.approx(layers[-1].resid_post[at, place], rel=1e-5)
    shown = html_of(page)
    assert f"number {place + 1}: embedding" in shown and f"outputs {number(added[1], 'en')} ≈" in shown

    # by hand: the layers below, attention's output alone, then the MLP and the layers above
    model, middle = new.bundle.model, len(layers) // 2
    ids = model.ids(new.trace.token_ids.tolist())
    position = model.position(torch.arange(ids.shape[1])[None])
    mask = torch.ones(1, ids.shape[1], ids.shape[1], dtype=torch.bool).tril()
    with torch.inference_mode():
        x = torch.tensor(layers[middle].attn_out)[None]
        x = x + model.layers[middle].mlp(model.layers[middle].mlp_norm(x), null_tap)
        for block in model.layers[middle + 1 :]:
            x = block(x, position, mask, NoCache(), null_tap)
        wanted = model.lm_head(model.norm(x))[0, at].softmax(-1)
    found = read(new.bundle, new.trace.token_ids.tolist(), at).residual
    assert found.layer == middle and found.whole[1] > found.left
    assert found.cut[1] == pytest.approx(float(wanted.max()), rel=1e-3)
    assert found.cut[0] == new.bundle.tokenizer.strings([int(wanted.argmax())])[0]


def test_the_question_about_the_stream_is_answered_by_it():
    shown = html_of(reveal(run_page("blocks"), f"grown-{PROMPT}", 0))
    assert 'class="verdict right"' in shown


def test_an_older_link_to_the_switchboard_leads_there_with_what_it_says_of_it():
    said = {"switch": "mqa", "map-layer": "2", "map-head": "1"}
    test = run_page("blocks", **said)
    address, *_ = re.findall(r'<a href="(switchboard\?[^"]+)"', html_of(test))
    assert dict(parse_qsl(urlsplit(unescape(address)).query)) == said
    assert "could not use" not in html_of(test)
    there = run_page("switchboard", **said)
    assert there.session_state["switch"] == "mqa" and "could not use" not in html_of(there)


@pytest.mark.parametrize("missing, title", [(("switchboard/2017",), "MiniLM"), (("switchboard/2017", "minilm"), None)])
@pytest.mark.slow
def test_another_model_takes_the_place_of_2017(missing, title, monkeypatch):
    """An encoder, and the page says what comes with that; without any older one, today’s stands alone."""
    without(monkeypatch, *missing)
    test = run_page("blocks")
    assert not test.exception
    shorts = [side["short"] for side in drawn(test)["sides"]]
    assert shorts == [title, "SmolLM2"] if title else ["SmolLM2"]
    assert ("is an encoder of 2020" in html_of(test)) == (title is not None)
    assert (WORDS["en"]["no-old"].split("{file}")[0] in html_of(test)) == (title is None)


@pytest.mark.parametrize("lang", content.LANGUAGES)
@pytest.mark.slow
def test_without_the_wheels_there_is_still_a_lesson(lang, monkeypatch):
    """Neither MiniLM nor SmolLM2: models of ours take their places."""
    without(monkeypatch, "smollm2", "minilm")
    test = run_page("blocks", lang)
    assert not test.exception
    data = drawn(test)
    assert [side["short"] for side in data["sides"]] == ["Vetro 2017", "Vetro MoE"]
    assert data["sides"][1]["experts"] == [8, 2]
    assert data["facts"]["router"]["sides"]["new"]["parameters"].startswith(str(8 * 192)[0])


@pytest.fixture(autouse=True)
def fresh_bundles(request):
    yield
    if "monkeypatch" in request.fixturenames:
        cache.bundle.clear()


def without(monkeypatch, *missing):
    here = zoo.find

    def find(name):
        if name in missing:
            raise ModelUnavailable(f"{name}.file", "a file", "install")
        return here(name)

    cache.bundle.clear()
    monkeypatch.setattr(zoo, "find", find)
