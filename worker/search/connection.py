"""A client for the engine at the search URL, which says whether it is Elasticsearch or OpenSearch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from elasticsearch import Elasticsearch

from config.settings import Settings
from pipelines.errors import EngineRefusedError
from worker.search.errors import engine_errors, not_an_engine
from worker.search.node import OpenSearchNode

CONNECTIONS = 16
"""Threads of one process that may ask at the same time."""


class Product(StrEnum):
    ELASTICSEARCH = "Elasticsearch"
    OPENSEARCH = "OpenSearch"


OLDEST = {Product.ELASTICSEARCH: 9, Product.OPENSEARCH: 3}


@dataclass(frozen=True, slots=True)
class Server:
    """Who answered `GET /`."""

    product: Product
    version: str

    def __str__(self) -> str:
        return f"{self.product} {self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineAddress:
    """URL and credentials of the engine. Printed, it holds no password."""

    url: str
    username: str = ""
    password: str = ""
    ca: Path | None = None
    timeout_s: float = 30.0

    @classmethod
    def of(cls, settings: Settings) -> EngineAddress:
        return cls(
            url=settings.search_url,
            username=settings.search_username,
            password=settings.search_password.get_secret_value(),
            ca=settings.search_ca,
            timeout_s=settings.search_timeout_s,
        )

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        return f"The search engine at {parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    def __repr__(self) -> str:
        return f"<{self}>"


def open_client(address: EngineAddress) -> tuple[Elasticsearch, Server]:
    """Ask the server what it is, and return the client that suits it.

    The first request has a form that both engines understand. Raises EngineUnavailableError when nothing answers and
    EngineRefusedError when it is another product, too old, or does not accept the credentials.
    """
    if not address.url:
        raise EngineRefusedError("The search engine", "its address is not set", remedy="Set KUZET_SEARCH_URL.")
    asking = Elasticsearch(address.url, node_class=OpenSearchNode, **_options(address))
    with engine_errors(str(address)):
        server = _server(asking.info().body, address=address)
    if server.product is Product.OPENSEARCH:
        return asking, server
    asking.close()
    return Elasticsearch(address.url, **_options(address)), server


def _options(address: EngineAddress) -> dict[str, Any]:
    """Options of the client. No retries of its own: what failed stays in the outbox and comes again."""
    options: dict[str, Any] = {
        "request_timeout": address.timeout_s,
        "max_retries": 0,
        "connections_per_node": CONNECTIONS,
    }
    if address.username:
        options["basic_auth"] = (address.username, address.password)
    if address.ca and address.url.startswith("https:"):
        if not address.ca.is_file():
            raise EngineRefusedError(str(address.ca), "there is no such file", remedy="Check KUZET_SEARCH_CA.")
        options["ca_certs"] = str(address.ca)
    return options


def _server(answer: object, *, address: EngineAddress) -> Server:
    described = answer.get("version") if isinstance(answer, dict) else None
    version = described if isinstance(described, dict) else {}
    number = str(version.get("number", ""))
    major, dot, _ = number.partition(".")
    if not (dot and major.isdigit()):
        raise not_an_engine(str(address))
    product = Product.OPENSEARCH if version.get("distribution") == "opensearch" else Product.ELASTICSEARCH
    if int(major) < OLDEST[product]:
        problem = f"it is {product} {number}, which is too old"
        raise EngineRefusedError(str(address), problem, remedy=f"kuzet needs {product} {OLDEST[product]} or newer.")
    return Server(product, number)
