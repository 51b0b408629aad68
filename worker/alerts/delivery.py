"""Sending one notification to one target. It is tried again until the target has said yes: a time-out is no answer."""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from urllib3.exceptions import HTTPError

from pipelines.alerts.alert import NotifyTarget
from pipelines.alerts.file_format import DESK, EMAIL, TELEGRAM, WEBHOOK
from pipelines.alerts.markup import html_of
from pipelines.alerts.speaking import Notification, split_text, subject_of, text_of
from pipelines.errors import KuzetError, UnsafeAddressError
from pipelines.urls import check_target
from worker.web.connection import Guard, exchange, find_route, guard_context
from worker.web.deadline import Deadline
from worker.web.names import Resolver
from worker.web.waiting import retry_at

TIMEOUT_S = 20.0
TELEGRAM_URL = "https://api.telegram.org"
TELEGRAM_LETTERS = 4_000
OK, REDIRECT, TOO_MANY, REQUEST_TIMEOUT, SERVER_FAULT = 200, 300, 429, 408, 500


@dataclass(frozen=True, slots=True)
class Sent:
    """The target has it."""


@dataclass(frozen=True, slots=True)
class NotYet:
    """Try again: not before that time (epoch seconds, 0: by the usual steps). accepted: what the target has already."""

    error: str
    not_before: float = 0.0
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Never:
    """The target refuses it, or may not be reached: a person has to act. accepted: what the target has already."""

    error: str
    accepted: tuple[str, ...] = ()


