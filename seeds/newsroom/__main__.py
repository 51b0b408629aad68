"""`python -m seeds.newsroom`: serve the sites and publish on a schedule, until it is stopped."""

from __future__ import annotations

import re
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from seeds.newsroom.newsroom import Newsroom, Premises

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, None: 1.0}

HostBase = Annotated[str, typer.Option(help="Loopback address of the first site; the others count up from it.")]
Port = Annotated[int, typer.Option(help="Port of every site; 0 takes free ones.")]
Every = Annotated[str, typer.Option(help="Time between two publications: 500ms, 2s or 1m.")]
Bind = Annotated[str, typer.Option(help="With --names: the one address all sites share.")]
Names = Annotated[str, typer.Option(help="Host names of the sites, comma separated, in their order.")]
First = Annotated[int, typer.Option(help="How many stories are out from the start.")]
Catalogue = Annotated[
    Path | None,
    typer.Option(help="Where to write the feeds.yaml, for as long as the sites are there; default: a temporary file."),
]


def serve(  # noqa: PLR0913  (one argument an option of the command line)
    *,
    host_base: HostBase = "127.0.0.2",
    port: Port = 0,
    every: Every = "2s",
    bind: Bind = "",
    names: Names = "",
    first: First = 0,
    catalogue: Catalogue = None,
) -> None:
    """Serve the sample news sites, publish their stories one by one, then revise those that have a second version.

    Example: python -m seeds.newsroom --port 8801 --every 2s
    """
    pause_s = _seconds(every)
    premises = Premises(host_base=host_base, port=port, bind=bind, names=tuple(filter(None, names.split(","))))
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with Newsroom(premises=premises) as newsroom, tempfile.TemporaryDirectory(prefix="newsroom-") as folder:
        newsroom.publish(count=first)
        with _announced(newsroom, catalogue or Path(folder) / "feeds.yaml"):
            _publish_on_schedule(newsroom, pause_s=pause_s, stopped=stopped)
            stopped.wait()


def _seconds(duration: str) -> float:
    match = _DURATION.fullmatch(duration.strip())
    if match is None:
        raise typer.BadParameter(f"{duration!r} is no duration; write 500ms, 2s or 1m", param_hint="--every")
    return float(match[1]) * _SECONDS[match[2]]


@contextmanager
def _announced(newsroom: Newsroom, catalogue: Path) -> Iterator[None]:
    """Write the catalogue, say how kuzet finds it, and take it away at the end. Other feeds are never overwritten."""
    text = newsroom.catalogue()
    if catalogue.exists() and catalogue.read_text(encoding="utf-8") != text:
        raise typer.BadParameter(f"{catalogue} lists other feeds; name another file", param_hint="--catalogue")
    catalogue.write_text(text, encoding="utf-8")
    _print_settings(newsroom, catalogue)
    try:
        yield
    finally:
        if catalogue.exists() and catalogue.read_text(encoding="utf-8") == text:
            catalogue.unlink()


def _print_settings(newsroom: Newsroom, catalogue: Path) -> None:
    out = Console(soft_wrap=True, highlight=False)
    out.print(f"KUZET_FEEDS_FILE={catalogue}")
    out.print(f"KUZET_ALLOW_HOSTS={newsroom.allow_hosts}")


def _publish_on_schedule(newsroom: Newsroom, *, pause_s: float, stopped: threading.Event) -> None:
    while (newsroom.waiting or newsroom.revisable) and not stopped.wait(pause_s):
        newsroom.go_on()


if __name__ == "__main__":
    typer.run(serve)
