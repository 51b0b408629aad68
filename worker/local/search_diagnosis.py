"""Why a search node left without a word: its runner swallows every exception, so the JVM is asked to note them."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from worker.local.children import Child
from worker.local.search_node import SearchNode

LONGEST_S = 60.0
LOOK_S = 0.05
WRAPPER = "org/codelibs/opensearch/runner/OpenSearchRunnerException"
THROWN = re.compile(r"Exception <a '([\w/$]+)'\{0x[0-9a-f]+\}(?:: (.*?))?>(?: \(0x[0-9a-f]+\) *)?$", re.MULTILINE)
ORDINARY = "java/lang/"  # the JVM's own business: missing methods and classes it looks for
SHOWN = 2
MAX_SHOWN_CHARS = 300


def hidden_reason(node: SearchNode) -> str:
    """Start the node once more with its exceptions noted; return the last ones before it left, the innermost first.

    Empty when it starts this time. It is ended in any case.
    """
    with TemporaryDirectory(prefix="diagnosis-", dir=node.base) as folder:
        notes = Path(folder) / "exceptions.log"
        java, *rest = node.command.argv
        flag = f"-Xlog:exceptions=info:file={notes}::filecount=0"
        child = Child(replace(node.command, argv=(java, flag, *rest)), log=Path(folder) / "search.log")
        try:
            _await_end(child, node)
        finally:
            child.kill()
        return read_reason(notes.read_text(encoding="utf-8", errors="replace")) if notes.exists() else ""


def _await_end(child: Child, node: SearchNode) -> None:
    deadline = time.monotonic() + LONGEST_S
    while child.exit_code() is None and not node.address() and time.monotonic() < deadline:
        time.sleep(LOOK_S)


def read_reason(notes: str) -> str:
    """Find what went wrong in the JVM's notes of exceptions; empty when the runner did not give up."""
    causes: dict[str, None] = {}  # an exception is noted once a frame it leaves
    for name, message in THROWN.findall(notes):
        if name == WRAPPER:
            return " → ".join(list(causes)[-SHOWN:])
        if message and not name.startswith(ORDINARY):
            causes[f"{name.rpartition('/')[2]}: {message[:MAX_SHOWN_CHARS]}"] = None
    return ""
