"""Projections, products and directions are parts that add up to what the pass says."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from model import lens
from model.analysis import projections
from model.config import GEMMA3, QWEN2, QWEN3, RECIPES
from model.edits import ScaleScores
from model.transformer import Transformer, run

IDS = [3, 1, 4, 1, 5, 9, 2, 6]


def small(config) -> Transformer:
    """Of any recipe, with biases and norms that are not those of the beginning."""
    torch.manual_seed(0)
    model = Transformer(replace(config, vocab_size=50, layers=2, kv_heads=2 if config.bias else config.kv_heads)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return model


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_matrix_times_what_attention_reads_is_q_k_and_v(recipe):
    model = small(RECIPES[recipe])
    trace = run(model, IDS, IDS)
    for i, layer in enumerate(trace.layers):
        for head in range(model.config.heads):
            group = head // model.config.group
            own = {"q": layer.q[head], "k": layer.k[group], "v": layer.v[group]}
            for name, part in projections.head_projections(model, i, head).items():
                np.testing.assert_allclose(part.apply(layer.attn_in), own[name], rtol=1e-4, atol=1e-4)
                assert (part.bias is not None) == (model.config.bias or model.config.qkv_bias)
                whole = getattr(model.layers[i].attn, f"{name}_proj").weight.detach().numpy()
                assert part.rows == len(whole)
                np.testing.assert_array_equal(whole[part.first : part.first + len(part.weight)], part.weight)


@pytest.mark.parametrize(
    "config",
    [RECIPES["llama"], RECIPES["gpt2"], QWEN2, QWEN3, replace(GEMMA3, score_width=24)],
    ids=lambda c: c.position,
)
def test_the_products_of_the_last_stage_add_up_to_the_score(config):
    model = small(config)
    trace = run(model, IDS, IDS)
    for layer in trace.layers:
        stages = projections.score_stages(layer)
        assert list(stages) == ["plain"] + ["normed"] * config.qk_norm + ["rotated"] * (config.position == "rotary")
        q, k = stages[list(stages)[-1]]
        for head in range(model.config.heads):
            products = q[head][:, None] * k[head // model.config.group][None]
            score = products.sum(-1) / np.sqrt(model.config.score_divisor)
            np.testing.assert_allclose(score, layer.scores[head], rtol=1e-4, atol=1e-4)


def test_the_score_before_rotation_is_that_of_two_tokens_at_one_position(smollm2):
    """What the page says of it: the rotation of a query and a key at position 0 is none, at equal ones it cancels."""
    ids = smollm2.tokenizer.encode("The dog chased the squirrel")
    layer = run(smollm2.model, ids, ids, keep={"q", "k", "q_rot", "k_rot", "q_norm", "k_norm"}).layers[3]
    stages = projections.score_stages(layer)
    (q, k), (turned, back) = stages["plain"], stages["rotated"]
    same = np.arange(len(ids))
    plain, rotated = (a[0, same] * b[0, same] for a, b in ((q, k), (turned, back)))
    np.testing.assert_allclose(plain.sum(-1), rotated.sum(-1), rtol=1e-4, atol=1e-3)


def test_the_softmax_of_the_trace_is_that_of_factor_1(moe):
    trace = run(moe.model, IDS, IDS)
    layer = trace.layers[1]
    np.testing.assert_allclose(projections.weights(layer.scores, layer.mask), layer.pattern, atol=1e-6)


def test_scores_that_are_not_divided_are_those_of_a_pass_without_the_division(moe):
    """In the first layer, which reads the same: an edit of the scores, and our own softmax."""
    factor = moe.model.config.head_width**0.5
    plain = run(moe.model, IDS, IDS).layers[0]
    edited = run(moe.model, IDS, IDS, edits=[ScaleScores(0, factor)]).layers[0]
    np.testing.assert_allclose(edited.scores, plain.scores * factor, rtol=1e-6)
    np.testing.assert_allclose(edited.pattern, projections.weights(plain.scores, plain.mask, factor), atol=1e-5)


def test_saturation_of_known_rows():
    mask = np.tril(np.ones((3, 3), bool))
    pattern = np.array([[[1, 0, 0], [0.5, 0.5, 0], [0.25, 0.25, 0.5]]])
    found = projections.saturation([pattern], [mask])
    np.testing.assert_allclose(found.largest, [0.5, 0.5])
    np.testing.assert_allclose(found.entropy, [1, 1.5])
    np.testing.assert_allclose(found.slope, [0.5, 0.625])
    assert len(projections.saturation([np.ones((1, 1, 1))], [np.ones((1, 1), bool)]).largest) == 0


def test_directions_are_the_singular_vectors_of_the_whole_product(moe):
    """The same by the plain way: the decomposition of the matrix (D, D), and every row of the table at once."""
    model = moe.model
    parts = projections.head_projections(model, 1, 2)
    left, sizes, right = np.linalg.svd(parts["q"].weight.T.astype(float) @ parts["k"].weight)
    rows = model.layers[1].attn_norm(torch.tensor(lens.embedding(model, range(model.config.vocab_size))))
    rows = rows.detach().numpy().astype(float)
    found = projections.directions(model, 1, 2, 3, 4)
    assert 2 < found.chance < 5
    for n, direction in enumerate(found.strongest):
        assert direction.part == pytest.approx(sizes[n] ** 2 / (sizes**2).sum(), rel=1e-4)
        signs = []
        for side, axis in enumerate((left[:, n], right[n])):
            along = rows @ axis
            along = (along - along.mean()) / along.std()
            one, other = (end[side] for end in direction.ends)
            signs.append(np.sign(along[one.ids[0]]))
            for tokens, sign in ((one, signs[-1]), (other, -signs[-1])):
                np.testing.assert_allclose(sign * along[tokens.ids], tokens.places, rtol=1e-3)
                np.testing.assert_allclose(np.sort(sign * along)[::-1][:4], tokens.places, rtol=1e-3)
        assert signs[0] == signs[1], "tokens of one end raise the score: the two directions go together"
