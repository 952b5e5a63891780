"""Groups of commands whose modules are imported when they are called: most need libraries that take time to load."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """A group with subcommands of its own and others that are imported by name.

    Args:
        elsewhere: the names of those others, each with its line in the help.
        module: where each is the `command`: the module's name with "{}" in the place of the command's.
    """

    def __init__(self, *args: Any, elsewhere: Mapping[str, str], module: str, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self._elsewhere, self._module = elsewhere, module

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which they were given."""
        return [*super().list_commands(ctx), *self._elsewhere]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a subcommand, imported where it is elsewhere; None for a name that is not one."""
        if cmd_name not in self._elsewhere:
            return super().get_command(ctx, cmd_name)
        command: click.Command = importlib.import_module(self._module.format(cmd_name)).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the subcommand; for a name that is none, name the one that was probably meant."""
        names = self.list_commands(ctx)
        if args and args[0] not in names and (close := difflib.get_close_matches(args[0], names, 1, 0.7)):
            ctx.fail(f"No such command '{args[0]}'; did you mean '{close[0]}'?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands without importing them."""
        own = [(name, self.commands[name].get_short_help_str()) for name in super().list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([*own, *self._elsewhere.items()])
