"""The changes as chips that can be taken off, and a row of fields that adds one more."""

import zlib

import streamlit as st
from markupsafe import Markup

from model.what_if.changes import KINDS, Patch
from model.what_if.fields import ALL, RULES, Amount, Experts, Field, Head, Index, Layer, OtherToken, Rule, Token
from ui.frame import prompt_bar
from ui.kit import markup, url_state
from ui.lessons.what_if import lab as what_if
from ui.lessons.what_if.lab import Lab

OF_EXPERTS = ("drop", "force")
WIDTHS = {"text": 150, "other": 320, "experts": 180, "rule": 150}  # px


def chips(lab: Lab) -> None:
    """A button for each change, which takes it off, and one for all of them."""
    words, experiment = lab.words, lab.experiment
    with st.container(key="changes", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(Markup('<p class="eyebrow">{}</p>').format(words.inline("changes")), width="content")
        for change in experiment.changes:
            key, others = f"change-{zlib.crc32(str(change).encode())}", experiment.without(change)
            st.button(f"{what_if.as_label(change, lab)} ✕", key=key, on_click=what_if.save, args=(others,))
        if not experiment.changes:
            st.html(markup.note(words.inline("no-changes")), width="content")
        else:
            nothing = experiment.without(*experiment.changes)
            st.button(words.text("undo-all"), key="undo-all", type="tertiary", on_click=what_if.save, args=(nothing,))
    with st.container(gap=None):
        notices(lab)


def notices(lab: Lab) -> None:
    """One sentence for what could not be done: of the link, and of the last thing tried."""
    words, page = lab.words, lab.page
    if lab.rejected:
        section = "left-out" if len(lab.rejected) == 1 else "left-out-many"
        page.notice(words(section, n=len(lab.rejected), **what_if.refused(lab.rejected[0], lab)))
    if left := st.session_state.pop("what-if-refused", None):
        page.notice(words("refused", **what_if.refused(left, lab)))


def row(lab: Lab) -> None:
    """What kind of change, and only the fields that it needs."""
    words, config = lab.words, lab.setting.config
    kinds = [kind for kind in KINDS if config.experts or kind not in OF_EXPERTS]
    with st.container(key="add", horizontal=True, vertical_alignment="bottom", gap="small"):
        shown = {"format_func": lambda kind: words.text(f"kind-{kind}"), "width": 250}
        kind = st.selectbox(words.text("kind"), kinds, key=url_state.keep(_key(lab, "kind")), **shown)
        if kind == Patch.kind:
            size = {"max_chars": prompt_bar.CHARACTERS, "width": WIDTHS["other"]}
            known = {"key": _key(lab, "other"), "on_change": _store, "args": (lab,)}
            st.text_input(words.text("other"), lab.experiment.other, **known, **size)
        for name, field in KINDS[kind].fields().items():
            if name != "size" or st.session_state[_key(lab, kind, "rule")] != "full":
                _field(lab, kind, name, field)
        st.button(words.text("add"), key="add-go", type="primary", on_click=_add, args=(lab, kind))
    st.html(Markup('<p class="note about">{}</p>').format(words.inline(f"about-{kind}")))


def _key(lab: Lab, *names: str) -> str:
    """Widgets of another model or prompt are other ones: what fitted there may not fit here."""
    at = zlib.crc32(repr((lab.page.model, lab.setting.ids)).encode())
    return "-".join(("add", *names, str(at)))


def _store(lab: Lab) -> None:
    st.query_params["other"] = st.session_state[_key(lab, "other")]


def _add(lab: Lab, kind: str) -> None:
    """The change as the fields now say."""

    def value(name: str) -> int | str | tuple[int, ...] | None:
        typed = st.session_state[_key(lab, kind, name)]
        return None if typed == ALL else tuple(sorted(typed)) if isinstance(typed, list | tuple) else typed

    if kind == Patch.kind:
        _store(lab)
    shown = (name for name in KINDS[kind].fields() if _key(lab, kind, name) in st.session_state)
    what_if.add(lab, KINDS[kind](**{name: value(name) for name in shown}))


def _field(lab: Lab, kind: str, name: str, field: Field) -> None:
    words, setting = lab.words, lab.setting
    key = url_state.keep(_key(lab, kind, name))
    options = {"label": words.text(f"field-{name}"), "key": key, "width": WIDTHS.get(name, 120)}
    match field:
        case OtherToken() if not setting.other:
            st.number_input(**options, value=1, step=1)
        case Token():
            shown = dict(enumerate(setting.tokenizer.strings(list(field.ids(setting))), 1))
            first = field.begin(setting) - 1
            st.selectbox(**options, options=list(shown), index=first, format_func=lambda n: f"{n} {shown[n]}")
        case Index(or_all=True):
            shown = {ALL: words.text("all")}
            values = [ALL, *range(1, field.count(setting) + 1)]
            st.selectbox(**options, options=values, format_func=lambda n: shown.get(n, str(n)))
        case Index():
            # without bounds: a change that cannot be made is refused in the reader's language, by Streamlit in English
            st.number_input(**options, value=_first(lab, kind, field), step=1)
        case Amount(start=start):
            st.number_input(**options, value=start)
        case Rule():
            shown = {rule: words.text(f"rule-{rule}") for rule in RULES}
            first = list(shown).index(field.begin(setting))
            st.selectbox(**options, options=list(shown), index=first, format_func=shown.get)
        case Experts():
            st.multiselect(**options, options=range(1, setting.config.experts + 1), default=field.begin(setting))
        case _:
            st.text_input(**options, max_chars=40)


def _first(lab: Lab, kind: str, field: Index) -> int:
    """A number to begin with: the strongest head's; half-way up for a patch, where much is still to come."""
    strongest = what_if.strongest(lab.page, lab.page.trace(what_if.KEEP))[: what_if.BEGIN + 1][-1]  # a toy has fewer
    match field:
        case Layer():
            return field.count(lab.setting) // 2 + 1 if kind == Patch.kind else strongest.layer
        case Head():
            return strongest.head
    return field.begin(lab.setting)
