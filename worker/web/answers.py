"""What can come of asking a site for a document."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipelines.errors import KuzetError
from pipelines.models import Page, Validators


class Reason(StrEnum):
    """Why there is no page. A closed set: counters and outcomes are named after it."""

    UNSAFE_ADDRESS = "unsafe_address"
    ROBOTS = "robots"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    DISCONNECTED = "disconnected"
    PROTOCOL = "protocol"
    BAD_REDIRECT = "bad_redirect"
    BAD_ENCODING = "bad_encoding"
    TOO_LARGE = "too_large"
    NOT_HTML = "not_html"
    NOT_TEXT = "not_text"
    EMPTY = "empty"
    HTTP_401 = "http_401"
    HTTP_403 = "http_403"
    HTTP_404 = "http_404"
    HTTP_410 = "http_410"
    HTTP_429 = "http_429"
    HTTP_451 = "http_451"
    HTTP_503 = "http_503"
    HTTP_4XX = "http_4xx"
    HTTP_5XX = "http_5xx"
    HTTP_OTHER = "http_other"

    @property
    def is_passing(self) -> bool:
        """Whether the same request may well succeed a little later."""
        return self in PASSING


PASSING = frozenset(
    {
        Reason.DNS,
        Reason.CONNECT,
        Reason.TIMEOUT,
        Reason.DISCONNECTED,
        Reason.HTTP_429,
        Reason.HTTP_503,
        Reason.HTTP_5XX,
    }
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page. `hops`: all URLs asked for, the final one last; `moved_to`: that one if all redirects were for good."""

    page: Page
    hops: tuple[str, ...] = ()
    moved_to: str = ""

    @property
    def validators(self) -> Validators:
        headers = self.page.headers
        return Validators(
            etag=headers.get("etag", ""), last_modified=headers.get("last-modified", ""), final_url=self.page.final_url
        )


@dataclass(frozen=True, slots=True)
class NotModified:
    """The document is as it was when the validators were given."""

    final_url: str


@dataclass(frozen=True, slots=True)
class Refused:
    """There is no page. `reason.is_passing`: try again later."""

    reason: Reason
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.reason} ({self.detail})" if self.detail else str(self.reason)


@dataclass(frozen=True, slots=True)
class Later:
    """The site asks to come back: not before this moment, in epoch seconds."""

    not_before: float
    reason: Reason


FetchResult = Fetched | NotModified | Refused | Later


def word_of(answer: FetchResult) -> str:
    """Return one word for an answer: `fetched`, `not_modified`, or the reason why there is no page."""
    match answer:
        case Fetched():
            return "fetched"
        case NotModified():
            return "not_modified"
        case Refused(reason=reason) | Later(reason=reason):
            return str(reason)


class RefusalError(KuzetError):
    """Inside the client: end the fetch as Refused. `problem` becomes its detail."""

    def __init__(self, url: str, problem: str, *, reason: Reason) -> None:
        super().__init__(url, problem)
        self.reason = reason
