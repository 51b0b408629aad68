"""One request as the pages see it: who asks, in which language, for what; and what a page answers with."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from starlette.requests import Request

from pipelines.time_zone import KAZAKHSTAN
from worker.answers.labels import Names
from worker.desk.access import LOCAL, Door, Role, Visitor, host_name
from worker.desk.asked import Pairs
from worker.desk.translations import LANGUAGES, preferred, translations

if TYPE_CHECKING:
    from worker.desk.desk import Desk
    from worker.runtime import Runtime

SESSION, LANGUAGE, THEME = "kuzet_desk", "kuzet_language", "kuzet_theme"
"""Names of the cookies."""
THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request. `token`: of the session, also of a visitor without an account; forms are bound to it."""

    desk: Desk
    visitor: Visitor | None
    token: str
    language: str
    names: Names
    theme: str
    path: str
    part: Mapping[str, str]
    pairs: Pairs
    form: Mapping[str, str]
    peer: str
    base: str
    now: datetime

    @property
    def runtime(self) -> Runtime:
        return self.desk.runtime

    @property
    def form_token(self) -> str:
        return self.desk.form_token(self.token)

    def say(self, text: str) -> str:
        """Translate a text of the desk."""
        return translations(self.language).gettext(text)

    def said(self, text: str) -> str:
        """Translate a text that comes from data; one that no catalog has stays as it is."""
        return translations(self.language).gettext(text) if text else ""

    def may(self, role: Role) -> bool:
        return self.visitor is not None and self.visitor.role.covers(role)

    def note(self, what: str, subject: str) -> None:
        """Write a change into the log."""
        who = self.visitor.name if self.visitor else ""
        self.desk.changes.note(who, what, subject, at=self.now.timestamp(), peer=self.peer)

    def one(self, name: str, default: str = "") -> str:
        """Return the last value of a parameter of the query."""
        return dict(self.pairs).get(name, default)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A page: its template with values, and the same as data. Without a template it is data alone.

    row: JSON, or what makes it: a page that is read by a person needs no data.
    """

    template: str = ""
    row: Any = None
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    images: bool = False
    """Let this page load images of other sites: the visitor asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Go on to another page of the desk, after a change. `session`: a new token of the session, if it changed."""

    to: str
    session: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file, made while it is sent."""

    content: Iterable[bytes]
    content_type: str
    name: str = ""


Result = View | Moved | Download
Answering = Callable[[Visit], Result]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One address of the desk. `shape`: the type of its JSON, if it has a twin at `twin`."""

    path: str
    answer: Answering
    about: str
    role: Role = Role.READER
    change: Role | None = None
    """Who may change something here; None for a page that changes nothing."""
    title: str = ""
    """Its name among the sections; empty for a page that no section leads to."""
    twin: str = ""
    shape: Any = None

    @property
    def is_file(self) -> bool:
        """True if programs ask for it: a table, a feed, data."""
        return "." in self.path


def read_visit(desk: Desk, request: Request, form: Mapping[str, str]) -> Visit:
    """Read a request. The visitor is None for someone who has to sign in."""
    token, visitor = identify(desk, request)
    query = tuple(request.query_params.multi_items())
    given = dict(query)
    language = _one_of(LANGUAGES, given.get("lang"), request.cookies.get(LANGUAGE))
    language = language or preferred(request.headers.get("accept-language", ""))
    return Visit(
        desk=desk,
        visitor=visitor,
        token=token or desk.new_token(),
        language=language,
        names=desk.names(language),
        theme=_one_of(THEMES, given.get("theme"), None if given.get("theme") else request.cookies.get(THEME)),
        path=request.url.path,
        part=dict(request.path_params),
        pairs=query,
        form=form,
        peer=peer_of(request),
        base=str(request.base_url).rstrip("/"),
        now=datetime.now(KAZAKHSTAN),
    )


def identify(desk: Desk, request: Request) -> tuple[str, Visitor | None]:
    """Return the session's token, empty for a new one, and who it is; None for someone who is not known."""
    door: Door = desk.door
    token = desk.read_token(request.cookies.get(SESSION, ""))
    if door.proxy_header and door.trusts(peer_of(request)) and (name := request.headers.get(door.proxy_header, "")):
        account = desk.accounts.get(name)
        return token, Visitor(name[:64], account.role if account else Role.READER)
    if token and (found := desk.sessions.find(token) if desk.accounts else None):
        name, epoch = found
        account = desk.accounts.get(name)
        if account and hmac.compare_digest(account.epoch, epoch):
            return token, Visitor(name, account.role, is_signed_in=True)
    is_open = door.is_local and not desk.accounts and not door.proxy_header
    return token, LOCAL if is_open else None


def peer_of(request: Request) -> str:
    return request.client.host if request.client else ""


def is_same_origin(request: Request) -> bool:
    """True if a browser says that the request was made by a page of the desk; a program says nothing of it."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return site == "same-origin"
    scheme, _, host = origin.partition("://")
    return scheme in {"http", "https"} and host.casefold() == request.headers.get("host", "").casefold()


def refusal(desk: Desk, request: Request) -> str:
    """Say why a request is not answered at all; empty for one that is."""
    host = request.headers.get("host", "")
    if not desk.door.answers_to(host):
        return f"The desk is not called {host_name(host)[:80]}. KUZET_DESK_NAMES names its hosts."
    if desk.door.is_unsafe_proxy(request.headers, has_accounts=bool(desk.accounts)):
        return (
            "This came by a proxy, and anyone may come that way: name it in KUZET_DESK_PROXY_HEADER and "
            "KUZET_DESK_PROXY_NETWORKS, or make accounts with `kuzet desk user add`."
        )
    return ""


def _one_of(allowed: Container[str], *values: str | None) -> str:
    return next((value for value in values if value and value in allowed), "")
