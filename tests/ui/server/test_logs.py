"""A host's log holds no word of a reader, in whatever words an error is told."""

import logging
from io import StringIO

import pytest

from ui.server import limits, logs

SECRET = "my diary says"


@pytest.mark.parametrize("text, args", [("It failed", ()), ("It failed: %s", (SECRET,)), ("It\nfailed 100%", ())])
def test_an_error_is_one_line_without_what_it_says(text, args):
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.Logger("any")
    logger.addHandler(handler)
    factory = logging.getLogRecordFactory()
    logging.setLogRecordFactory(logs.one_line(factory))
    try:
        try:
            int(SECRET)
        except ValueError:
            logger.exception(text, *args)
        logger.error("no error, %s", "but a line")
    finally:
        logging.setLogRecordFactory(factory)
    first, second = stream.getvalue().splitlines()
    assert first.startswith("It") and "ValueError at test_logs.py:" in first and SECRET not in first
    assert second == "no error, but a line"


def test_it_is_for_hosts_only(monkeypatch):
    factory = logging.getLogRecordFactory()
    logs.install()
    assert logging.getLogRecordFactory() is factory
    monkeypatch.setattr(logs, "limits", lambda: limits.HOSTED)
    try:
        logs.install()
        assert logging.getLogRecordFactory() is not factory
    finally:
        logging.setLogRecordFactory(factory)
