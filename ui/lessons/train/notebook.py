"""Two small transformers learn one task from the same rows, as on the page, which calls the same loop."""

# %%
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import numpy as np

import content
from model.toys.plans import OPTIONS, Choices, Plan
from model.toys.worker import Work, train_plan
from ui.kit.numbers import number, percent
from ui.lessons.train.link import course, option
from viz import switchboard, theme

# %% parameters
lang = "en"
task = "induction"
seed = 1
steps = 600
a = ""  # in what model A differs from the usual one, as in "layers=1 position=none"
b = ""  # the same of model B
text = ""  # what the task "text" learns from: a text of your own is in no link; put it here, else it is this course's


# %% From words to choices
def choices(differences: str) -> Choices:
    asked = dict(pair.split("=") for pair in differences.split())
    return Choices(**{name: option(OPTIONS[name], text) for name, text in asked.items()})


# %% Loss and right answers, on rows that neither learned from
courses = {}
for name, differences in {"A": a, "B": b}.items():
    plan = Plan(task, choices(differences), seed, steps, (text or course(lang)) if task == "text" else "")
    with TemporaryDirectory() as folder:
        *snapshots, ended = train_plan(Work(plan, Path(folder) / "run"), Event())
    courses[name] = np.array([each.step for each in snapshots]), np.array([each.loss for each in snapshots])
    right = f"{percent(snapshots[0].accuracy, lang)} → {percent(snapshots[-1].accuracy, lang)}"
    print(f"{name} ({differences or 'usual'}): {right} right after {snapshots[-1].step} steps, {ended}")

# %%
words = content.load(lang, "switchboard")
figure = switchboard.losses(courses, words["step"], words["loss"], partial(number, lang=lang))
theme.apply_theme(figure, "light")
