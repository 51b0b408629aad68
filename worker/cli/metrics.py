"""`kuzet metrics`: the watch in numbers, for a monitoring of one's own."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.errors import UsageError
from worker.cli.console import out
from worker.cli.session import open_runtime

commands = typer.Typer()

HIGHEST_PORT = 65_535


@commands.command("metrics")
def metrics(
    *,
    serve: Annotated[
        str, typer.Option(metavar="[HOST:]PORT", help="Serve them at /metrics until Ctrl-C; HOST is 127.0.0.1.")
    ] = "",
) -> None:
    """Print the watch in numbers, in the text format of Prometheus: outcomes, latency, rows, queues, feeds, engines.

    docker/monitoring/ has alert rules and a dashboard for Grafana that use them; docs/guide/operations.md says more.

    Example: kuzet metrics --serve 9187
    """
    from worker.metrics.exposition import text

    runtime = open_runtime()
    if not serve:
        typer.echo(text(runtime), nl=False)
        return
    host, port = address(serve)
    from worker.cli.up import ends_on_sigterm, wait_for_the_end
    from worker.metrics.exposition import serve as start

    try:
        bound = start(runtime, host=host, port=port)
    except OSError as error:
        raise UsageError(serve, f"cannot be listened on ({error.strerror})", remedy="Choose another port.") from error
    out.print(f"Metrics are at http://{host}:{bound}/metrics. Ctrl-C ends it.")
    with ends_on_sigterm():
        wait_for_the_end()


def address(given: str) -> tuple[str, int]:
    """Read HOST:PORT or PORT. Raises UsageError."""
    host, _, port = given.rpartition(":")
    if not port.isdigit() or int(port) > HIGHEST_PORT:
        raise UsageError(given, "is no port", remedy="Give a port, or HOST:PORT.")
    return host or "127.0.0.1", int(port)
