"""What Streamlit 1.67 does otherwise than this app needs, set right when this module is imported, before the server
runs. All of it is to be looked at again with a new version; test_serve.py and test_two_changes.py in
tests/ui/server tell what is still needed."""

import asyncio
import socket
import threading
from collections.abc import Callable
from dataclasses import replace

from streamlit import delta_generator
from streamlit.components.v2.bidi_component import serialization
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import ScriptRunner, ScriptRunnerEvent, get_script_run_ctx
from streamlit.runtime.state.session_state import SessionState

PATIENCE = 10  # s: how long a run that is over waits for the server to take what it said
OVER = (
    ScriptRunnerEvent.SCRIPT_STOPPED_WITH_SUCCESS,
    ScriptRunnerEvent.SCRIPT_STOPPED_WITH_COMPILE_ERROR,
    ScriptRunnerEvent.FRAGMENT_STOPPED_WITH_SUCCESS,
)

PagesManager.uses_pages_directory = False  # else the first visitor of a lesson is told that there is no such page
# our components are given none, and whoever looks for them loads pandas and pyarrow first: 0.6 s of the start
serialization.is_dataframe_like = lambda value: False
# else it reads the sources of all that is on the stack to find out whether this is a Python prompt
delta_generator._use_warning_has_been_displayed = True


def at_once(connection: socket.socket) -> None:
    """Small packets are not held back until the browser has acknowledged those before them: 40 ms for each of a page's
    hundred files, and for many a message. asyncio sees to it only where the port was opened with its protocol named,
    which Streamlit does not."""
    if connection.family in (socket.AF_INET, socket.AF_INET6):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


asyncio.base_events._set_nodelay = at_once


def begun(
    queue: ForwardMsgQueue,
    retain_lifecycle_msgs: bool = False,
    fragment_ids_this_run: list[str] | None = None,
    clear: Callable = ForwardMsgQueue.clear,
) -> None:
    """A run has begun: the whole page's takes the place of what waits to be sent, a fragment's comes after it.

    Streamlit then throws away what the fragment itself had in the queue, but not what fragments inside it had: it
    reached a browser that did not know their containers, and the page went white. That nothing newer takes an older
    place in the queue is what it cares for (its pull request 9381), and is kept.
    """
    if fragment_ids_this_run is None:
        clear(queue, retain_lifecycle_msgs)
    else:
        queue._delta_index_map = {}


ForwardMsgQueue.clear = begun


def said(
    session: AppSession,
    sender: ScriptRunner | None,
    event: ScriptRunnerEvent,
    say: Callable = AppSession._on_scriptrunner_event,
    **more,
) -> None:
    """A run is over when the server has taken all that it said, not before.

    A request that Streamlit comes to between the two gets a new runner, and what the old one said is thrown away: of
    two changes in different fragments the reader saw only the second.
    """
    say(session, sender, event, **more)
    if event in OVER and sender is not None and sender._is_in_script_thread():
        taken = threading.Event()
        session._call_soon_on_event_loop(taken.set)
        taken.wait(PATIENCE)


AppSession._on_scriptrunner_event = said


def answered(state: SessionState, call: Callable = SessionState._call_callbacks, **more) -> None:
    """Every part of the page of which something has changed runs, not only the one that the request names.

    The browser sends what changes within one of its turns as one request, in the name of the fragment that changed
    first (a change to the whole page has no name and does not count). The other values came, and nothing showed them.
    """
    call(state, **more)
    context, widgets = get_script_run_ctx(), state._new_widget_state
    if not context.fragment_ids_this_run:
        return
    changed = {
        about.fragment_id
        for widget, about in widgets.widget_metadata.items()
        if widget in widgets and not about.disabled and state._widget_changed(widget)
    }
    rest = replace(
        state._build_full_app_rerun(context),
        replay_trigger_states=state._filter_active_trigger_widget_states(state._current_interaction_widget_states),
    )
    for part in changed.difference(context.fragment_ids_this_run):
        context.script_requests.request_rerun(replace(rest, fragment_id=part))


SessionState._call_callbacks = answered
