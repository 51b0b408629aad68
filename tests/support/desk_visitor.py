"""Someone at the desk: a client over a real socket that keeps cookies and sends forms, as a browser without scripts."""

from __future__ import annotations

import json
import re
import ssl
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from lxml import html

TOKEN = re.compile(r'name="token" value="([^"]+)"')


@dataclass(frozen=True)
class Seen:
    """An answer. `headers` have lower-case names."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def tree(self) -> html.HtmlElement:
        return html.fromstring(self.body)

    def form(self, action: str) -> dict[str, str]:
        """Return what the form with this action would send as it is; empty without such a form."""
        fields = self.tree.xpath(f"//form[@action='{action}']//*[@name and (not(@type='checkbox') or @checked)]")
        return {field.get("name"): field.value or "" for field in fields}

    @property
    def words(self) -> str:
        return " ".join(self.tree.text_content().split())


@dataclass
class DeskVisitor:
    """One browser. `base`: http://host:port; `tls`: whom it trusts, for https."""

    base: str
    tls: ssl.SSLContext | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return urlsplit(self.base).netloc

    def get(self, path: str, **headers: str) -> Seen:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, *, token: str | None = None, headers: dict[str, str] | None = None, **form: str) -> Seen:
        """Send a form as the page `path` would; its token is read from the first page unless it is given."""
        token = self.token() if token is None else token
        sent = {
            "content-type": "application/x-www-form-urlencoded",
            "origin": self.base,
            "sec-fetch-site": "same-origin",
        }
        return self.ask("POST", path, body=urlencode({"token": token, **form}), headers={**sent, **(headers or {})})

    def token(self, page: str = "/sources") -> str:
        """Read the token of this session's forms."""
        found = TOKEN.search(self.get(page).text)
        return found[1] if found else ""

    def ask(self, method: str, path: str, *, body: str | None = None, headers: dict[str, str] | None = None) -> Seen:
        connection = (
            HTTPSConnection(self.host, timeout=90, context=self.tls)
            if self.tls
            else HTTPConnection(self.host, timeout=90)
        )
        cookies = (
            {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        )
        connection.request(
            method,
            quote(path, safe="/?&=%#:+.,;@!$'()*~-_"),
            body=body,
            headers={**cookies, **self.headers, **(headers or {})},
        )
        answer = connection.getresponse()
        seen = Seen(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookies[value.partition("=")[0]] = value.partition("=")[2].partition(";")[0]
        connection.close()
        return seen
