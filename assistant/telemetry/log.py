"""The log: one line an event, which names the session it is about."""

from __future__ import annotations

import logging
from contextvars import ContextVar

#: The session that the running task, and every task and thread that it starts, works for.
session: ContextVar[str] = ContextVar("session", default="")


def configure(*, verbose: bool) -> None:
    """Write the log to standard error: warnings and errors, with `verbose` every connection as well."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s%(session)s: %(message)s"))
    handler.addFilter(_name_session)
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, handlers=[handler])


def _name_session(record: logging.LogRecord) -> bool:
    named = session.get()
    record.session = f" {named}" if named else ""
    return True
