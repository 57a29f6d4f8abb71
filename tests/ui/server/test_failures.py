"""What goes wrong while a request is answered: a 503 that says when to come again, and a line without readers' text."""

import logging
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from ui.server.failures import Failures

SECRET = "my-secret-diary"
ERRORS = {
    "system": OSError(36, "File name too long", SECRET),
    "group": ExceptionGroup(SECRET, [ValueError(SECRET)]),
    "memory": MemoryError(),
    "starlette": HTTPException(500, SECRET),
}


async def fail(request: Request):
    raise ERRORS[request.path_params["error"]]


async def answer(request: Request):
    return PlainTextResponse("no", request.path_params["status"])


async def broken(request: Request):
    async def parts():
        yield b"begun"
        raise OSError(SECRET)

    return StreamingResponse(parts(), headers={"Content-Length": "1000"})


async def socket(socket: WebSocket):
    if "accepted" in socket.query_params:
        await socket.accept()
    raise OSError(SECRET)


@pytest.fixture(scope="module")
def client():
    routes = [
        Route("/fail/{error}", fail),
        Route("/answer/{status:int}", answer),
        Route("/broken", broken),
        WebSocketRoute("/socket", socket),
    ]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Failures)]))


@pytest.mark.parametrize("error", ERRORS)
def test_an_exception_is_a_503_and_a_line_without_text(error, client, caplog):
    given = client.get(f"/fail/{error}?prompt={SECRET}")
    assert given.status_code == 503 and int(given.headers["retry-after"]) > 0
    said = [record.getMessage() for record in caplog.records if record.name.startswith("ui")]
    assert len(said) == (error != "starlette") and SECRET not in "".join(said)
    assert all("test_failures.py:" in line and "\n" not in line for line in said)
    assert not any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize("status, given", [(200, 200), (404, 404), (500, 503), (501, 503), (502, 503), (503, 503)])
def test_an_answer_from_500_on_says_when_to_come_again(status, given, client):
    answered = client.get(f"/answer/{status}")
    assert answered.status_code == given and ("retry-after" in answered.headers) == (given == 503)


def test_an_answer_that_has_begun_is_cut_off(client, caplog):
    assert client.get("/broken").content == b"begun"
    assert caplog.record_tuples[-1][1] == logging.ERROR and SECRET not in caplog.text


@pytest.mark.parametrize("link", ["/socket", "/socket?accepted"])
def test_a_socket_is_closed(link, client, caplog):
    with pytest.raises(WebSocketDisconnect) as closed, client.websocket_connect(link) as opened:
        opened.receive_text()
    assert closed.value.code == 1011 and SECRET not in caplog.text


def test_a_server_that_cannot_start_says_so():
    @asynccontextmanager
    async def lifespan(app: Starlette):
        raise RuntimeError
        yield

    with pytest.raises(RuntimeError), TestClient(Starlette(lifespan=lifespan, middleware=[Middleware(Failures)])):
        pass
