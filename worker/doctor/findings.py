"""What a check found, and how a round of checks goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from redis.exceptions import RedisError

from pipelines.errors import KuzetError
from worker.state.refusals import meaning

if TYPE_CHECKING:
    from worker.runtime import Runtime


class Verdict(StrEnum):
    """OK: as it should be. WARNING: it works, and a person should look. PROBLEM: something does not work."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. `remedy`: what to do, empty when nothing is wrong."""

    about: str
    verdict: Verdict
    sentence: str
    remedy: str = ""


Find: TypeAlias = tuple[Verdict, str, str]
"""Verdict, sentence and remedy of one thing that a check looked at."""

Check: TypeAlias = Callable[["Runtime"], Iterable[Find]]


def ok(sentence: str) -> Find:
    return Verdict.OK, sentence, ""


def warning(sentence: str, remedy: str) -> Find:
    return Verdict.WARNING, sentence, remedy


def problem(sentence: str, remedy: str) -> Find:
    return Verdict.PROBLEM, sentence, remedy


def examine(runtime: Runtime, checks: Mapping[str, Check]) -> Iterator[Finding]:
    """Do the checks in turn. One that cannot be done is a problem of its own; the others go on."""
    for about, check in checks.items():
        try:
            for verdict, sentence, remedy in check(runtime):
                yield Finding(about=about, verdict=verdict, sentence=sentence, remedy=remedy)
        except KuzetError as error:
            yield _failed(about, error)
        except RedisError as error:
            yield _failed(about, meaning(runtime.settings.broker_url, error))


def _failed(about: str, error: KuzetError) -> Finding:
    return Finding(
        about=about, verdict=Verdict.PROBLEM, sentence=f"{error.subject}: {error.problem}", remedy=error.remedy
    )
