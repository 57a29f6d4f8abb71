"""A browser is known by its seat, else by its machine; both ways of asking give the same name."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.app_test import run_page
from ui.frame import footer
from ui.server import clients

SEAT = "0123456789abcdef" * 2


def scope(cookie: str = "", host: str | None = "10.0.0.7", kind: str = "websocket") -> dict:
    headers = [(b"cookie", cookie.encode("latin-1"))] if cookie else []
    return {"type": kind, "headers": headers, "client": (host, 5) if host else None}


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_browser_with_a_seat_is_its_seat_wherever_it_is(kind):
    cookie = f"_streamlit_xsrf=2|a; vetro_seat={SEAT}"
    assert clients.of(scope(cookie, kind=kind)) == clients.of(scope(cookie, "10.0.0.8", kind)) == SEAT
    assert clients.has_seat(SEAT)


@pytest.mark.parametrize(
    "cookie", ["", "vetro_seat=", "vetro_seat=x", f"vetro_seat={SEAT}0", f"vetro_seat={SEAT[1:]}G"]
)
def test_a_seat_that_nginx_did_not_give_is_none(cookie):
    assert clients.of(scope(cookie)) == "10.0.0.7" and not clients.has_seat("10.0.0.7")
    assert {clients.of(scope(cookie, host)) for host in ("127.0.0.1", "::1", None)} == {clients.LOCAL}


@given(st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=80))
def test_no_cookie_makes_a_name_of_its_own(cookie):
    name = clients.of(scope(cookie))
    assert name == "10.0.0.7" or clients.has_seat(name)


@pytest.mark.parametrize("cookies, address, name", [({"vetro_seat": SEAT}, None, SEAT), ({}, "10.0.0.7", "10.0.0.7")])
def test_a_script_has_the_name_of_the_socket_that_it_runs_for(cookies, address, name, monkeypatch):
    monkeypatch.setattr("ui.server.clients.runtime.exists", lambda: True)
    monkeypatch.setattr("ui.server.clients.st.context", SimpleNamespace(cookies=cookies, ip_address=address))
    assert clients.current() == name


def test_outside_of_a_server_there_is_one_client():
    assert clients.current() == clients.LOCAL


def test_a_page_under_test_is_the_one_client(monkeypatch):
    names, drawn = [], footer.footer
    monkeypatch.setattr(footer, "footer", lambda page: (names.append(clients.current()), drawn(page)))
    run_page("tokens")
    assert set(names) == {clients.LOCAL}
