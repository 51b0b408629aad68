"""Links: their one spelling, and which of them may be fetched."""

from pipelines.urls.addresses import is_public_address
from pipelines.urls.links import (
    Target,
    article_id,
    has_route,
    host_of,
    normalise_url,
    parse_link,
    same_site,
    scoped_id,
    twin_id,
)
from pipelines.urls.targets import ALLOWED_PORTS, check_address, check_target

__all__ = [
    "ALLOWED_PORTS",
    "Target",
    "article_id",
    "check_address",
    "check_target",
    "has_route",
    "host_of",
    "is_public_address",
    "normalise_url",
    "parse_link",
    "same_site",
    "scoped_id",
    "twin_id",
]
