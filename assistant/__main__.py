"""`python -m assistant` is `repartee`."""

from __future__ import annotations

from assistant.cli import main

main(prog_name="repartee")
