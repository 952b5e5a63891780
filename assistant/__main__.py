"""`python -m assistant` is `repartee`."""

from assistant.cli import main

main(prog_name="repartee")
