"""Signing in and out. A new session begins at every sign-in, and tries are counted by name and by address."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request

from worker.desk.access import Role
from worker.desk.visits import Moved, Page, View, Visit

MOST_TRIES = 10
"""Tries of one name, or from one address, in a quarter of an hour."""
OPEN = frozenset({"/sign-in"})
"""Pages for those who are not known yet."""


def address(request: Request) -> str:
    """Return where to sign in, and to come back to afterwards."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"/sign-in?{urlencode({'next': request.url.path + query})}"


def ask(visit: Visit) -> View | Moved:
    """Return the form."""
    if visit.visitor is not None:
        return Moved(to="/")
    return form(visit, "", status=200)


def form(visit: Visit, sentence: str, *, status: int) -> View:
    values = {
        "next": visit.form.get("next") or visit.one("next"),
        "sentence": sentence,
        "name": visit.form.get("name", ""),
    }
    return View(template="sign_in.html", row={"error": sentence}, values=values, status=status)


def sign_in(visit: Visit) -> View | Moved:
    """Begin a session for who knows the password of an account."""
    name, password = visit.form.get("name", "").strip(), visit.form.get("password", "")
    whom = (f"name {name.casefold()}", f"from {visit.peer}")
    if visit.desk.sessions.tried(*whom) > MOST_TRIES:
        return form(visit, visit.say("Too many tries. Wait a quarter of an hour."), status=429)
    if not visit.desk.accounts.matches(name, password):
        return form(visit, visit.say("Name and password do not belong together."), status=403)
    visit.desk.sessions.forgive(*whom)
    account = visit.desk.accounts.all()[name]
    token = visit.desk.sessions.begin(name, epoch=account.epoch)
    visit.desk.changes.note(name, "signed in", "", at=visit.now.timestamp(), peer=visit.peer)
    return Moved(to=own_address(visit.form.get("next", "")), session=token)


def sign_out(visit: Visit) -> Moved:
    """End the session."""
    visit.desk.sessions.end(visit.token)
    return Moved(to="/sign-in", session=visit.desk.new_token())


def own_address(wanted: str) -> str:
    r"""Return an address of the desk to go on to; the first page instead of any other site's.

    A browser takes `//host` and `/\host` for another host, and drops tabs and line ends before it looks.
    """
    is_own = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if is_own and wanted.isprintable() and "\\" not in wanted else "/"


PAGES = (
    Page(path="/sign-in", answer=ask, about="The form to sign in."),
    Page(path="/sign-in", answer=sign_in, about="Sign in.", change=Role.READER),
    Page(path="/sign-out", answer=sign_out, about="Sign out.", change=Role.READER),
)
