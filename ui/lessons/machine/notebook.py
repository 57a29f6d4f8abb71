"""The front door: what the model would say if it stopped after each layer."""

# %%
from functools import partial

import content
from model import lens, zoo
from model.transformer import run
from ui.kit.numbers import percent
from viz import theme
from viz.lens import tower

# %% parameters
model = "smollm2"
prompt = "The dog chased the squirrel because it"
lang = "en"
token = 0  # whose track, counted from 1; 0 is the last one

# %%
words = content.load(lang, "machine")
bundle = zoo.load(model)
ids = bundle.tokenizer.encode(prompt)[:32]
trace = run(bundle.model, ids, bundle.tokenizer.strings(ids), keep={"resid_pre", "resid_post", "final"})

# %%
residual_stream = lens.residual_streams(trace, [token - 1])[0]  # as it enters the first layer and leaves every one
top = lens.top_tokens(bundle.model, residual_stream)
likeliest, probabilities = top.token_ids[:, 0], top.probabilities[:, 0]
answer = lens.token_probability(bundle.model, residual_stream, top, int(likeliest[-1]))
names = bundle.tokenizer.strings(likeliest.tolist())
for level, (name, p) in enumerate(zip(names, probabilities, strict=True)):
    print(level, name, percent(p, lang))

# %%
levels = [str(level) for level in range(len(names))]
figure = tower(likeliest, names, probabilities, answer, levels, partial(percent, lang=lang))
theme.apply_theme(figure, "light")
