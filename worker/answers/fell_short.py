"""Topics that words of an article speak for, only not enough: found again by the rules of today.

`python -m worker.answers.fell_short` tags in a process of its own, which gives the memory of the rules back.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.errors import KuzetError
from worker.answers.shapes import MissRow
from worker.files.layers import Layers
from worker.files.rules import RuleFiles

if TYPE_CHECKING:
    from worker.runtime import Runtime

LONGEST_S = 60.0


def fell_short(runtime: Runtime, document: Mapping[str, Any]) -> list[MissRow]:
    """Return the topics that an article nearly has, the nearest first. Raises KuzetError when it cannot be tagged."""
    settings = runtime.settings
    asked = {
        "folders": [str(each or "") for each in (settings.config, settings.site, settings.cache / "rules")],
        "title": document["title"],
        "body": document.get("body", ""),
        "language": document["language"],
    }
    command, sent = [sys.executable, "-m", __spec__.name], json.dumps(asked).encode()
    try:
        done = subprocess.run(command, input=sent, stdout=subprocess.PIPE, timeout=LONGEST_S, check=True)  # noqa: S603  # ours
    except subprocess.SubprocessError as error:
        raise KuzetError("The article", "could not be tagged again") from error
    found: list[MissRow] = json.loads(done.stdout)
    return found


def misses(folders: list[str], *, title: str, body: str, language: str) -> list[dict[str, Any]]:
    """Tag a text, and return what fell short as JSON holds it. folders: config, site (or empty), cache of rules."""
    base, site, cache = folders
    rules = RuleFiles(Layers(Path(base), Path(site) if site else None), cache=Path(cache))
    found = rules.tagger().tag(title, body, language=language).misses
    return [asdict(tag) for tag in sorted(found, key=lambda tag: tag.threshold - tag.score)]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(misses(**json.load(sys.stdin))))
