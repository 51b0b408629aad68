"""Print a software bill of materials as CycloneDX JSON: every locked Python package, every jar, every image.

Read from the files that pin them, so it says what a build takes, not what happens to be installed here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

ROOT = Path(__file__).parents[1]
REQUIREMENT = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?P<rest>(?:.*\\\n)*.*)", re.MULTILINE)
SHA256 = re.compile(r"sha256:([0-9a-f]{64})")
JAR = re.compile(
    r"^(?P<group>[\w.-]+):(?P<name>[\w.-]+):(?P<version>[\w.-]+)(?::[\w-]+)? (?P<sha256>[0-9a-f]{64})", re.MULTILINE
)
IMAGE = re.compile(r"image: (?P<name>redis|elasticsearch|kibana):\$\{\w+:-(?P<version>[\w.-]+)\}")


def bill() -> str:
    """Return the bill as JSON."""
    parts = [*packages(), *jars(), *images()]
    kuzet = Component(name="kuzet", version=version("kuzet"), type=ComponentType.APPLICATION, bom_ref="kuzet")
    bom = Bom(components=parts)
    bom.metadata.component = kuzet
    bom.register_dependency(kuzet, parts)
    return make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)


def packages() -> Iterator[Component]:
    """Yield what requirements.lock pins, with the digests that pip accepts."""
    for found in REQUIREMENT.finditer((ROOT / "requirements.lock").read_text(encoding="utf-8")):
        purl = PackageURL("pypi", name=found["name"].lower(), version=found["version"])
        yield _component(purl, digests=SHA256.findall(found["rest"]))


def jars() -> Iterator[Component]:
    """Yield what the local search node is made of."""
    for found in JAR.finditer((ROOT / "config/search/opensearch.lock").read_text(encoding="utf-8")):
        purl = PackageURL("maven", namespace=found["group"], name=found["name"], version=found["version"])
        yield _component(purl, digests=[found["sha256"]])


def images() -> Iterator[Component]:
    """Yield the images that docker-compose.yml takes from others."""
    for found in IMAGE.finditer((ROOT / "docker-compose.yml").read_text(encoding="utf-8")):
        yield _component(PackageURL("docker", name=found["name"], version=found["version"]), ComponentType.CONTAINER)


def _component(
    purl: PackageURL, kind: ComponentType = ComponentType.LIBRARY, *, digests: list[str] | None = None
) -> Component:
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in digests or ()]
    return Component(
        name=purl.name,
        group=purl.namespace,
        version=purl.version,
        type=kind,
        purl=purl,
        bom_ref=purl.to_string(),
        hashes=hashes,
    )


if __name__ == "__main__":
    sys.stdout.write(bill() + "\n")
