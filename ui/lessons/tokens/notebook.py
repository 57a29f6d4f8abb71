"""A text as tokens, ids and rows of the embedding table."""

# %%
from model import lens, zoo
from model.transformer import run
from viz import theme
from viz.bars import strips

# %% parameters
model = "smollm2"
prompt = "The dog chased the squirrel because it"
token = 1  # counted from 1

# %%
bundle = zoo.load(model)
ids = bundle.tokenizer.encode(prompt)[:256]
trace = run(bundle.model, ids, bundle.tokenizer.strings(ids), keep={"embed"})
for shown, id in zip(trace.tokens, ids, strict=True):
    print(f"{id:6}  {bundle.tokenizer.bytes(id).hex(' '):24} {shown}")

# %%
chosen = ids[min(token, len(ids)) - 1]
near = lens.neighbours(bundle.model, chosen, 5)
for shown, cosine in zip(bundle.tokenizer.strings(near.token_ids.tolist()), near.probabilities, strict=True):
    print(f"{cosine:.3f} {shown}")

# %%
first = range(min(8, len(ids)))
figure = strips({f"{n + 1} {trace.tokens[n]}": trace.embed[n] for n in first}, "%{x}: %{z:.3f}")
theme.apply_theme(figure, "light")
