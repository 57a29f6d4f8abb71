"""Ring attention gives what attention gives, and what each device holds."""

# %%
import numpy as np
import torch

import content
from model import zoo
from model.arithmetic import ring_costs
from model.ring import ring_attention
from model.transformer import run
from model.weights.published import MODELS
from viz import ring, theme

# %% parameters
model = "smollm2"
prompt = "The dog chased the squirrel because it"
lang = "en"
layer = 1  # counted from 1
devices = 4
costs = "Llama 3.1 8B"  # what the memory is counted for
length = 1048576  # tokens

# %% The text on several devices: the same result
words = content.load(lang, "ring")
bundle = zoo.load(model)
ids = bundle.tokenizer.encode(prompt)[:24]
trace = run(bundle.model, ids, bundle.tokenizer.strings(ids), keep={"q_rot", "k_rot", "v", "z"})
shown = trace.layers[layer - 1]
q, k, v = (torch.tensor(x) for x in (shown.q_rot, shown.k_rot, shown.v))
ringed = ring_attention(q, k, v, devices=min(devices, len(ids)))
print("largest difference:", float((ringed.output - torch.tensor(shown.z)).abs().max()))
for step in ringed.steps:
    print("scores computed by each device:", [device.scores for device in step])

# %% Bytes on one device, by the number of devices
config = MODELS.get(costs, bundle.model.config)
counts = [2**power for power in range(7)]
held = [ring_costs(config, length, count) for count in counts]
lines = {
    words["line-with"]: np.array([x.held for x in held], float),
    words["line-without"]: np.array([x.held - x.scores for x in held], float),
    words["line-sent"]: np.array([x.sent or np.nan for x in held], float),
}
ticks = {count: str(count) for count in counts}
figure = ring.curves(counts, lines, at=devices, ticks=ticks, size=lambda x: f"{x / 1e9:.3g} GB")
theme.apply_theme(figure, "light")
