"""A site that says whatever bytes a test wants, for one test."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.hostile_site import HostileSite, Script


@pytest.fixture
def hostile() -> Iterator[Callable[..., HostileSite]]:
    sites: list[HostileSite] = []

    def start(script: Script, **arguments: object) -> HostileSite:
        sites.append(HostileSite(script, **arguments))
        return sites[-1]

    yield start
    for site in sites:
        site.close()