Delivery = Sent | NotYet | Never


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Sends to targets of all kinds. allowed_hosts: `host:port` pairs that may have a local address.

    Secrets are read from their files at each attempt, and are in no message and no log.
    """

    allowed_hosts: frozenset[str] = frozenset()
    clock: Callable[[], float]
    telegram_url: str = TELEGRAM_URL
    resolver: Resolver = field(default_factory=Resolver)
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def __post_init__(self) -> None:
        guard_context(self.tls)

    def send(self, target: NotifyTarget, notice: Notification, *, accepted: tuple[str, ...] = ()) -> Delivery:
        """Send, and say what came of it. Whatever the target does ends here as one of the three, in bounded time.

        accepted: names of parts and addresses that an earlier attempt got through; they are not sent again.
        No error holds the target's secret, though the address of a bot has it inside and errors quote addresses.
        """
        delivery = self._tried(target, notice, accepted)
        return delivery if isinstance(delivery, Sent) or not target.secret_file else without(delivery, target)

    def _tried(self, target: NotifyTarget, notice: Notification, accepted: tuple[str, ...]) -> Delivery:
        got = [*accepted]
        kinds: Mapping[str, Callable[[], Delivery]] = {
            EMAIL: lambda: self._mail(target, notice, got),
            WEBHOOK: lambda: self._hook(target, notice),
            TELEGRAM: lambda: self._telegram(target, notice, got),
            DESK: Sent,  # the log of messages is what the desk shows
        }
        delivery: Delivery
        try:
            delivery = kinds.get(target.kind, lambda: self._apprise(target, notice))()
        except (UnsafeAddressError, KuzetError) as error:
            delivery = Never(str(error))
        except (OSError, HTTPError, smtplib.SMTPException) as error:
            delivery = NotYet(f"{type(error).__name__}: {error}"[:300])
        return delivery if isinstance(delivery, Sent) else replace(delivery, accepted=tuple(got))

    def _hook(self, target: NotifyTarget, notice: Notification) -> Delivery:
        body = json.dumps(notice | {"subject": subject_of(notice)}, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": notice["key"]}
        if target.secret_file:
            headers["X-Kuzet-Signature"] = signature(secret_of(target), body)
        return self._post(target.url, body, headers)

    def _telegram(self, target: NotifyTarget, notice: Notification, got: list[str]) -> Delivery:
        """Send each part to each chat, and add its name to `got`."""
        url = f"{self.telegram_url}/bot{secret_of(target)}/sendMessage"
        parts = split_text(f"{subject_of(notice)}\n\n{text_of(notice)}", most=TELEGRAM_LETTERS)
        for chat, (number, text) in product(target.to, enumerate(parts, start=1)):
            name = f"{chat} part {number} of {len(parts)}"
            if name in got:
                continue
            body = json.dumps({"chat_id": chat, "text": text, "disable_web_page_preview": True}).encode()
            delivery = self._post(url, body, {"Content-Type": "application/json", "Idempotency-Key": notice["key"]})
            if not isinstance(delivery, Sent):
                return delivery
            got.append(name)
        return Sent()

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> Delivery:
        target = check_target(url, allowed_hosts=self.allowed_hosts)
        guard = Guard(Deadline.after(TIMEOUT_S))
        route = find_route(target, resolver=self.resolver, allowed_hosts=self.allowed_hosts, guard=guard)
        own = {"User-Agent": "kuzet", "Connection": "close"}
        with exchange(route, headers=own | headers, tls=self.tls, method="POST", body=body) as got:
            return judged(got.status, got.headers.get("retry-after", ""), now=self.clock())

    def _mail(self, target: NotifyTarget, notice: Notification, got: list[str]) -> Delivery:
        """Send one mail to all addresses, and add those that the server takes to `got`: it may refuse each of them."""
        addresses = [address for address in target.to if address not in got]
        server = urlsplit(target.url)
        port = server.port or (465 if server.scheme == "smtps" else 587)
        if server.scheme == "smtps":
            client: smtplib.SMTP = smtplib.SMTP_SSL(server.hostname or "", port, timeout=TIMEOUT_S, context=self.tls)
        else:
            client = smtplib.SMTP(server.hostname or "", port, timeout=TIMEOUT_S)
        with client:
            client.ehlo()
            if server.scheme != "smtps" and client.has_extn("starttls"):
                client.starttls(context=ssl.create_default_context())
            if server.username and target.secret_file:
                client.login(unquote(server.username), secret_of(target))
            try:
                refused = client.send_message(message_of(target, notice), to_addrs=addresses)
            except smtplib.SMTPRecipientsRefused as error:
                refused = error.recipients
            except smtplib.SMTPResponseException as error:
                said = f"{error.smtp_code} {error.smtp_error!r}"
                return NotYet(said) if error.smtp_code < SERVER_FAULT else Never(said)
        got += [address for address in addresses if address not in refused]
        return refused_addresses(refused) if refused else Sent()

    def _apprise(self, target: NotifyTarget, notice: Notification) -> Delivery:
        try:
            import apprise  # noqa: PLC0415  an extra that few need
        except ImportError:
            return Never("apprise is not installed: pip install 'kuzet[apprise]'")
        service: Any = apprise.Apprise()
        service.add(secret_of(target) if target.secret_file else target.url)
        said = service.notify(title=subject_of(notice), body=text_of(notice))
        return Sent() if said else NotYet("the service of apprise did not take it")


def refused_addresses(refused: Mapping[str, tuple[int, bytes]]) -> Delivery:
    """Say what it means that a mail server refuses addresses: 450 is «later» (greylisting), 550 «never»."""
    said = f"the server does not take {', '.join(f'{address} ({code})' for address, (code, _) in refused.items())}"
    return NotYet(said) if any(code < SERVER_FAULT for code, _ in refused.values()) else Never(said)


def judged(status: int, retry_after: str, *, now: float) -> Delivery:
    """Say what an answer of HTTP means for a message."""
    if OK <= status < REDIRECT:
        return Sent()
    if status in (TOO_MANY, REQUEST_TIMEOUT) or status >= SERVER_FAULT:
        return NotYet(f"HTTP {status}", retry_at(retry_after, now=now) or 0.0 if retry_after else 0.0)
    return Never(f"HTTP {status}")


def signature(secret: str, body: bytes) -> str:
    """Return `sha256=` and the HMAC of a body: by it a receiver knows that a message is ours."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def secret_of(target: NotifyTarget) -> str:
    """Read a target's secret. Raises KuzetError, which names the file."""
    try:
        return Path(target.secret_file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise KuzetError(
            target.secret_file, f"the secret of {target.name} cannot be read ({error.strerror})"
        ) from error


def without(delivery: NotYet | Never, target: NotifyTarget) -> Delivery:
    """Take the target's secret out of an error."""
    try:
        said = delivery.error.replace(secret_of(target) or "\0", "…")
    except KuzetError:
        return delivery  # what cannot be read was not sent either
    return replace(delivery, error=said)


def message_of(target: NotifyTarget, notice: Notification) -> EmailMessage:
    """Return a notification as a mail, plain and HTML; its id is the notification's key, at each attempt."""
    message = EmailMessage()
    message["Subject"] = " ".join(subject_of(notice).split())[:200]
    message["From"] = target.sender
    message["To"] = ", ".join(target.to)
    message["Message-ID"] = f"<{notice['key']}@kuzet>"
    message["Idempotency-Key"] = notice["key"]
    message.set_content(text_of(notice))
    message.add_alternative(html_of(notice), subtype="html")
    return message
