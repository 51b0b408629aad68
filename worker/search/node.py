"""Speaking to OpenSearch through the Elasticsearch client."""

from __future__ import annotations

from dataclasses import replace

from elastic_transport import HttpHeaders, Urllib3HttpNode
from elastic_transport._node import NodeApiResponse  # not exported, yet what a node must return
from elastic_transport.client_utils import DEFAULT, DefaultType

_MEDIA_TYPES = {
    "application/vnd.elasticsearch+json": "application/json",
    "application/vnd.elasticsearch+x-ndjson": "application/x-ndjson",
}


class OpenSearchNode(Urllib3HttpNode):
    """Puts right what keeps the client from OpenSearch: its media types, and a header it wants to see in answers.

    Only for a server that has said it is OpenSearch, and for asking it; Elasticsearch gets what its own client sends.
    """

    def perform_request(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: HttpHeaders | None = None,
        request_timeout: DefaultType | float | None = DEFAULT,
    ) -> NodeApiResponse:
        answer = super().perform_request(method, target, body, _plain(headers), request_timeout)
        marked = HttpHeaders(answer.meta.headers)
        marked["x-elastic-product"] = "Elasticsearch"
        return NodeApiResponse(replace(answer.meta, headers=marked), answer.body)


def _plain(headers: HttpHeaders | None) -> HttpHeaders:
    """Name media types without vendor and version."""
    plain = HttpHeaders(headers or {})
    for name in ("accept", "content-type"):
        vendor = (plain.get(name) or "").partition(";")[0].strip()
        if vendor in _MEDIA_TYPES:
            plain[name] = _MEDIA_TYPES[vendor]
    return plain
