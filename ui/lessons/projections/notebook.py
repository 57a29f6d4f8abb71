"""Lesson `projections`: the matrices of one head, and what they add to one attention score."""

# %%
import numpy as np

from model import zoo
from model.analysis.projections import head_projections, saturation, score_stages, weights
from model.transformer import run
from ui.kit.numbers import number, percent
from viz import projections as charts
from viz import theme

# %% parameters
model = "smollm2"
prompt = "The dog chased the squirrel because it"
lang = "en"
layer = 14  # counted from 1, as on the page
head = 9
token = 7  # the query token
key = 2

# %%
bundle = zoo.load(model)
config = bundle.model.config
ids = bundle.tokenizer.encode(prompt)[:32]
trace = run(bundle.model, ids, bundle.tokenizer.strings(ids))
found = trace.layers[layer - 1]
group = (head - 1) // config.group  # the key/value head that this query head uses

# %% W x is q, k and v: the largest difference between our sums and the numbers of the pass
own = {"q": found.q[head - 1], "k": found.k[group], "v": found.v[group]}
for name, part in head_projections(bundle.model, layer - 1, head - 1).items():
    difference = np.abs(part.apply(found.attn_in) - own[name]).max()
    print(f"W_{name} {part.weight.shape}: {number(difference, lang)}")

# %% What each number of the query and the key adds to their product, the largest first
for stage, (q, k) in score_stages(found).items():
    products = q[head - 1, token - 1] * k[group, key - 1]
    order = np.argsort(-np.abs(products))
    print(stage, [(int(i) + 1, round(float(products[i]), 3)) for i in order[:8]], "sum", number(products.sum(), lang))
print("score × √K", number(found.scores[head - 1, token - 1, key - 1] / config.score_scale, lang))

# %% The softmax where the scores are divided by √K, 1 and K
factors = {"√K": 1.0, "1": 1 / config.score_scale, "K": config.score_scale}
for name, factor in factors.items():
    masks = [each.mask for each in trace.layers]
    softmax = saturation([weights(each.scores, each.mask, factor) for each in trace.layers], masks)
    print(
        f"÷ {name}: largest weight {percent(softmax.largest.mean(), lang)}, {number(softmax.entropy.mean(), lang)} bits"
    )

# %% The attention of the query token, divided as in the model and not at all
rows = {name: weights(found.scores, found.mask, factors[name])[head - 1, token - 1] for name in ("√K", "1")}
figure = charts.rows(trace.tokens, rows, lambda weight: percent(weight, lang))
theme.apply_theme(figure, "light")
