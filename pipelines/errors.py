"""One tree of errors; each leaf says what the caller must decide. All of them pickle and name what they are about."""

from __future__ import annotations

from collections.abc import Mapping


class KuzetError(Exception):
    """A fault that one sentence explains to a person.

    subject: the URL, file or id it is about; problem: what is wrong; remedy: the way out, if there is one.
    """

    def __init__(self, subject: str, problem: str, *, remedy: str = "") -> None:
        super().__init__(subject, problem)
        self.subject = subject
        self.problem = problem
        self.remedy = remedy

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)

    def __str__(self) -> str:
        sentence = f"{self.subject}: {self.problem}"
        return f"{sentence}. {self.remedy}" if self.remedy else sentence


def _rebuild(kind: type[KuzetError], args: tuple[object, ...], state: dict[str, object]) -> KuzetError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class UsageError(KuzetError):
    """A person asked for what cannot be done as asked: they ask again in another way."""


class ConfigError(KuzetError):
    """A file of ours is wrong: keep what was loaded before and show file, line and key."""

    def __init__(self, file: str, problem: str, *, line: int | None = None, key: str = "", remedy: str = "") -> None:
        where = ", ".join(filter(None, (file, f"line {line}" if line else "", f"key {key!r}" if key else "")))
        super().__init__(where, problem, remedy=remedy)
        self.file = file
        self.line = line
        self.key = key


class UnreadableFileError(ConfigError):
    """A file of ours is missing or may not be read: the setting that names it is wrong, or its folder's."""


class FeedUnusableError(KuzetError):
    """The document is not a feed, or holds nothing usable: record the poll as failed and look again later.

    reason: a stable word for counters, such as `html`, `empty`, `no_entries`, `too_large`, `broken`.
    dropped: items of the document, by the reason why each is no entry.
    """

    def __init__(self, url: str, problem: str, *, reason: str, dropped: Mapping[str, int] | None = None) -> None:
        super().__init__(url, problem)
        self.reason = reason
        self.dropped = dict(dropped or {})


class PageUnusableError(KuzetError):
    """No article can be read from the page: fall back to the feed's text.

    reason: a stable word for counters, such as `challenge`, `paywall`, `too_many_elements`, `no_text`, `not_html`.
    """

    def __init__(self, url: str, problem: str, *, reason: str) -> None:
        super().__init__(url, problem)
        self.reason = reason


class UnsafeAddressError(KuzetError):
    """The URL or an address behind it may not be fetched: refuse it for good."""


class QueryError(KuzetError):
    """The search request cannot be asked in this form: show the reason."""


class EngineUnavailableError(KuzetError):
    """The broker or the search engine does not answer: keep the work where it is and try again later."""


class EngineRefusedError(KuzetError):
    """The search engine answered no (password, version, mapping, full disk): a person has to act."""
