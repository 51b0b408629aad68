"""The web application: addresses, the checks that every request passes, headers, errors."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Container, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import anyio
from anyio import to_thread
from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipelines.errors import EngineRefusedError, EngineUnavailableError, KuzetError, QueryError, UsageError
from worker.desk import (
    alerts,
    article,
    exports,
    fell_short,
    live,
    machine,
    now,
    places,
    revisions,
    search,
    signing_in,
    sources,
    stories,
    watch,
)
from worker.desk.access import Role
from worker.desk.asked import query_string
from worker.desk.desk import Desk
from worker.desk.rendering import render, static_files
from worker.desk.translations import LANGUAGES, preferred
from worker.desk.visits import (
    LANGUAGE,
    SESSION,
    THEME,
    Download,
    Moved,
    Page,
    Result,
    View,
    Visit,
    is_same_origin,
    read_visit,
    refusal,
)
from worker.state.refusals import meaning

DONE: dict[str, str] = {**alerts.DONE, **article.DONE, **search.DONE, **sources.DONE, **watch.DONE}
"""What a page says after a change, by the word in its address."""
PAGES: tuple[Page, ...] = (
    *now.PAGES,
    *stories.PAGES,
    *search.PAGES,
    *exports.PAGES,
    *revisions.PAGES,
    *fell_short.PAGES,
    *article.PAGES,
    *places.PAGES,
    *alerts.PAGES,
    *sources.PAGES,
    *watch.PAGES,
    *signing_in.PAGES,
)
THREADS = 12
"""Each thread keeps memory of its own; readers wait for one another rather than for the machine."""
LARGEST_FORM_BYTES = 1_000_000
A_YEAR_S = 365 * 86_400
STATUS_OF: Mapping[type[Exception], int] = {
    UsageError: 400,
    QueryError: 400,
    EngineUnavailableError: 503,
    EngineRefusedError: 502,
    RedisError: 503,
    KuzetError: 404,
}
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'{images}; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def build(desk: Desk) -> Starlette:
    """Make the application."""
    routes = [Route("/static/{path:path}", static_file), Route("/healthz", machine.healthz)]
    routes += [Route("/metrics", endpoint(desk, machine.METRICS)), Route("/openapi.json", endpoint(desk, described()))]
    routes += [Route("/now/events", live.events(desk))]
    for page in PAGES:
        methods = ["POST"] if page.change else ["GET"]
        if page.twin:  # first, for an address such as /article/{id} takes `.json` for a part of the id
            routes.append(Route(page.twin, endpoint(desk, page, as_json=True), methods=["GET"]))
        routes.append(Route(page.path, endpoint(desk, page), methods=methods))

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        async with anyio.create_task_group() as group:
            group.start_soon(machine.beat, desk.runtime.settings.alive_file)
            yield
            group.cancel_scope.cancel()
        desk.runtime.redis.close()

    app = Starlette(
        routes=routes,
        lifespan=life,
        exception_handlers={HTTPException: missing, Exception: broken},
    )
    app.add_middleware(Guard, desk=desk)
    return app


def described() -> Page:
    """Return the page that describes all others for programs."""
    return Page(path="/openapi.json", answer=lambda _: View(row=machine.openapi(PAGES)), about="This description.")


class Guard:
    """The first to see a request: refuses hosts that are not ours, and gives every answer its headers."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self.app = app
        self.desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.monotonic()
        request = Request(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                machine.count(scope, status=message["status"], seconds=time.monotonic() - began)
                message["headers"] = [
                    *message["headers"],
                    *_headers(message["headers"], is_tls=scope["scheme"] == "https"),
                ]
            await send(message)

        if problem := refusal(self.desk, request):
            await PlainTextResponse(problem, status_code=421)(scope, receive, send_with_headers)
            return
        await self.app(scope, receive, send_with_headers)


def _headers(present: list[tuple[bytes, bytes]], *, is_tls: bool) -> list[tuple[bytes, bytes]]:
    names = {name.lower() for name, _ in present}
    wanted = {**HEADERS, "content-security-policy": POLICY.format(images=""), "cache-control": "private, no-cache"}
    if is_tls:
        wanted["strict-transport-security"] = f"max-age={A_YEAR_S}"
    return [(name.encode(), value.encode()) for name, value in wanted.items() if name.encode() not in names]


def endpoint(desk: Desk, page: Page, *, as_json: bool = False) -> Callable[[Request], Any]:
    """Return what answers an address: reads the form, and lets the page work in a thread."""

    async def answer(request: Request) -> Response:
        form = await read_form(request) if page.change else {}
        return await run_in_threadpool(respond, desk, page, request, form, as_json=as_json)

    return answer


async def read_form(request: Request) -> dict[str, str]:
    """Read the fields of a form; a file is read as its text. Raises HTTPException for one that is too large."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > LARGEST_FORM_BYTES:
        raise HTTPException(413)
    async with request.form(max_files=1, max_fields=50, max_part_size=LARGEST_FORM_BYTES) as form:
        return {
            name: value if isinstance(value, str) else (await value.read()).decode("utf-8", "replace")
            for name, value in form.items()
        }


def respond(desk: Desk, page: Page, request: Request, form: Mapping[str, str], *, as_json: bool) -> Response:
    """Answer one request: who is it, may they, is the change from a form of ours; then what the page says."""
    try:
        visit = read_visit(desk, request, form)
        result = stopped(visit, page, request, as_json=as_json) or answer_of(visit, page)
    except (KuzetError, RedisError) as error:
        return failed(desk, request, error, as_json=as_json or page.is_file)
    return response(visit, result, page, as_json=as_json, request=request)


def answer_of(visit: Visit, page: Page) -> Result:
    """Return what the page says, or in its frame what is wrong. Raises RedisError, and KuzetError for a file."""
    try:
        return page.answer(visit)
    except KuzetError as error:
        if page.is_file:
            raise
        return problem(status_of(error), str(error))


def stopped(visit: Visit, page: Page, request: Request, *, as_json: bool) -> Result | None:
    """Return what is answered instead of the page to someone who may not see it or change that."""
    if page.change and not (is_same_origin(request) and _has_token(visit)):
        return problem(403, visit.say("This form was not made by this page, or it is too old. Open the page again."))
    if visit.visitor is None and page.path not in signing_in.OPEN:
        if as_json or page.change:
            return problem(401, visit.say("Sign in first."))
        return Moved(to=signing_in.address(request))
    if page.path not in signing_in.OPEN and not visit.may(page.change or page.role):
        return problem(403, visit.say("Your role does not allow this."))
    return None


def _has_token(visit: Visit) -> bool:
    return hmac.compare_digest(visit.form.get("token", "").encode(), visit.form_token.encode())


def problem(status: int, sentence: str) -> View:
    return View(template="problem.html", row={"error": sentence}, values={"sentence": sentence}, status=status)


def response(visit: Visit, result: Result, page: Page, *, as_json: bool, request: Request) -> Response:
    """Write a result as HTTP, with the cookies that the visit needs."""
    match result:
        case Moved():
            answered: Response = RedirectResponse(result.to, status_code=303)
        case Download():
            headers = {"content-disposition": f'attachment; filename="{result.name}"'} if result.name else {}
            answered = StreamingResponse(iter(result.content), media_type=result.content_type, headers=headers)
        case View() if as_json or not result.template:
            answered = json_response(result.row() if callable(result.row) else result.row, status=result.status)
        case View():
            answered = html_response(visit, result, twin=twin_of(page, visit))
    set_cookies(visit, result, answered, request)
    return answered


def twin_of(page: Page, visit: Visit) -> str:
    """Return the address of the same page as JSON; empty for a page that has no twin."""
    twin = page.twin
    for name, value in visit.part.items():
        twin = twin.replace(f"{{{name}:str}}", quote(value, safe=""))
    query = query_string(pair for pair in visit.pairs if pair[0] not in {"lang", "theme", "done"})
    return f"{twin}{query if len(query) > 1 else ''}" if twin else ""


def json_response(row: Any, *, status: int = 200) -> Response:  # noqa: ANN401  any JSON
    text = json.dumps(row, ensure_ascii=False, default=str)
    return Response(text, status_code=status, media_type="application/json")


def html_response(visit: Visit, view: View, *, twin: str = "") -> Response:
    page = render(
        view.template,
        visit.language,
        {"visit": visit, "names": visit.names, **frame(visit), "twin": twin, **view.values},
    )
    answered = Response(page, status_code=view.status, media_type="text/html")
    if view.images:
        answered.headers["content-security-policy"] = POLICY.format(images=" https: http:")
    return answered


def frame(visit: Visit) -> dict[str, Any]:
    """Return what the layout of every page shows."""
    sections = [(page.path, visit.say(page.title)) for page in PAGES if page.title]
    return {
        "language": visit.language,
        "languages": LANGUAGES,
        "theme": visit.theme,
        "visitor": visit.visitor,
        "roles": Role,
        "sections": sections,
        "section": section_of(visit.path),
        "here": lambda **values: query_string([*others(visit, values), *values.items()]),
        "done": visit.say(DONE[visit.one("done")]) if visit.one("done") in DONE else "",
        "twin": "",
    }


def others(visit: Visit, names: Container[str]) -> list[tuple[str, str]]:
    return [pair for pair in visit.pairs if pair[0] not in names and pair[0] != "done"]


def section_of(path: str) -> str:
    """Return the section that an address belongs to; empty for none."""
    paths = [page.path for page in PAGES if page.title]
    return next((each for each in paths if path == each or (each != "/" and path.startswith(f"{each}/"))), "")


def set_cookies(visit: Visit, result: Result, answered: Response, request: Request) -> None:
    """Remember session, language and theme."""
    is_tls = request.url.scheme == "https"
    session = result.session if isinstance(result, Moved) and result.session is not None else visit.token
    if visit.desk.read_token(request.cookies.get(SESSION, "")) != session:
        value = visit.desk.signed(session)
        answered.set_cookie(SESSION, value, httponly=True, samesite="lax", secure=is_tls, path="/")
    for name, cookie, value in (("lang", LANGUAGE, visit.language), ("theme", THEME, visit.theme)):
        if name in request.query_params:
            answered.set_cookie(cookie, value, max_age=A_YEAR_S, samesite="lax", secure=is_tls, path="/")


def failed(desk: Desk, request: Request, error: Exception, *, as_json: bool) -> Response:
    """Say in one sentence what is wrong, also when the broker is away and no one can be recognised."""
    sentence = str(meaning(desk.runtime.settings.broker_url, error)) if isinstance(error, RedisError) else str(error)
    return bare(request, status_of(error), sentence, as_json=as_json)


def status_of(error: Exception) -> int:
    return next(code for kind, code in STATUS_OF.items() if isinstance(error, kind))


def bare(request: Request, status: int, sentence: str, *, as_json: bool) -> Response:
    """Answer with a sentence alone, in a page without a visitor."""
    if as_json:
        return json_response({"error": sentence}, status=status)
    language = request.cookies.get(LANGUAGE, "")
    language = language if language in LANGUAGES else preferred(request.headers.get("accept-language", ""))
    values: dict[str, Any] = {
        "sentence": sentence,
        "language": language,
        "languages": {},
        "theme": request.cookies.get(THEME, ""),
    }
    values |= {"visitor": None, "visit": None, "done": "", "twin": "", "here": query_string}
    return Response(render("problem.html", language, values), status_code=status, media_type="text/html")


async def missing(request: Request, error: Exception) -> Response:
    """Answer for addresses that are no page, and methods that a page does not know."""
    code, detail = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, "")
    sentence = "There is no such page." if code == 404 else detail  # noqa: PLR2004  not found
    return bare(request, code, sentence, as_json=request.url.path.endswith(".json"))


async def broken(_request: Request, _error: Exception) -> Response:
    """Answer a fault of ours without its details, which the log has."""
    return PlainTextResponse("The desk has failed; its log says why.", status_code=500)


async def static_file(request: Request) -> Response:
    """Answer with a file of the desk; there are no others."""
    found = static_files().get(request.path_params["path"])
    if found is None:
        raise HTTPException(404)
    content, content_type = found
    return Response(
        content, media_type=content_type, headers={"cache-control": f"public, max-age={A_YEAR_S}, immutable"}
    )
