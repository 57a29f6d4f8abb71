"""The runs of a session as their reader's browser keeps them (ui/kit/tab.py), and what comes back of them.

Curves and maps come back. What a run needs to go on lies on the server, with its session: where a page was loaded anew
it is there again, and where a server has died it is gone.
"""

import json
import weakref
import zlib
from base64 import b64decode, b64encode
from itertools import pairwise
from typing import Any

import streamlit as st

from model.toys import worker
from model.toys.plans import NAMES, OPTIONS, SEEDS, STEPS, Choices, Plan
from model.toys.tasks import TASKS, Text
from model.toys.worker import SNAPSHOTS, Ending
from ui.frame.page import Page
from ui.kit import tab
from ui.lessons.train.link import option
from ui.lessons.train.runs import MOST, Record, Runs, runs
from ui.server import jobs, user_models

LARGEST = 1e6  # of a loss in nats
LIVE: weakref.WeakValueDictionary[str, Runs] = weakref.WeakValueDictionary()  # by names that their browsers alone know


def keep(page: Page, lab: Runs) -> None:
    """Has the browser keep the runs that have begun, as many of the newest as there is room for; a note says where it
    cannot keep all."""
    LIVE[lab.id], lab.owner = lab, jobs.owner()
    begun = [record for record in reversed(lab.records.values()) if record.step or lab.has_at_work(record)]
    kept, room = [], tab.BYTES["runs"] - 100
    for record in begun:
        run = as_json(record)
        room -= len(json.dumps(run)) + 1
        if room < 0:
            page.note(page.words.inline("not-all-kept", n=len(begun) - len(kept)))
            break
        kept.append(run)
    tab.keep("runs", {"id": lab.id, "runs": kept} if kept else None)


def restore() -> None:
    """What the browser had kept when this session began: the runs themselves, where they are still on this server, else
    their curves; `Runs.lost` says whether one had not ended."""
    kept = tab.restored("runs")
    if not isinstance(kept, dict) or not isinstance(kept.get("runs"), list):
        return
    live = LIVE.get(str(kept.get("id")))
    if live and not jobs.is_connected(live.owner):
        st.session_state["train-runs"] = live
        _list([record.model for record in live.records.values() if record.model])
        return
    lab = runs()
    for run in reversed(kept["runs"][:MOST]):
        try:
            restore_run(lab, run)
        except (ValueError, TypeError, KeyError, zlib.error):  # what no run of ours can be
            continue


def as_json(record: Record) -> dict[str, object]:
    """A run. Its attention patterns take most of the room: they are packed, those of all snapshots together."""
    patterns = b"".join(b64decode(snapshot["patterns"]) for snapshot in record.snapshots)
    return {
        "plan": worker.plan_json(record.plan),
        "ended": record.ended,
        "model": record.model,
        "snapshots": [{name: x for name, x in each.items() if name != "patterns"} for each in record.snapshots],
        "patterns": b64encode(zlib.compress(patterns)).decode(),
    }


def restore_run(lab: Runs, kept: Any) -> None:
    """Gives `lab` the run that `as_json` wrote, unless it has begun there. Raises ValueError, TypeError, KeyError or
    zlib.error for what it cannot have written."""
    plan = _plan(kept["plan"])
    snapshots, ended = kept["snapshots"], kept["ended"] and Ending(kept["ended"])
    tokens, config = plan.task.held_out().ids.shape[1], plan.config
    if not 1 <= len(snapshots) <= 2 * SNAPSHOTS + 1:
        raise ValueError("no such number of snapshots")
    size = config.layers * config.heads * tokens**2
    packed = b64decode(kept["patterns"], validate=True)
    patterns = zlib.decompressobj().decompress(packed, size * len(snapshots) + 1)  # and not what it may unpack to
    if len(patterns) != size * len(snapshots):
        raise ValueError("no such number of patterns")
    read = [
        _snapshot(each, plan, tokens) | {"patterns": b64encode(patterns[i * size : (i + 1) * size]).decode()}
        for i, each in enumerate(snapshots)
    ]
    steps = [each["step"] for each in read]
    if steps[0] != 0 or steps[-1] > plan.steps or any(a >= b for a, b in pairwise(steps)):
        raise ValueError("no such steps")
    record = lab.record(plan)
    if record.step:
        return
    record.snapshots, record.ended = read, ended
    lab.lost |= ended is None
    model = str(kept["model"])
    if user_models.exists(model):
        record.model, record.kept = model, record.step
        _list([model])


def _list(models: list[str]) -> None:
    """In the other lessons, with the session's other models."""
    names = st.session_state.setdefault("trained", [])
    names += [name for name in models if name not in names]


def _plan(kept: Any) -> Plan:
    choices = {name: _one_of(OPTIONS[name], kept["choices"][name]) for name in NAMES}
    name, text = _one_of(tuple(TASKS), kept["name"]), str(kept["text"])
    least, most = Text.bounds if name == "text" else (0, 0)
    plan = Plan(name, Choices(**choices), _one_of(SEEDS, kept["seed"]), _one_of(STEPS, kept["steps"]), text)
    if plan.choices.problem or not least <= len(text.encode()) <= most:
        raise ValueError("no plan that can be built")
    return plan


def _one_of(allowed: tuple, value: object) -> Any:
    chosen = option(allowed, str(value))
    if chosen is None:
        raise ValueError("no such choice")
    return chosen


def _snapshot(kept: Any, plan: Plan, tokens: int) -> dict[str, object]:
    """One of them, without its patterns."""
    step, loss, accuracy, load = (kept[name] for name in ("step", "loss", "accuracy", "load"))
    predictions, experts = kept["predictions"], plan.choices.experts
    numbers = [loss, accuracy, *(x for layer in load or () for x in layer)]
    shape = [len(layer) for layer in load] if load else []
    if (
        not all(type(x) is int for x in (step, *predictions))
        or not all(type(x) in (int, float) and abs(x) < LARGEST for x in numbers)
        or len(predictions) != tokens
        or not all(0 <= id < plan.config.vocab_size for id in predictions)
        or not 0 <= accuracy <= 1
        or shape != ([experts] * plan.choices.layers if experts else [])
    ):
        raise ValueError("no snapshot of this plan")
    return {"step": step, "loss": loss, "accuracy": accuracy, "predictions": predictions, "load": load}
