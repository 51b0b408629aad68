"""What an error answer of the search engine means."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pipelines.errors import EngineRefusedError, EngineUnavailableError
from worker.search.bulk import BulkStatus, _result
from worker.search.errors import refusal

WAITS = (429, 500, 502, 503, 504)
SENT = SimpleNamespace(article_id="a1", version=1, document={})


@pytest.mark.parametrize("status", WAITS)
def test_a_status_means_the_same_for_a_request_and_for_one_document(status):
    """500 was «refused» for a request and «later» for a document of a bulk, so the drain and a rebuild disagreed."""
    error = {"type": "x", "reason": "broken"}
    assert isinstance(refusal("E", status=status, error=error), EngineUnavailableError)
    assert _result(SENT, {"status": status, "error": error}, address="E").status is BulkStatus.RETRY


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
def test_what_a_person_must_mend_is_refused(status):
    """Trying again would never help."""
    assert isinstance(refusal("E", status=status, error={"reason": "no"}), EngineRefusedError)
