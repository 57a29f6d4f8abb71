"""The parameters of a model, counted from its table as it was changed, and another one's beside it."""

# %%
import re
from functools import partial

import content
from model import arithmetic
from ui.kit.numbers import number, percent
from ui.lessons.table import view
from ui.lessons.table.parse import configuration, edited, pasted
from viz import experts, theme

# %% parameters
lang = "en"
table_of = "Llama 3.1 8B"  # a published model, one of this app's, or "own" for the configuration below
beside = "none"
tokens = 8192  # in the cache
edit = ""  # what was changed, as in "width:2048,layers:16"
config = ""  # a config.json

# %%
published = pasted(config or view.EXAMPLE) if table_of == "own" else configuration(table_of)
models = {table_of: edited(published, dict(re.findall(view.EDITS, edit)))}
if beside != "none":
    models[beside if beside != table_of else f"{beside}, published"] = configuration(beside)
for name, one in models.items():
    found = arithmetic.count(one)
    print(f"{name}: {found.total:,} parameters, {found.active:,} of them used by one token")
    print(f"{arithmetic.cache_bytes(one, tokens):,} bytes of keys and values after {tokens:,} tokens")

# %%
words = content.load(lang, "experts")
counted = {name: arithmetic.count(config).by_use for name, config in models.items()}
names = {part: words[f"part-{part}"] for part in counted[table_of]}
rows = words["row-all"], words["row-one"]
shown = partial(number, lang=lang), partial(percent, lang=lang)
figure = experts.parameters(counted, names, rows, *shown)
theme.apply_theme(figure, "light")
