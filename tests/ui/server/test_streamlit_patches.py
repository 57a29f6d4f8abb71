"""The patches of Streamlit: what a queue sends, what is read of a browser, and under which version they are made.

What a reader sees without the other two is in test_two_changes.py.
"""

from types import SimpleNamespace

import pytest
import streamlit
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.session_state import SessionState, WStates

from ui.server import streamlit_patches


@pytest.fixture(autouse=True, scope="module")
def patched():
    streamlit_patches.apply()


def block(*path: int, fragment: str) -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path.extend(path)
    message.delta.fragment_id = fragment
    message.delta.add_block.allow_empty = True
    return message


def html(*path: int, fragment: str, body: str) -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path.extend(path)
    message.delta.fragment_id = fragment
    message.delta.new_element.html.body = body
    return message


def test_no_part_is_sent_without_what_it_lies_in():
    """A fragment begins anew before the page's messages are sent: a folded table in it, a fragment of its own, comes
    after the fragment's containers, and what is new after what is old."""
    queue = ForwardMsgQueue()
    queue.enqueue(block(0, fragment="search"))
    queue.enqueue(html(0, 0, fragment="search", body="before"))
    queue.enqueue(block(0, 1, fragment="search"))
    queue.enqueue(block(0, 1, 0, fragment="table"))
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["search"])
    queue.enqueue(html(0, 0, fragment="search", body="after"))
    sent = queue.flush()
    paths = [tuple(message.metadata.delta_path) for message in sent]
    assert (0, 1, 0) in paths and all(not path[:-1] or path[:-1] in paths[:i] for i, path in enumerate(paths))
    assert [sent[i].delta.new_element.html.body for i in (1, -1)] == ["before", "after"]


WRONG = [
    {"json_value": "{"},
    {"double_value": float("nan")},
    {"string_array_value": {"data": ["x", "y"]}},
    {"int_value": 2**62},
    {"double_array_value": {"data": [1e308] * 5}},
    {"string_value": "none of them"},
    {"trigger_value": True},
    {"bytes_value": b"x"},
    {},
]


@pytest.mark.parametrize("value", WRONG, ids=lambda value: next(iter(value), "empty"))
def test_what_a_browser_sends_and_a_widget_cannot_read_does_no_harm(value):
    """Nor does it stay: what comes next is read."""
    states = WStates()
    states.set_widget_metadata(WidgetMetadata("a", int, str, "string_value"))
    states.set_widget_from_proto(WidgetState(id="a", **value))
    assert "a" not in states
    states.set_widget_from_proto(WidgetState(id="a", string_value="7"))
    assert states["a"] == 7


def test_a_part_that_is_gone_from_the_page_is_not_run(monkeypatch):
    """A client may go on sending the state of a widget in it: each message asked for a run of nothing, and a run more
    than it had asked for is what no client waits for."""
    asked, there, state = [], MemoryFragmentStorage(), SessionState()
    there.register("open", lambda: None)
    of_page = dict.fromkeys(("query_string", "page_script_hash", "context_info"))
    requests = SimpleNamespace(request_rerun=lambda data: asked.append(data.fragment_id))
    context = SimpleNamespace(
        fragment_ids_this_run=["other"],
        fragment_storage=there,
        script_requests=requests,
        cached_message_hashes=frozenset(),
        **of_page,
    )
    monkeypatch.setattr(streamlit_patches, "get_script_run_ctx", lambda: context)
    parts = {"in open": "open", "in gone": "gone", "in none": None}
    sent = WidgetStates(widgets=[WidgetState(id=id, bool_value=True) for id in parts])
    state.set_widgets_from_proto(sent)
    for id, fragment in parts.items():
        state.register_widget(WidgetMetadata(id, bool, bool, "bool_value", fragment_id=fragment), None)
    streamlit_patches.rerun_all_changed_fragments(lambda state: None)(state)
    assert set(asked) == {"open", None}  # None: the whole page


def test_they_are_for_the_version_that_is_pinned_and_made_once():
    clear = ForwardMsgQueue.clear
    assert streamlit.__version__.startswith(streamlit_patches.VERSION)
    assert streamlit_patches.apply() and ForwardMsgQueue.clear is clear


def test_another_version_is_left_alone_and_the_log_says_so(caplog):
    assert not streamlit_patches.apply("1.68.0")
    assert "1.68.0" in caplog.text and len(caplog.records) == 1
