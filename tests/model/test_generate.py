"""Decoding says what transformers says, and can be forced, rewound and repeated."""

from itertools import islice

import numpy as np
import pytest
import torch

from model import hf
from model.generate import beam_search, stream
from model.sampling import Sampling, stages
from tests.model import families

PROMPT = [5, 9, 2, 9, 30]
GREEDY = Sampling(temperature=0)


@pytest.fixture(scope="module", params=["llama grouped-query", "mixtral", "gpt2"])
def pair(request):
    reference = families.make(request.param)
    return reference, hf.from_hf(reference)


def theirs(reference, **settings):
    out = reference.generate(torch.tensor([PROMPT]), max_new_tokens=12, do_sample=False, pad_token_id=0, **settings)
    return out[0, len(PROMPT) :].tolist()


def tokens(model, count=12, **settings):
    return [step.token for step in islice(stream(model, PROMPT, **settings), count)]


def test_greedy_text_is_that_of_transformers(pair):
    reference, model = pair
    assert tokens(model, sampling=GREEDY) == theirs(reference)


def test_beam_search_finds_the_text_of_transformers(pair):
    reference, model = pair
    beams = beam_search(model, PROMPT, width=3, length=12)
    assert list(beams[-1][0].tokens) == theirs(reference, num_beams=3)
    for after in beams:
        probabilities = [beam.log_probability for beam in after]
        assert probabilities == sorted(probabilities, reverse=True)


def test_a_beam_of_width_one_is_greedy(moe):
    beams = beam_search(moe.model, PROMPT, width=1, length=6)
    assert list(beams[-1][0].tokens) == tokens(moe.model, 6, sampling=GREEDY)


def test_the_log_probability_of_a_beam_is_that_of_its_tokens(moe):
    best = beam_search(moe.model, PROMPT, width=2, length=4)[-1][0]
    with torch.inference_mode():
        logits = moe.model(moe.model.ids([*PROMPT, *best.tokens]))[0].numpy()
    probabilities = [stages(logits[len(PROMPT) - 1 + i]).base[token] for i, token in enumerate(best.tokens)]
    assert best.log_probability == pytest.approx(np.log(probabilities).sum(), abs=1e-4)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_text_and_another_seed_another(moe):
    assert tokens(moe.model, seed=3) == tokens(moe.model, seed=3) != tokens(moe.model, seed=4)


@pytest.mark.slow
def test_a_forced_token_is_taken_and_what_follows_is_what_the_text_says(moe):
    free = tokens(moe.model, seed=3)
    forced = list(islice(stream(moe.model, PROMPT, seed=3, force={4: 200}), 12))
    assert [step.token for step in forced[:4]] == free[:4]
    assert (forced[4].token, forced[4].forced) == (200, True)
    with torch.inference_mode():
        logits = moe.model(moe.model.ids([*PROMPT, *free[:4], 200]))[0, -1].numpy()
    assert forced[5].stages.base == pytest.approx(stages(logits).base, abs=1e-6)


def test_a_step_says_its_probability_and_its_time(moe):
    for step in islice(stream(moe.model, PROMPT, sampling=Sampling(top_k=5)), 5):
        assert step.probability == step.stages.final[step.token] > 0
        assert step.seconds > 0


def test_the_text_ends_where_the_context_ends(moe):
    full = [1] * (moe.model.config.context - 2)
    assert len(list(stream(moe.model, full))) == 2
