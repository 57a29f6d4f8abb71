"""Its experiment with a token in front of the prompt: its numbers are those of passes made for it here."""

import numpy as np

from model import lens, sampling, transformer
from model.edits import HideKey
from tests.support.app_test import html_of, reveal, run_page
from ui.kit.numbers import number, percent

PROMPT = "The dog chased the squirrel because it"


def test_a_token_in_front_takes_the_weight_of_the_first(smollm2):
    """The experiment of the lesson, worked again: what it says of the model whose first token is a sink."""
    ids = smollm2.tokenizer.encode(PROMPT)
    end = smollm2.tokenizer.backend.token_to_id("<|endoftext|>")

    def moved(ids, hidden):
        hide = [HideKey(layer, len(ids) - 1, hidden) for layer in range(30)]
        whole, without = (transformer.run(smollm2.model, ids, ids, edits=edits) for edits in ((), hide))
        weight = np.mean([layer.pattern[:, -1, hidden] for layer in whole.layers])
        return weight, lens.divergence(*(sampling.softmax(each.logits[-1]) for each in (whole, without)))

    (weight, before), (left, after), (taken, again) = moved(ids, 0), moved([end, *ids], 1), moved([end, *ids], 0)
    assert before > 1 > 0.1 > after and taken > 0.4 > 0.1 > left and again > 1
    test = run_page("what_if", edits="none")
    shown = html_of(test)
    assert "The weight goes with the position" not in shown and number(after, "en") not in shown
    shown = html_of(reveal(test, f"front-smollm2-{PROMPT}", 0))
    assert 'class="verdict right"' in shown and "The weight goes with the position" in shown
    row = [percent(left, "en"), number(after, "en"), percent(taken, "en"), number(again, "en")]
    assert '</td><td class="number">'.join(row) in shown
    assert percent(weight, "en") in shown and number(before, "en") in shown


def test_where_the_first_token_hardly_matters_nothing_is_asked():
    test = run_page("what_if", model="experts", edits="none")
    assert f"pick-front-experts-{PROMPT}" not in [group.key for group in test.get("button_group")]
    assert "bits without it" in html_of(test)
