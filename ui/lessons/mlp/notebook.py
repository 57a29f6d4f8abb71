"""The strongest neurons of a layer at a token, which tokens fire them, and what is lost without the MLP."""

# %%
from functools import partial

import numpy as np

from model import lens, zoo
from model.analysis import ablation
from model.analysis.neurons import direct_logits, neurons
from model.edits import SilenceAttention, SilenceMLP
from model.transformer import run
from ui.kit.numbers import number
from viz import mlp as figures
from viz import theme

# %% parameters
model = "smollm2"
prompt = "The dog chased the squirrel because it"
lang = "en"
layer = 1
token = 1

# %%
bundle = zoo.load(model)
ids = bundle.tokenizer.encode(prompt)[-24:]
tokens = bundle.tokenizer.strings(ids)
trace = run(bundle.model, ids, tokens)
at, t = trace.layers[layer - 1], token - 1
expert = None if at.expert_index is None else int(at.expert_index[t, 0])
mlp = neurons(bundle.model, trace, layer - 1, expert)
strongest = mlp.strongest(t, 8)

# %% What each of them writes: the tokens whose logits it raises most, and lowers most
logits = direct_logits(bundle.model, mlp.added(t)[strongest], trace.layers[-1].resid_post[t])
for neuron, row in zip(strongest, logits, strict=True):
    order = np.argsort(-row, kind="stable")
    raised, lowered = (bundle.tokenizer.strings(some.tolist()) for some in (order[:4], order[:-4:-1]))
    print(f"neuron {neuron + 1}: {mlp.post[t, neuron]:.3g}, norm {mlp.lengths[t, neuron]:.3g}, {raised}, {lowered}")

# %%
activations, rows = mlp.post[:, strongest].T, [str(neuron + 1) for neuron in strongest]
figure = figures.firing(activations, rows, tokens, t, partial(number, lang=lang))
theme.apply_theme(figure, "light")

# %% What the prompt costs without this MLP, and without this attention, in bits per token
base = lens.surprisal(bundle.model, trace)
for edit in (SilenceMLP(layer - 1), SilenceAttention(layer - 1)):
    print(edit, ablation.surprisal(bundle.model, trace, edit).mean() - base.mean())
