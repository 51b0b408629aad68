"""How articles are selected: options that `kuzet search` and `kuzet export` share, moments, and single articles."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Annotated, Any

import typer

from pipelines.models import Severity
from pipelines.search.request import FILTERS
from pipelines.time_zone import KAZAKHSTAN
from worker.answers.selection import MOMENT, Selection, moment
from worker.cli.completion import completing

Ranks = Annotated[list[Severity] | None, typer.Option(help="Any of these; repeatable.")]
Since = Annotated[str, typer.Option(help=MOMENT)]
Until = Annotated[str, typer.Option(help="The same.")]


def selecting(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each filter and for the period; it gets them together, as `chosen`."""
    own = [
        parameter
        for parameter in inspect.signature(command, eval_str=True).parameters.values()
        if parameter.name != "chosen"
    ]

    @wraps(command)
    def run(**given: Any) -> None:
        options = {option.name: given.pop(option.name) for option in _OPTIONS}
        command(**given, chosen=_selection(options, now=datetime.now(KAZAKHSTAN)))

    words = [parameter for parameter in own if parameter.kind is not inspect.Parameter.KEYWORD_ONLY]
    signature = inspect.Signature([*words, *_OPTIONS, *own[len(words) :]])
    run.__signature__ = signature  # type: ignore[attr-defined]  # what typer reads
    run.__annotations__ = {name: parameter.annotation for name, parameter in signature.parameters.items()}
    return run


def _option(name: str, kind: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)


def _values(name: str) -> Any:
    """The type of a filter's option: any values, completed by the shell."""
    option = typer.Option(help="Any of these; repeatable.", autocompletion=completing(name))
    return Annotated[list[str] | None, option]


_OPTIONS = (
    *(_option(name, Ranks if name == "severity" else _values(name), None) for name in FILTERS),
    _option("since", Since, ""),
    _option("until", Until, ""),
)


def _selection(options: Mapping[str, Any], *, now: datetime) -> Selection:
    chosen = {name: tuple(map(str, options[name] or ())) for name in FILTERS}
    return Selection(
        now=now,
        filters={name: values for name, values in chosen.items() if values},
        since=moment(options["since"], now=now),
        until=moment(options["until"], now=now),
    )
