"""The ledger: every number is that of the pass, and the printed steps lead from one to the next."""

import numpy as np
import pytest

import content
from tests.support.app_test import html_of, shown_page
from ui.frame import ledger
from ui.kit import language


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_the_ledger_has_every_step_in_its_order(lang):
    document = ledger.document(lang)
    places = [document.index(f'<li id="{name}"') for name in ledger.LINES]
    assert places == sorted(places) and set(ledger.LINES.values()) <= content.numbers().keys()


def test_its_steps_follow_from_one_another():
    passed, tokens = ledger.trace()
    layer, width = passed.layers[ledger.LAYER], passed.layers[ledger.LAYER].q_rot.shape[-1]
    written = {line.name: line for line in ledger.lines(passed, tokens, language.Words("en", "ledger"))}
    scores = [layer.q_rot[ledger.HEAD, -1] @ key / np.sqrt(width) for key in layer.k_rot[0]]
    shown = [float(str(x).replace("−", "-")) for x in written["scores"].rows[0][1:]]
    assert np.allclose(shown, scores, rtol=5e-3, atol=5e-3)
    weights = [float(str(x).split()[0]) for x in written["weights"].rows[0][1:]]
    assert np.allclose(weights, 100 * np.exp(scores) / np.exp(scores).sum(), rtol=5e-3, atol=5e-3)
    logits = np.asarray(passed.logits[-1], float)
    assert float(str(written["logits"].rows[0][1])) == pytest.approx(logits.max(), rel=5e-3)
    assert np.allclose(layer.resid_pre[-1] + layer.attn_out[-1], layer.resid_mid[-1], atol=1e-4)


def test_a_lesson_leads_to_its_line():
    assert 'href="ledger?lang=en#final"' in html_of(shown_page("next_token"))
    assert 'href="ledger?lang=it"' in html_of(shown_page("references", "it"))
