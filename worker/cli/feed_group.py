"""`kuzet feeds`: puts the files of its commands together."""

from __future__ import annotations

from worker.cli import feed_editing, feed_finding, feed_health
from worker.cli.feeds import commands, feeds

__all__ = ["commands"]

for part in (feed_editing, feed_finding, feed_health):
    feeds.add_typer(part.commands)
