"""What a host's log says of an error: one line with its type and place, whoever logs it.

Streamlit, uvicorn and asyncio log tracebacks, the last line of which may hold what a reader typed.
"""

import logging
from collections.abc import Callable

from ui.server.failures import described
from ui.server.limits import HOSTED, limits


def install() -> None:
    """For all loggers of this process. On one's own machine tracebacks stay as they are."""
    if limits() is HOSTED:
        logging.setLogRecordFactory(one_line(logging.getLogRecordFactory()))


def one_line(factory: Callable[..., logging.LogRecord]) -> Callable[..., logging.LogRecord]:
    """Makes the records that the factory makes, but for what an error says."""

    def record(*args, **kwargs) -> logging.LogRecord:
        made = factory(*args, **kwargs)
        if made.exc_info and made.exc_info[1]:
            made.msg, made.args = f"{str(made.msg).partition(chr(10))[0]}: {described(made.exc_info[1])}", ()
            made.exc_info = None
        return made

    return record
