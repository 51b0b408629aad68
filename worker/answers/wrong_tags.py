"""«This tag is wrong»: an article kept as an example that `kuzet rules test` tries from then on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pipelines.tagging.rules.reported import SHOULD, SHOULD_NOT, reported_entry
from worker.files.reported import add_reported
from worker.runtime import Runtime


def keep_example(  # noqa: PLR0913  what an example says, each by its name
    runtime: Runtime,
    topic: str,
    *,
    should: bool,
    title: str,
    body: str,
    language: str,
    url: str,
    note: str,
    now: datetime,
) -> Path:
    """Write the example to examples/ in the config folder, else in the data folder; return the file.

    Raises ConfigError if neither can be written.
    """
    title, body = (title, body) if body.strip() else ("", title)
    entry = reported_entry({
        "verdict": SHOULD if should else SHOULD_NOT, "language": language, "title": title, "text": body.strip(),
        "url": url, "note": note, "added": now.date().isoformat(),
    })  # fmt: skip
    return add_reported(topic, entry, config=runtime.settings.config, data=runtime.settings.data)
