"""Lesson 16: a small transformer that learns a task. The page follows two of them; here is the loop."""

# %%
from functools import partial

import numpy as np

import content
from model.plans import Plan
from model.train import train
from ui.numbers import number
from viz import switchboard, theme

# %% parameters
lang = "en"
task = "induction"
seed = 1
steps = 200

# %%
courses = {}
for start in (seed, seed + 1):  # the same, begun from other numbers
    plan = Plan(task, seed=start, steps=steps)
    losses = []
    for learning in train(plan.config, plan.task, steps=plan.steps, seed=plan.seed, recipe=plan.recipe):
        losses.append(learning.progress.loss)
    courses[f"{task}, {start}"] = (np.arange(1, steps + 1), np.array(losses))
    print(f"seed {start}: from {losses[0]:.3f} to {losses[-1]:.3f} nats")

# %%
words = content.load(lang, "blocks")
figure = switchboard.losses(courses, words["step"], words["loss"], partial(number, lang=lang))
theme.dress(figure, "light")
