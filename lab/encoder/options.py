"""Settings as options of a command: the fields of a dataclass become its parameters."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any, get_type_hints

import typer

from companion.errors import NuanyuError


def options(command: Callable[..., None]) -> Callable[..., None]:
    """Return the command with each parameter, a settings dataclass, spread into its options.

    A foreseen error ends the command with one line and status 1.
    """
    groups = {name: group for name, group in get_type_hints(command).items() if name != "return"}

    def spread(**given: Any) -> None:
        settings = {name: _take(group, given) for name, group in groups.items()}
        try:
            command(**settings)
        except NuanyuError as error:
            typer.secho(f"encoder: {error}", err=True, fg="red")
            raise typer.Exit(1) from error

    parameters = [one for group in groups.values() for one in _parameters(group)]
    spread.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    spread.__name__, spread.__doc__ = command.__name__, command.__doc__
    spread.__annotations__ = {}
    return spread


def _parameters(group: Any) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=hints[field.name],
            default=(
                inspect.Parameter.empty if field.default is dataclasses.MISSING else field.default
            ),
        )
        for field in dataclasses.fields(group)
    ]


def _take(group: Any, given: dict[str, Any]) -> Any:
    return group(**{field.name: given[field.name] for field in dataclasses.fields(group)})
