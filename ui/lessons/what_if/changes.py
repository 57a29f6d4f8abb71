"""Lesson 15: the changes as chips that can be taken off, and a row of fields that adds one more."""

import zlib
from collections.abc import Callable
from dataclasses import fields

import streamlit as st

from model.what_if.changes import ALL, KINDS, MAX_PERCENT, MAX_SEED, MAX_SIZE, RULES, Patch, Silence
from ui.frame import prompt_bar
from ui.lessons.what_if import lab as what_if
from ui.lessons.what_if.lab import Lab

OF_EXPERTS = ("drop", "force")
WIDTHS = {"text": 150, "other": 320, "experts": 180, "rule": 150}  # px


def chips(lab: Lab) -> None:
    """A button for each change, which takes it off, and one for all of them."""
    words, made = lab.words, lab.experiment
    with st.container(key="changes", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<p class="eyebrow">{words.inline("changes")}</p>', width="content")
        for change in made.changes:
            key = f"change-{zlib.crc32(str(change).encode())}"
            st.button(
                f"{what_if.as_label(change, lab)} ✕", key=key, on_click=what_if.save, args=(made.without(change),)
            )
        if not made.changes:
            st.html(f'<p class="note">{words.inline("no-changes")}</p>', width="content")
        else:
            nothing = made.without(*made.changes)
            st.button(words.text("undo-all"), key="undo-all", type="tertiary", on_click=what_if.save, args=(nothing,))
    with st.container(gap=None):
        notices(lab)


def notices(lab: Lab) -> None:
    """One sentence for what could not be done: of the link, and of the last thing tried."""
    words, told = lab.words, []
    if lab.rejected:
        section = "left-out" if len(lab.rejected) == 1 else "left-out-many"
        told.append(words(section, n=len(lab.rejected), **what_if.refused(lab.rejected[0], lab)))
    if left := st.session_state.pop("what-if-refused", None):
        told.append(words("refused", **what_if.refused(left, lab)))
    for sentence in told:
        st.html(f'<div class="notice" role="status">{sentence}</div>')


def row(lab: Lab) -> None:
    """What kind of change, and only the fields that it needs."""
    words, config = lab.words, lab.setting.config
    kinds = [kind for kind in KINDS if config.experts or kind not in OF_EXPERTS]
    with st.container(key="add", horizontal=True, vertical_alignment="bottom", gap="small"):
        kind = st.selectbox(
            words.text("kind"), kinds, key=_key(lab, "kind"), format_func=lambda k: words.text(f"kind-{k}"), width=250
        )
        if kind == Patch.kind:
            size = {"max_chars": prompt_bar.CHARACTERS, "width": WIDTHS["other"]}
            known = {"key": _key(lab, "other"), "on_change": _store, "args": (lab,)}
            st.text_input(words.text("other"), lab.experiment.other, **known, **size)
        for field in fields(KINDS[kind]):
            if field.name == "size" and st.session_state[_key(lab, kind, "rule")] == "full":
                continue
            _field(lab, kind, field.name, field.type == int | None)
        st.button(words.text("add"), key="add-go", type="primary", on_click=_add, args=(lab, kind))
    st.html(f'<p class="note about">{words.inline(f"about-{kind}")}</p>')


def _key(lab: Lab, *names: str) -> str:
    """Widgets of another model or prompt are other ones: what fitted there may not fit here."""
    at = zlib.crc32(repr((lab.page.model, lab.setting.ids)).encode())
    return "-".join(("add", *names, str(at)))


def _store(lab: Lab) -> None:
    st.query_params["other"] = st.session_state[_key(lab, "other")]


def _add(lab: Lab, kind: str) -> None:
    """The change as the fields now say."""

    def value(field):
        found = st.session_state.get(_key(lab, kind, field.name), field.default)
        return None if found == ALL else tuple(sorted(found)) if isinstance(found, list | tuple) else found

    if kind == Patch.kind:
        _store(lab)
    what_if.add(lab, KINDS[kind](*map(value, fields(KINDS[kind]))))


def _field(lab: Lab, kind: str, name: str, all_too: bool) -> None:
    words, config, setting = lab.words, lab.setting.config, lab.setting
    most = what_if.strongest(lab.page, lab.page.trace(what_if.KEEP))[: what_if.BEGIN + 1][-1]  # a toy has fewer
    options = {"key": _key(lab, kind, name), "width": WIDTHS.get(name, 120)}
    label = words.text(f"field-{name}")

    def whole(low: int, high: int, start: int) -> None:
        st.number_input(label, low, high, start, **options)

    def choice(values: list, start: int, shown: Callable = str) -> None:
        st.selectbox(label, values, start, format_func=shown, **options)

    def counted(count: int, start: int) -> None:
        if all_too:
            shown = {ALL: words.text("all")}
            choice([ALL, *range(1, count + 1)], 0, lambda n: shown.get(n, str(n)))
        else:
            whole(1, count, start)

    def token(ids: tuple[int, ...], start: int) -> None:
        shown = dict(enumerate(setting.tokenizer.strings(list(ids)), 1))
        choice(list(shown), start, lambda n: f"{n} {shown[n]}")

    last = len(setting.ids)
    match name:
        case "layer":
            counted(config.layers, _layer(lab, kind, most))
        case "head":
            counted(config.heads, most.head)
        case "percent":
            whole(-MAX_PERCENT, MAX_PERCENT, 200)
        case "query" | "token" | "start":
            token(setting.ids, last - 1 if name != "start" else last // 2)
        case "key":
            token(setting.ids, min(1, last - 1))
        case "source":
            token(setting.other, len(setting.other) - 1) if setting.other else whole(1, 1, 1)
        case "text":
            st.text_input(label, max_chars=40, **options)
        case "rule":
            choice(list(RULES), 1, lambda rule: words.text(f"rule-{rule}"))
        case "size":
            whole(1, MAX_SIZE, 4)
        case "by":
            whole(-1000, 1000, 10)
        case "seed":
            whole(0, MAX_SEED, 1)
        case "expert":
            whole(1, config.experts, 1)
        case "experts":
            st.multiselect(label, range(1, config.experts + 1), list(range(1, config.active_experts + 1)), **options)


def _layer(lab: Lab, kind: str, most: Silence) -> int:
    """A layer to begin with: the strongest head's; half-way up for a patch, where much is still to come."""
    return lab.setting.config.layers // 2 + 1 if kind == Patch.kind else most.layer
