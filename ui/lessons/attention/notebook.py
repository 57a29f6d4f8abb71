"""The weights of one head."""

# %%
import content
from model import zoo
from model.transformer import run
from ui.kit.numbers import percent
from viz import theme
from viz.attention import heatmap

# %% parameters
model = "smollm2"
prompt = "The dog chased the squirrel because it"
lang = "en"
layer = 14  # counted from 1, as on the page
head = 9
token = 7

# %%
words = content.load(lang, "attention")
bundle = zoo.load(model)
ids = bundle.tokenizer.encode(prompt)[:32]
trace = run(bundle.model, ids, bundle.tokenizer.strings(ids), keep={"scores", "pattern", "mask"})
found = trace.layers[layer - 1]

# %% What this head reads from the token
row = found.pattern[head - 1, token - 1]
for key in (-row).argsort(kind="stable"):
    print(f"{percent(row[key], lang):>8} {trace.tokens[key]}")

# %%
names = (words[f"col-{name}"] for name in ("reader", "read", "weight"))
figure = heatmap(found.pattern[head - 1], trace.tokens, found.mask, *names)
theme.apply_theme(figure, "light")
