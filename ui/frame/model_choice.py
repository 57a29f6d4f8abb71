"""Which model a page runs on: those that the lesson names, those that its reader trained, those of this machine."""

from collections.abc import Callable

import streamlit as st
from markupsafe import Markup

from model import zoo
from model.config import Config
from model.zoo import ModelUnavailable
from ui.kit import cache, language, markup
from ui.server import local_models, user_models

DECODERS = ("smollm2", zoo.EXPERTS)  # the first is what a lesson is best read on; the second is always there
MOST_OPENED = 8  # models of this machine that a session has tried by their names
# What a lesson may need of a model that it does not name itself. A section "unfit-<name>" says it.
REQUIREMENTS: dict[str, Callable[[Config], bool]] = {
    "decoder": lambda config: config.head and config.causal,
    "rotary": lambda config: config.position == "rotary",
    "one-rotation": lambda config: (
        config.rotation == "whole" and "attention_factor" not in dict(config.rope_scaling or ())
    ),
    "drawn": lambda config: config.norm_place in ("pre", "post"),
    "pre-norm": lambda config: config.norm_place != "post",
    "experts": lambda config: config.experts is not None,
}
TEXT = "text"  # not the signs of a tiny task, as models that readers train read them
OURS = "ours"  # one that comes along
Requirements = tuple[str, ...]


def unmet(name: str, requires: Requirements) -> str | None:
    """The first need of a lesson that a model does not meet, as far as its settings say. Raises ModelUnavailable."""
    trained = user_models.is_name(name)
    if OURS in requires and name not in zoo.ENTRIES:
        return OURS
    if TEXT in requires and trained:
        return TEXT
    config = config_of(name)
    return next((need for need in requires if need in REQUIREMENTS and not REQUIREMENTS[need](config)), None)


def config_of(name: str) -> Config:
    """Of a model of any kind; one of this machine need not be read for it. Raises ModelUnavailable."""
    if not local_models.may_open(name):
        return cache.bundle(name).model.config
    about = local_models.about(name)
    if about.config is None:
        raise about.problem or ModelUnavailable(name, "settings", "foreign")
    return about.config


def choices(asked: str | None, models: tuple[str, ...], requires: Requirements) -> tuple[str, ...]:
    """The names that the page offers. What is asked for by a link becomes one of the session's."""
    opened = st.session_state.setdefault("opened", [])
    if local_models.may_open(asked) and asked not in opened:
        opened[:] = [asked, *opened][:MOST_OPENED]
    trained = st.session_state.setdefault("trained", [])
    if user_models.is_name(asked) and user_models.exists(asked) and asked not in trained:
        trained.append(asked)
    others = [name for name in trained if user_models.exists(name)]
    others += dict.fromkeys(filter(local_models.may_open, [*opened, *local_models.names()]))
    return (*models, *(name for name in others if fits(name, requires)))


def fits(name: str, requires: Requirements) -> bool:
    """Whether the lesson offers it: also one that cannot be read is offered, and says why."""
    try:
        return unmet(name, requires) is None
    except ModelUnavailable:
        return not user_models.is_name(name)


def can_be_typed(requires: Requirements) -> bool:
    """Whether the reader may name a model that is in no list."""
    return local_models.chosen() is None and OURS not in requires


def title(name: str, words: language.Words, unreadable: set[str]) -> str:
    """A model's name, size and licence; only its name where it cannot be read. To find that a file is damaged takes
    seconds: once in a run is enough, so its name goes to `unreadable`."""
    if local_models.may_open(name):
        return _local_title(name, words)
    if name not in unreadable:
        try:
            card = cache.bundle(name).card
            return f"{card.title}  {words.scaled(card.parameters, '')} · {card.licence}"
        except ModelUnavailable:
            unreadable.add(name)
    return zoo.ENTRIES[name].card.title


def _local_title(name: str, words: language.Words) -> str:
    about = local_models.about(name)
    if about.problem:
        return words.text("model-cannot", title=about.title)
    facts = [words.bytes(about.bytes), about.family, about.licence]
    return f"{about.title}  {' · '.join(filter(None, facts))}"


def known_title(name: str) -> str:
    """Of a model that cannot be read, or is not taken."""
    return zoo.ENTRIES[name].card.title if name in zoo.ENTRIES else local_models.about(name).title


def refusal(
    asked: str | None, models: tuple[str, ...], requires: Requirements, instead: str, words: language.Words
) -> Markup:
    """Why the page does not run on the model that is asked for, where that lies with the lesson; else nothing."""
    about = {"instead": instead}
    if user_models.is_name(asked):
        if not user_models.exists(asked):
            return words("trained-gone", **about)
        need, about["title"] = unmet(asked, requires), words.text("trained")
    elif asked in zoo.ENTRIES and asked not in models:
        about["title"] = known_title(asked)
        try:
            need = unmet(asked, requires) or "other"
        except ModelUnavailable:
            need = "other"
    elif asked and local_models.may_open(asked):
        about["title"] = markup.user_text(known_title(asked))
        try:
            need = unmet(asked, requires)
        except ModelUnavailable:  # which is said as of every model that cannot be read
            need = None
    else:
        return Markup()
    return words(f"unfit-{need}", **about) if need else Markup()


def unreadable(name: str, problem: ModelUnavailable, instead: str, words: language.Words) -> Markup:
    """Why another model stands in for one that cannot be read, and what to do."""
    if name in zoo.ENTRIES:
        return words(f"instead-{remedy(name, problem)}", **about(name, problem), instead=instead)
    values = problem.values
    code = problem.code
    if values.get("setting"):
        code = "setting" if values.get("value") is not None else "lacking"
    return words(
        f"local-{code}",
        title=markup.user_text(known_title(name)),
        file=markup.user_text(problem.field),
        setting=markup.user_text(values.get("setting")),
        value=markup.user_text(str(values.get("value"))[:80]),
        reason=markup.user_text(str(values.get("reason"))[:200]),
        needed=words.bytes(float(values.get("needed", 0))),
        available=words.bytes(float(values.get("available", 0))),
        instead=instead,
    )


def remedy(name: str, problem: ModelUnavailable) -> str:
    """Of a model that comes along."""
    return problem.code if zoo.ENTRIES[name].package else "own"


def about(name: str, problem: ModelUnavailable) -> dict[str, str | None]:
    """What sentences say of a model that comes along."""
    card = zoo.ENTRIES[name].card
    return {"file": problem.field, "title": card.title, "source": card.source}
