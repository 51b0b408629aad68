"""The labels of topics, severities and contexts, read from the config folder in a few milliseconds."""

from __future__ import annotations

from pipelines.tagging.rules.labels import LABELS_FILE, Labels, parse_labels
from worker.files.layers import Layers
from worker.files.text import read_text


def read_labels(config: Layers) -> Labels:
    """Return the labels of a config folder; its ids are also what a shell may complete.

    A folder without labels.yaml has labels of topics only. Raises ConfigError.
    """
    rules = {config.name_of(file): read_text(file) for file in config.glob("rules/*.yaml")}
    shared = config / LABELS_FILE
    return parse_labels(rules, read_text(shared) if shared.exists() else "")
