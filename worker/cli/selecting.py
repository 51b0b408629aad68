"""How articles are chosen: the options that `kuzet search` and `kuzet export` share, moments, and single articles."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Annotated, Any

import typer

from pipelines.errors import KuzetError, QueryError, UnsafeAddressError
from pipelines.models import Severity
from pipelines.search.request import FILTERS, SearchRequest
from pipelines.time_zone import KAZAKHSTAN

ID_LENGTH = 32
RELATIVE = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
MOMENT = "2026-11-01, 2026-11-01T08:00, or an age: 90m, 24h, 7d."

Values = Annotated[list[str] | None, typer.Option(help="Any of these; repeatable.")]
Ranks = Annotated[list[Severity] | None, typer.Option(help="Any of these; repeatable.")]
Since = Annotated[str, typer.Option(help=MOMENT)]
Until = Annotated[str, typer.Option(help="The same.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a person chose, beside words."""

    now: datetime
    filters: Mapping[str, tuple[str, ...]]
    since: datetime | None
    until: datetime | None

    def request(self, text: str, **more: Any) -> SearchRequest:
        return SearchRequest(text=text, filters=self.filters, since=self.since, until=self.until, **more)


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


def moment(text: str, *, now: datetime) -> datetime | None:
    """A moment as typed: a date or time in Kazakhstan (UTC+5), or an age. Raises QueryError."""
    if not text:
        return None
    if text[:-1].isdigit() and text[-1] in RELATIVE:
        return now - timedelta(**{RELATIVE[text[-1]]: int(text[:-1])})
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise QueryError(text, "is no moment", remedy=f"Write {MOMENT}") from error
    return found if found.tzinfo else found.replace(tzinfo=KAZAKHSTAN)


def key_of(text: str) -> str:
    """The article id of what was typed: a URL or an id. Raises KuzetError."""
    from pipelines.urls import article_id

    if len(text) == ID_LENGTH and set(text) <= set("0123456789abcdef"):
        return text
    try:
        return article_id(text)
    except UnsafeAddressError as error:
        raise KuzetError(
            text, "is neither a web address nor an article id", remedy="`kuzet search --json` shows ids."
        ) from error


def _option(name: str, kind: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)


_OPTIONS = (
    *(_option(name, Ranks if name == "severity" else Values, None) for name in FILTERS),
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
