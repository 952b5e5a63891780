"""The process that converts documents, started by `knowledge.formats.process`: it may crash, hang or be killed.

It reads requests from standard input and answers on standard output, one after the other. A request is a line of JSON
(`suffix`, `name`, `size`, `cpu_s`, `memory_bytes`) and `size` bytes, the document. An answer is the length
of what follows in a line, and JSON: the document's `title`, `text`, `sections` and `pages`, or `error`.
"""

from __future__ import annotations

import json
import math
import os
import resource
import signal
import sys
import time
from contextlib import suppress
from typing import Any, BinaryIO

if __name__ == "__main__":
    # Started with -P, Python looks for modules neither here, where html.py would hide Python's own, nor in the current
    # folder. The package comes from where this file lies, and last.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))  # noqa: PTH100, PTH120

from knowledge.formats.registry import convert
from knowledge.text import DocumentError


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until there are no more requests."""
    while line := requests.readline():
        request = json.loads(line)
        content = requests.read(request["size"])
        limit(request["cpu_s"], request["memory_bytes"])
        answer = json.dumps(converted(content, request["suffix"], request["name"]), ensure_ascii=False)
        encoded = answer.encode("utf-8", "surrogatepass")
        answers.write(b"%d\n" % len(encoded))
        answers.write(encoded)
        answers.flush()


def converted(content: bytes, suffix: str, name: str) -> dict[str, Any]:
    """Return the answer for one document."""
    try:
        document = convert(content, suffix, name)
    except DocumentError as error:
        return {"error": str(error)}
    except MemoryError:
        raise  # this process is of no more use
    except RecursionError:
        return {"error": "nests its parts too deeply to be read; save it again, or convert it to .txt."}
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"[:200]
        return {"error": f"cannot be read ({reason}); save it again, or convert it to .txt."}
    sections = [[section.headings, section.blocks] for section in document.sections]
    return {"title": document.title, "text": document.text, "sections": sections, "pages": document.pages}


def limit(cpu_s: float, memory_bytes: int) -> None:
    """Let the kernel end this process when it has used so much more time of the processor or so much memory."""
    spent = math.ceil(time.process_time() + cpu_s)
    for kind, most in (("RLIMIT_CPU", spent), ("RLIMIT_AS", memory_bytes), ("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0)):
        number = getattr(resource, kind)
        with suppress(ValueError, OSError):  # macOS refuses some; a limit of the whole system may be lower
            resource.setrlimit(number, (most, resource.getrlimit(number)[1]))


def main() -> None:
    """Serve on standard input and output; whatever a library prints must not end up among the answers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who started this
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        serve(sys.stdin.buffer, answers)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


#: Exit status of a process that could not get the memory it asked for.
OUT_OF_MEMORY = 77

if __name__ == "__main__":
    main()
