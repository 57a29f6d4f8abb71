"""The experiment of the lesson as it stands in the link: task, seed, steps, and what differs from the usual model.

?task=reverse&a-position=none&steps=400      model A is the usual one without positions, model B the usual one
"""

from dataclasses import dataclass, replace

import streamlit as st
from markupsafe import Markup

import content
from model.toys.plans import NAMES, OPTIONS, PRESETS, SEEDS, STEPS, Choices, Plan
from model.toys.tasks import TASKS, Text
from ui.frame import curriculum
from ui.kit import markup, tab, url_state
from ui.kit.language import Words

SIDES = ("a", "b")
FIRST = "induction"
SHARED = {"task": tuple(TASKS), "seed": SEEDS, "steps": STEPS}  # what both models share, and the values allowed
USUAL = {"task": FIRST, "seed": Plan.seed, "steps": Plan.steps}
LONGEST = Text.bounds[1]
LINK = {
    name: url_state.text() for name in (*SHARED, *(f"{side}-{name}" for side in SIDES for name in NAMES))
}  # see `read`


@dataclass(frozen=True)
class Experiment:
    """Two plans of one task. problems: sentences about what in the link cannot be, as HTML."""

    plans: tuple[Plan, Plan]
    problems: tuple[Markup, ...] = ()

    @property
    def preset(self) -> str | None:
        return next((name for name, plans in PRESETS.items() if plans == self.plans), None)

    @property
    def buildable(self) -> bool:
        return not any(plan.choices.problem for plan in self.plans) and not self.short

    @property
    def short(self) -> bool:
        plan = self.plans[0]
        return plan.name == "text" and len(plan.text.encode()) < Text.bounds[0]

    @property
    def runs(self) -> tuple[Plan, ...]:
        """Two recipes that are the same make one run."""
        return tuple(dict.fromkeys(self.plans))


def last_buildable(experiment: Experiment) -> Experiment | None:
    """This one, or the last that could be built; None where there is none yet."""
    if experiment.buildable:
        st.session_state["train-sound"] = experiment
    return st.session_state.get("train-sound")


def read(words: Words) -> Experiment:
    """What the link says; a value that is not allowed is named, and the usual one used."""
    problems = []

    def value(name: str, allowed: tuple, usual: object) -> object:
        asked = st.query_params.get(name)
        if asked is None:
            return usual
        if (chosen := option(allowed, asked)) is None:
            values = {"name": name, "value": markup.user_text(asked[:40]), "usual": usual}
            problems.append(words("refused", allowed=", ".join(map(str, allowed)), **values))
            return usual
        return chosen

    if not any(name in st.query_params for name in LINK):
        write(st.session_state.get("train-experiment", PRESETS[FIRST]))  # the one left, when the reader comes back
    shared = {name: value(name, allowed, USUAL[name]) for name, allowed in SHARED.items()}
    text = encoded(words.lang)[:LONGEST].decode(errors="ignore") if shared["task"] == "text" else ""
    plans = []
    for side in SIDES:
        usual = Choices()
        chosen = Choices(**{name: value(f"{side}-{name}", OPTIONS[name], getattr(usual, name)) for name in NAMES})
        plans.append(Plan(shared["task"], chosen, shared["seed"], shared["steps"], text))
        if chosen.problem:
            sizes = {"width": chosen.width, "heads": chosen.heads, "kv_heads": chosen.kv_heads}
            problems.append(words(f"problem-{chosen.problem}", model=side.upper(), **sizes))
    st.session_state["train-experiment"] = tuple(plans)
    if Experiment(tuple(plans)).short:
        problems.append(words("text-short", **text_lengths(words)))
    return Experiment(tuple(plans), tuple(problems))


def option(allowed: tuple, text: str | None) -> object | None:
    """The value that the link or the table of choices calls so; None where there is none."""
    return next((option for option in allowed if str(option) == text), None)


def write(plans: tuple[Plan, Plan]) -> None:
    """Into the link."""
    url_state.write(dict.fromkeys(LINK) | as_link(plans))


def as_link(plans: tuple[Plan, Plan]) -> dict[str, str]:
    """The task always, else what is not usual."""
    first = plans[0]
    values = {"task": first.name}
    values |= {name: getattr(first, name) for name in ("seed", "steps") if getattr(first, name) != USUAL[name]}
    for side, plan in zip(SIDES, plans, strict=True):
        values |= {f"{side}-{name}": getattr(plan.choices, name) for name in plan.choices.differences(Choices())}
    return {name: str(value) for name, value in values.items()}


def change(experiment: Experiment, key: str, value: str) -> None:
    """The reader chose another value of one of LINK."""
    side, _, name = key.rpartition("-")
    plans = list(experiment.plans)
    if side in SIDES and name in OPTIONS:
        if (chosen := option(OPTIONS[name], value)) is not None:
            at = SIDES.index(side)
            plans[at] = replace(plans[at], choices=replace(plans[at].choices, **{name: chosen}))
    elif key in SHARED and (chosen := option(SHARED[key], value)) is not None:
        plans = [replace(plan, **{"name" if key == "task" else key: chosen}, text="") for plan in plans]
    write(tuple(plans))


def own_text(lang: str) -> str:
    """The text to learn from: the reader's, which no link can carry, empty too; before there is one, this course's."""
    kept, typed = tab.restored("own-text"), st.session_state.get("own-text")
    if isinstance(kept, str) and st.session_state.get("train-text") is None:
        st.session_state["train-text"] = kept[: 10 * LONGEST]
    if typed not in (None, course(lang)):
        return typed
    own = st.session_state.get("train-text")  # the box loses its text when the reader turns to another page
    return course(lang) if own is None else own


def keep_text(lang: str) -> None:
    """Keeps the reader's own text, here and in the browser."""
    text = own_text(lang)
    st.session_state["train-text"] = None if text == course(lang) else text
    tab.keep("own-text", st.session_state["train-text"])


def encoded(lang: str) -> bytes:
    """The same as it is counted; only the first LONGEST bytes are learned from."""
    return own_text(lang).encode(errors="replace")


def course(lang: str) -> str:
    """The first and last words of every lesson."""
    parts = []
    for step in curriculum.LESSONS:
        if step.exists:
            sections = content.load(lang, step.slug)
            parts += [sections["intro"], sections["takeaway"]]
    return "\n\n".join(parts)


def text_lengths(words: Words) -> dict[str, str]:
    """How long the text is, and how long it must and may be, in bytes."""
    least, most = map(words.number, Text.bounds)
    return {"least": least, "most": most, "typed": words.number(len(encoded(words.lang)))}
