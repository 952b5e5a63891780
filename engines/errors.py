"""The one exception a user may meet. Every room raises it or a subclass of it."""

from __future__ import annotations


class ReparteeError(Exception):
    """Something the user can put right.

    The message is one sentence: what was wrong, what was expected, what to do. The command line prints it on standard
    error and exits with status 2; a network channel sends it as a protocol error. No traceback is ever shown for it.
    """
