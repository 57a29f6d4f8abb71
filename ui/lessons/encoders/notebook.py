"""Sentences as vectors, and how alike they are."""

# %%
from functools import partial

import content
from model import zoo
from model.analysis import retrieval
from ui.kit.numbers import number
from viz import encoders, theme

# %% parameters
lang = "en"
sentences = ""  # a line each; without any, the page's own
query = ""

# %%
words = content.load(lang, "encoders")
texts = [line.strip() for line in (sentences or words["sentences"]).splitlines() if line.strip()]
query = query or words["query-meaning"]
bundle = zoo.load("minilm")
vectors = retrieval.sentence_vectors(bundle.model, bundle.tokenizer, [*texts, query])
cosines = vectors[:-1] @ vectors[-1]
for place in (-cosines).argsort():
    print(f"{cosines[place]:.3f} {texts[place]}")

# %%
places, share = retrieval.principal_plane(vectors)
print(f"the plane shows {share:.0%} of the variance")
figure = encoders.plane(places, texts, query, cosines, partial(number, lang=lang))
theme.apply_theme(figure, "light")
