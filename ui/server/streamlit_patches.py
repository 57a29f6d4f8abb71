"""The one place where Streamlit is bent: faults in how runs of a page and browsers are brought together, set right.

docs/streamlit.md has for each patch the fault as a report, the test that fails without it, and when it can go.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

import streamlit
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner import ScriptRunner, ScriptRunnerEvent, get_script_run_ctx
from streamlit.runtime.state.session_state import Serialized, SessionState, WStates

VERSION = "1.67."  # the patches replace private methods, which any other version may write otherwise
DELIVERY_TIMEOUT_S = 10  # how long a run that is over waits for the server to take what it said
RUN_OVER = (
    ScriptRunnerEvent.SCRIPT_STOPPED_WITH_SUCCESS,
    ScriptRunnerEvent.SCRIPT_STOPPED_WITH_COMPILE_ERROR,
    ScriptRunnerEvent.FRAGMENT_STOPPED_WITH_SUCCESS,
)


def apply(version: str = streamlit.__version__) -> bool:
    """Patch Streamlit for this process; whether it was done.

    Under a version that the patches were not written for nothing is changed and the log says so.
    """
    if not version.startswith(VERSION):
        logging.getLogger(__name__).warning(
            "Streamlit %s is not the version %sx that Vetro's patches are for: none is applied (docs/streamlit.md).",
            version,
            VERSION,
        )
        return False
    for owner, name, patch in (
        (ForwardMsgQueue, "clear", keep_queued_deltas_on_fragment_rerun),
        (AppSession, "_on_scriptrunner_event", wait_for_event_delivery),
        (SessionState, "_call_callbacks", rerun_all_changed_fragments),
        (WStates, "__getitem__", pass_over_unreadable_states),
    ):
        if not hasattr(getattr(owner, name), "vetro"):  # a second time would wrap it twice
            setattr(owner, name, patch(getattr(owner, name)))
            getattr(owner, name).vetro = True
    return True


def keep_queued_deltas_on_fragment_rerun(clear: Callable) -> Callable:
    """ForwardMsgQueue.clear: a run of the whole page takes the place of what waits to be sent, a fragment's comes
    after it.

    Streamlit then throws away what the fragment itself had in the queue, but not what fragments inside it had: it
    reached a browser that did not know their containers, and the page went white. That nothing newer takes an older
    place in the queue is what it cares for (its pull request 9381), and is kept.
    """

    def patched(
        queue: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None
    ) -> None:
        if fragment_ids_this_run is None:
            clear(queue, retain_lifecycle_msgs)
        else:
            queue._delta_index_map = {}

    return patched


def wait_for_event_delivery(on_event: Callable) -> Callable:
    """AppSession._on_scriptrunner_event: a run is over when the server has taken all that it said, not before.

    A request that Streamlit comes to between the two gets a new runner, and what the old one said is thrown away: of
    two changes in different fragments the reader saw only the second.
    """

    def patched(session: AppSession, sender: ScriptRunner | None, event: ScriptRunnerEvent, **details) -> None:
        on_event(session, sender, event, **details)
        if event in RUN_OVER and sender is not None and sender._is_in_script_thread():
            delivered = threading.Event()
            session._call_soon_on_event_loop(delivered.set)
            delivered.wait(DELIVERY_TIMEOUT_S)

    return patched


def rerun_all_changed_fragments(call_callbacks: Callable) -> Callable:
    """SessionState._call_callbacks: every fragment of which something has changed runs, not only the one that the
    request names.

    The browser sends what changes within one of its turns as one request, in the name of the fragment that changed
    first (a change to the whole page has no name and does not count). The other values came, and nothing showed them.
    A client may name widgets that are gone from the page, too: their fragments are passed over.
    """

    def patched(state: SessionState, **replayed) -> None:
        call_callbacks(state, **replayed)
        context, widgets = get_script_run_ctx(), state._new_widget_state
        if not context.fragment_ids_this_run:
            return
        changed = {
            metadata.fragment_id
            for widget, metadata in widgets.widget_metadata.items()
            if widget in widgets and not metadata.disabled and state._widget_changed(widget)
        }
        rest = replace(
            state._build_full_app_rerun(context),
            replay_trigger_states=state._filter_active_trigger_widget_states(state._current_interaction_widget_states),
        )
        for fragment in changed.difference(context.fragment_ids_this_run):
            if fragment is None or context.fragment_storage.contains(fragment):  # None: the whole page
                context.script_requests.request_rerun(replace(rest, fragment_id=fragment))

    return patched


def pass_over_unreadable_states(get: Callable) -> Callable:
    """WStates.__getitem__: what a browser sent for a widget and the widget cannot read counts as not sent.

    Streamlit keeps it, and every later run of that session ends with the same error before its page has begun.
    """

    def patched(states: WStates, widget: str) -> object:
        sent, metadata = states.states.get(widget), states.widget_metadata.get(widget)
        if metadata is None or not isinstance(sent, Serialized):
            return get(states, widget)
        kind = sent.value.WhichOneof("value")  # None where a field was emptied
        if kind and metadata.value_type and kind != metadata.value_type:
            raise KeyError(widget)
        try:
            return get(states, widget)
        except Exception as error:  # each kind of widget has its own way to read, and to fail
            raise KeyError(widget) from error

    return patched
