"""The search node: an OpenSearch of one, from jars, on the loopback only, with its data in a folder of ours."""

from __future__ import annotations

import random
import shutil
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from pipelines.errors import EngineUnavailableError
from worker.local.children import Command
from worker.local.jvm import FLAGS, find_java

MAIN_CLASS = "org.codelibs.opensearch.runner.OpenSearchRunner"
PORTS = range(9201, 9300)  # the runner takes none above, and leaves without a word
STOP_S = 20.0
SETTINGS = """\
# Written at every start; changes here are lost.
network.host: 127.0.0.1
transport.port: 0
node.portsfile: true
# A full disk makes an index read-only. These leave room to act, without giving up a tenth of a large disk.
cluster.routing.allocation.disk.watermark.low: 600mb
cluster.routing.allocation.disk.watermark.high: 500mb
cluster.routing.allocation.disk.watermark.flood_stage: 400mb
cluster.info.update.interval: 30s
indices.analysis.hunspell.dictionary.lazy: true
"""
LOGGING = """\
# Written at every start; changes here are lost. One log, on standard output.
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchNode:
    """A node that can be started: what to run, and where things are. Starting it again finds yesterday's data."""

    base: Path
    port: int
    command: Command

    @property
    def ports_file(self) -> Path:
        """Where the node writes the address it really listens on."""
        return node_home(self.base) / "logs" / "http.ports"

    @property
    def lock_file(self) -> Path:
        return node_home(self.base) / "data" / "nodes" / "0" / "node.lock"

    def forget_address(self) -> None:
        self.ports_file.unlink(missing_ok=True)

    def address(self) -> str:
        """`127.0.0.1:9234`, or empty while the node does not listen."""
        if not self.ports_file.exists():
            return ""
        lines = self.ports_file.read_text(encoding="utf-8").split()
        return lines[0] if lines else ""


def node_home(base: Path) -> Path:
    return base / "node_1"


def dictionaries_folder(base: Path) -> Path:
    """Where the node looks for hunspell dictionaries, a folder each."""
    return node_home(base) / "config" / "hunspell"


def install_dictionary(folder: Path, *, base: Path) -> str:
    """Give the node a dictionary folder; return the name an index refers to it by.

    The node loads it when an index naming it is created or opened, so this works before its start and while it runs.
    """
    target = dictionaries_folder(base) / folder.name
    if target.exists():
        return folder.name  # named by its content: the same
    target.parent.mkdir(parents=True, exist_ok=True)
    new = Path(mkdtemp(prefix="dictionary-", dir=node_home(base)))
    shutil.copytree(folder, new / folder.name)
    try:
        (new / folder.name).rename(target)
    except OSError:
        if not target.exists():  # not just somebody quicker
            raise
    finally:
        shutil.rmtree(new)
    return folder.name


def prepare_search_node(
    base: Path, *, jars: Sequence[Path], heap_mb: int, port: int, flags: Sequence[str] = ()
) -> SearchNode:
    """Write the node's configuration and say how to start it. Starts nothing; `flags` are further ones of the JVM."""
    config = node_home(base) / "config"
    config.mkdir(parents=True, exist_ok=True)
    dictionaries_folder(base).mkdir(exist_ok=True)
    (config / "opensearch.yml").write_text(SETTINGS, encoding="utf-8")
    (config / "log4j2.properties").write_text(LOGGING, encoding="utf-8")
    java, _ = find_java()
    heap = (f"-Xms{heap_mb}m", f"-Xmx{heap_mb}m")
    temporary = base.resolve() / "tmp"
    temporary.mkdir(exist_ok=True)
    jvm = (str(java), *heap, *FLAGS, *flags, f"-Djava.io.tmpdir={temporary}", "-cp", ":".join(map(str, jars)))
    runner = ("-numOfNode", "1", "-clusterName", "kuzet", "-basePath", str(base.resolve()))
    argv = (*jvm, MAIN_CLASS, *runner, "-baseHttpPort", str(port - 1))  # the runner counts its nodes from 1
    return SearchNode(base=base, port=port, command=Command(name="search", argv=argv, grace_s=STOP_S))


def choose_port(wanted: int) -> int:
    """Take the wanted port, or a free one; EngineUnavailableError when all are taken."""
    if wanted:
        if is_free(wanted):
            return wanted
        raise EngineUnavailableError(
            "The local search node",
            f"port {wanted} is taken by another program",
            remedy="Choose another one below 9300 in KUZET_SEARCH_PORT, or 0 for any.",
        )
    free = [port for port in PORTS if is_free(port)]
    if free:
        return random.choice(free)  # noqa: S311  # not the first: other nodes may be starting at this moment
    raise EngineUnavailableError(
        "The local search node",
        f"every port from {PORTS.start} to {PORTS.stop - 1} is taken",
        remedy="Stop what is not needed.",
    )


def is_free(port: int) -> bool:
    """True if no program has the port of the loopback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
