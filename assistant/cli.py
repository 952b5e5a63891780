"""The `repartee` command: a click group that imports a subcommand only when it is called."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from assistant.channels.terminal.parameters import GivenPath
from assistant.channels.terminal.printable import printable
from assistant.config import Config, default_home
from assistant.lazy import LazyGroup
from engines.errors import ReparteeError

#: Every subcommand with its line in `repartee --help`; the module is assistant/commands/<name>.py.
COMMANDS = {
    "ask": "Answer one question, typed or recorded.",
    "listen": "Talk with the microphone and the speaker.",
    "serve": "Serve WebSocket, HTTP and the page.",
    "health": "Say whether the server of this home is well.",
    "knowledge": "Add, list, remove and search documents.",
    "home": "Find devices, command them, try a virtual house.",
    "skills": "List what can be said besides questions.",
    "engine": "List, build and bench the reader's runtimes.",
    "eval": "Score the reader and the recognizer on test sets.",
    "models": "Pull and list reader models.",
    "bench": "Measure whole turns.",
    "doctor": "Say what is installed, what is missing, how to get it.",
    "demo": "Ask a bundled spoken question, then offer a prompt.",
}

CONFIG_PROBLEM = "assistant.config_problem"


class FrontDoor(LazyGroup):
    """The one place where errors become a sentence and a status."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> NoReturn:  # type: ignore[override]
        """Run the command line and exit: 0 done, 2 bad input with one sentence, 130 interrupted."""
        extra["standalone_mode"] = False
        _mend_streams()
        try:
            status = super().main(args, prog_name, **extra)
            sys.stdout.flush()
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except (click.Abort, KeyboardInterrupt):
            sys.exit(130)
        except ReparteeError as error:
            _fail(str(error))
        except OSError as error:
            _drop_unwritable_output()
            if error.errno == errno.EPIPE:
                sys.exit(1)
            _fail(os_error_sentence(error))
        except MemoryError:
            _fail("There is not enough memory for this; close other programs or use a smaller model.")
        except ImportError as error:  # a library that is not there, damaged, or made for another system
            reason = str(error).partition("\n")[0].rstrip(".")
            _fail(f"A library cannot be loaded ({reason}); install Repartee again.")
        except RecursionError:
            _fail("Something in the input is nested too deeply to be read; write it flatter.")
        sys.exit(status if isinstance(status, int) else 0)


def os_error_sentence(error: OSError) -> str:
    """Return one sentence for an operating-system error: what was wrong with which file, and what to do."""
    advice = {
        errno.ENOSPC: "free some space and run it again",
        errno.EDQUOT: "free some space and run it again",
        errno.EACCES: "check its permissions",
        errno.EPERM: "check its permissions",
        errno.EROFS: "choose a writable folder, for instance with --home",
        errno.EMFILE: "raise the limit of open files (ulimit -n)",
    }.get(error.errno or 0, "check it and run it again")
    subject = f"{error.filename}: " if error.filename else ""
    return f"{subject}{error.strerror or error}; {advice}."


def _mend_streams() -> None:
    """Let output go nowhere where its stream was closed, and show what its encoding lacks as question marks."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # This takes the lowest free number, which is the stream's own: no other file may get it, and with it what
            # libraries print.
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _drop_unwritable_output() -> None:
    """Keep the interpreter from trying again to write what cannot be written, and complaining, while it exits."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(sentence: str) -> NoReturn:
    click.echo(f"repartee: {printable(sentence)}", err=True)
    sys.exit(2)


@click.group(
    cls=FrontDoor,
    elsewhere=COMMANDS,
    module="assistant.commands.{}",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--home",
    envvar="REPARTEE_HOME",
    type=GivenPath(),
    help="Folder of the store, the caches and repartee.toml.  [default: $XDG_DATA_HOME/repartee]",
)
@click.version_option(package_name="repartee")
@click.pass_context
def main(ctx: click.Context, home: Path | None) -> None:
    """Answer questions from your own documents, aloud, inside a latency budget."""
    try:
        home = (home or default_home()).expanduser().absolute()
    except RuntimeError as error:  # "~" of nobody: a user without an entry, as in some containers
        raise ReparteeError("This user has no home directory; give a folder with --home or REPARTEE_HOME.") from error
    try:
        ctx.obj = Config.load(home)
    except ReparteeError as problem:
        if ctx.invoked_subcommand != "doctor":
            raise
        # The doctor reports a broken configuration instead of failing on it.
        ctx.obj, ctx.meta[CONFIG_PROBLEM] = Config(home=home), str(problem)
