"""A pasted configuration is counted, or refused in one sentence that names its field."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import content
from model import arithmetic
from tests.support.app_test import html_of, run_page
from tests.support.payload import component_payload
from ui.kit.language import Words
from ui.lessons.table import drawing, parse, view
from ui.lessons.table.parse import TableError

ROWS = ("mask", "window", "mlp", "experts", "active_experts")
EXAMPLE = json.loads(view.EXAMPLE)


def drawn(test) -> dict:
    """What the component was given."""
    return component_payload(test, "table")[0]


def results(test) -> dict[str, list[str]]:
    return {line["label"]: line["values"] for line in drawn(test)["results"]}


BAD = {
    "empty": ("", "paste-empty"),
    "no JSON": ("{'model_type': 1}", "paste-no-json"),
    "cut": (view.EXAMPLE[:90], "paste-no-json"),
    "a list": ("[1]", "paste-no-object"),
    "nested": ("[" * 200_000, "paste-too-much"),
    "digits": ('{"a": ' + "9" * 5000 + "}", "paste-too-much"),
    "no family": ({"model_type": ...}, "paste-no-family"),
    "family": ({"model_type": "<img src=x>"}, "paste-family"),
    "family of no kind": ({"model_type": ["llama"]}, "paste-family"),
    "no width": ({"hidden_size": ...}, "paste-missing"),
    "null": ({"num_hidden_layers": None}, "paste-missing"),
    "text": ({"hidden_size": "2048"}, "paste-whole"),
    "true": ({"num_hidden_layers": True}, "paste-whole"),
    "fraction": ({"intermediate_size": 0.5}, "paste-whole"),
    "NaN": ({"vocab_size": float("nan")}, "paste-whole"),
    "absurd": ({"vocab_size": 10**30}, "bad-size"),
    "zero": ({"num_attention_heads": 0}, "bad-size"),
    "heads": ({"num_attention_heads": 30}, "paste-divide"),
    "groups": ({"num_key_value_heads": 5}, "bad-groups"),
    "odd": ({"head_dim": 7}, "bad-pairs"),
    "bias": ({"attention_bias": True}, "paste-setting"),
    "unknown": ({"flux_capacitor": {"a": [1]}}, "paste-setting"),
    "curve": ({"hidden_act": ["silu"]}, "paste-setting"),
    "rotation": ({"rope_scaling": "no"}, "paste-setting"),
    "rotation of a kind": ({"rope_scaling": {"type": "spiral"}}, "paste-setting"),
    "tied": ({"tie_word_embeddings": "no"}, "paste-setting"),
    "window of text": ({"sliding_window": "4096", "model_type": "mistral"}, "paste-whole"),
    "window of nothing": ({"sliding_window": 0, "model_type": "mistral"}, "bad-size"),
    "experts": ({"num_experts_per_tok": 9, "model_type": "mixtral"}, "bad-experts"),
}


def pasted(changes: dict | str) -> str:
    if isinstance(changes, str):
        return changes
    return json.dumps({name: value for name, value in (EXAMPLE | changes).items() if value is not ...})


@pytest.mark.parametrize("changes, section", BAD.values(), ids=BAD)
def test_a_bad_configuration_is_one_sentence_that_names_the_field(changes, section):
    with pytest.raises(TableError) as found:
        parse.pasted(pasted(changes))
    assert found.value.code == section
    for lang in content.LANGUAGES:
        said = drawing.sentence(found.value, Words(lang, "table"))
        assert "<img" not in said and len(said) < 400
        if isinstance(changes, dict) and section != "paste-no-family":
            field, value = next(iter(changes.items()))
            assert field in said and (value is not True or "true" in said)


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=2),
    max_leaves=3,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*EXAMPLE, "rope_scaling", "rope_theta", "rope_parameters", "head_dim"]), junk))
def test_whatever_is_pasted_is_counted_or_refused_by_name(changes):
    try:
        config = parse.pasted(json.dumps(EXAMPLE | changes))
    except TableError as problem:
        assert drawing.sentence(problem, Words("it", "table"))  # noqa: PT017 (either may happen)
    else:
        assert arithmetic.count(config).total > 0


def test_pasted_windows_and_experts_are_rows():
    sliding = {"model_type": "mistral", "sliding_window": 512}
    rows = parse.rows(parse.pasted(pasted(sliding)))
    assert (rows["mask"], rows["window"], rows["mlp"], rows["experts"]) == ("sliding", 512, "gated", None)
    mixture = {"model_type": "mixtral", "sliding_window": None, "num_local_experts": 6, "num_experts_per_tok": 3}
    rows = parse.rows(parse.pasted(pasted(mixture)))
    assert tuple(rows[name] for name in ROWS) == ("causal", None, "experts", 6, 3)


def test_a_pasted_configuration_is_counted_and_a_bad_one_stays_in_its_field():
    test = run_page("table")
    test.selectbox(key="table-of").set_value("own").run()
    assert results(test)["Parameters"] == ["1,100,048,384"]  # TinyLlama 1.1B
    assert "TinyLlama" in html_of(test) and "the context of this model is 2,048 tokens" in html_of(test)
    bad = pasted({"num_attention_heads": 30})
    test.text_area(key="pasted").set_value(bad).run()
    assert not test.exception and html_of(test).count('role="alert"') == 1
    assert test.text_area(key="pasted").value == bad
    assert "num_attention_heads" in html_of(test)
    test.selectbox(key="table-of").set_value("GPT-2").run()
    test.selectbox(key="table-of").set_value("own").run()
    assert test.text_area(key="pasted").value == bad
    test.text_area(key="pasted").set_value(pasted({"num_hidden_layers": 1})).run()
    assert 'role="alert"' not in html_of(test) and results(test)["In one layer"] == ["44,044,288"]
    assert "TinyLlama" not in html_of(test)
