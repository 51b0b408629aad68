"""Results of long proofs, a line of JSON each, appended to benchmarks/proofs.jsonl."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "proofs.jsonl"


def stamped(proof: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result with the name of its proof, the time and the machine's cores."""
    return {"proof": proof, "at": datetime.now(UTC).isoformat(timespec="seconds"), "cores": os.cpu_count(), **facts}


def append(result: Mapping[str, Any]) -> None:
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(result, ensure_ascii=False) + "\n")


def results(proof: str) -> list[dict[str, Any]]:
    """Read what was appended for a proof, oldest first."""
    lines = RESULTS.read_text(encoding="utf-8").splitlines()
    return [found for line in lines if (found := json.loads(line))["proof"] == proof]
