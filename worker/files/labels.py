"""The labels of topics, severities and contexts, read from the config folder in a few milliseconds."""

from __future__ import annotations

from pathlib import Path

from pipelines.tagging.rules.labels import LABELS_FILE, Labels, parse_labels
from worker.files.text import read_text


def read_labels(folder: Path) -> Labels:
    """Return the labels of a config folder; its ids are also what a shell may complete.

    A folder without labels.yaml has labels of topics only. Raises ConfigError.
    """
    rules = {f"rules/{file.name}": read_text(file) for file in sorted((folder / "rules").glob("*.yaml"))}
    shared = folder / LABELS_FILE
    return parse_labels(rules, read_text(shared) if shared.exists() else "")
