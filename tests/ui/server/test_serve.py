"""What the server adds to the app: a head of our own, and one clear sentence where a script fails."""

import asyncio
import json
import re
import socket
import urllib.request
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest
from streamlit import dataframe_util
from streamlit.components.v2.bidi_component import serialization
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.testing.v1 import AppTest
from streamlit.web.server.starlette.starlette_server import _bind_socket

from tests.support.app_test import html_of


@pytest.mark.parametrize("address", ["", "attention", "attention?lang=it&prompt=%3Cscript%3E"])
def test_the_head_is_ours(app_server, address):
    with urllib.request.urlopen(f"{app_server}/{address}") as response:
        page = response.read().decode()
    assert "<title>Vetro</title>" in page and "BACKEND_BASE_URL" in page and "favicon.svg" in page
    assert 'rel="preload"' not in page and "favicon.png" not in page
    assert page.index("BACKEND_BASE_URL") < page.index('type="module"'), "it must run before Streamlit does"


def test_only_our_scripts_may_run(app_server):
    """No inline script but those of the page itself, by their hashes; no other host. That every page can live with it
    is seen in all tests with a browser, where a violation is an error."""
    with urllib.request.urlopen(f"{app_server}/attention") as response:
        page, policy = response.read().decode(), response.headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    allowed = {f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts}
    assert set(rules["script-src"].split()) == {"'self'", "blob:", *allowed} and len(allowed) == 3
    assert "http" not in policy and "*" not in policy and "eval" not in policy


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
    import serve  # noqa: F401

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


def test_a_small_answer_is_not_held_back():
    """Over a port opened as Streamlit opens it, asyncio sends what there is to send at once."""
    import serve  # noqa: F401

    async def answered():
        answers = asyncio.Queue()
        server = await asyncio.start_server(
            lambda _, writer: answers.put_nowait(writer), sock=_bind_socket("127.0.0.1", 0, 1)
        )
        async with server:
            _, asker = await asyncio.open_connection(*server.sockets[0].getsockname())
            answer = await answers.get()
            at_once = answer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            asker.close()
            answer.close()
            return at_once

    with ThreadPoolExecutor(1) as apart:  # after a test with a browser, this thread has Playwright's loop
        assert apart.submit(asyncio.run, answered()).result()


def test_a_component_does_not_load_pandas(monkeypatch):
    """Whoever asks Streamlit for the kind of some data does."""
    import serve  # noqa: F401

    monkeypatch.setattr(dataframe_util, "determine_data_format", None)
    sent = BidiComponent()
    serialization.serialize_mixed_data({"list": [1, 2], "words": {"a": "b"}}, sent)
    assert json.loads(sent.json) == {"list": [1, 2], "words": {"a": "b"}}


@pytest.mark.parametrize("file, kind", [("fonts/inter-latin-opsz-normal.woff2", "font"), ("favicon.svg", "image")])
def test_static_files_are_served(app_server, file, kind):
    with urllib.request.urlopen(f"{app_server}/app/static/{file}") as response:
        assert kind in response.headers["content-type"]


@pytest.mark.parametrize("lang, sentence", [("en", "it is our fault"), ("it", "la colpa è nostra")])
def test_a_failing_script_says_one_sentence(lang, sentence):
    def failing():
        from serve import on_script_error

        assert on_script_error(ValueError("secret <b>detail</b>")), "the traceback must not be shown"

    test = AppTest.from_function(failing)
    test.query_params["lang"] = lang
    test.run()
    assert sentence in html_of(test) and "secret" not in html_of(test)
