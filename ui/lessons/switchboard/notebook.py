"""The trainings on record, and every model against the base, seed by seed."""

# %%
from functools import partial

import content
from model import zoo
from model.analysis.seeds import Comparison
from model.weights import trials
from ui.kit.language import Words
from ui.kit.switchboard import BASE, signed
from viz import switchboard, theme

# %% parameters
lang = "en"

# %%
recorded = trials.read(zoo.CHECKPOINTS / trials.RECORD)
found = Comparison(recorded, BASE)
pairs = {name: found.difference(name, BASE) for name in found.models if name != BASE}
pairs = dict(sorted(pairs.items(), key=lambda item: item[1].mean))
print(f"from seed to seed a difference varies by {found.noise:.4f} bits per byte")
for name, pair in pairs.items():
    told = {-1: "fewer bits", 0: "cannot be told apart", 1: "more bits"}[pair.sign]
    print(f"{name}: {pair.mean:+.4f} ± {pair.margin:.4f}, {len(pair.values)} seeds: {told}")

# %%
words = content.load(lang, "switchboard")
names = [words[f"name-{name}"] for name in pairs]
drawn = [pair.values for pair in pairs.values()], [pair.margin for pair in pairs.values()]
shown = partial(signed, words=Words(lang, "switchboard"))
figure = switchboard.differences(names, *drawn, words["name-base"], words["more-bits"], shown)
theme.apply_theme(figure, "light")
