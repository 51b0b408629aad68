"""robots.txt: what a site asks of robots (RFC 9309), read by protego."""

from __future__ import annotations

import re
from functools import lru_cache

from protego import Protego

from pipelines.urls import parse_link
from worker.web.answers import Fetched, Later, Reason, Refused
from worker.web.client import WebClient
from worker.web.limits import Accept, Limits

ROBOTS_LIMITS = Limits(deadline_s=10.0, max_bytes=524_288, accept=Accept.TEXT, cut=True)
ROBOTS_RETRY_S = 600.0
MAX_CRAWL_DELAY_S = 60.0

_AGENT_LINE = re.compile(r"\s*user[ -]?agent\b[\s:]*([^#]*)", re.IGNORECASE)

# Answers that mean «there are no rules»; every other failure means «unknown, so stay away for now».
NO_RULES = frozenset(
    {
        Reason.HTTP_401,
        Reason.HTTP_403,
        Reason.HTTP_404,
        Reason.HTTP_410,
        Reason.HTTP_451,
        Reason.HTTP_4XX,
        Reason.BAD_REDIRECT,
        Reason.NOT_TEXT,
        Reason.UNSAFE_ADDRESS,  # the page itself is refused for the same reason, for good
    }
)


def robots_url(url: str) -> str:
    """Return where the rules for a URL are."""
    target = parse_link(url)
    return f"{target.scheme}://{target.authority}/robots.txt"


def fetch_robots(client: WebClient, url: str, *, limits: Limits = ROBOTS_LIMITS) -> str | Later:
    """Return the text of the robots.txt that rules over `url`, empty where everything is allowed.

    Later when the site cannot say: nothing of it may be fetched before then. Raises UnsafeAddressError.
    """
    match client.get(robots_url(url), limits=limits):
        case Fetched(page):
            return page.body.decode("utf-8-sig", errors="replace")
        case Later() as later:
            return later
        case Refused(reason) if reason in NO_RULES:
            return ""
        case Refused(reason):
            return Later(client.clock() + ROBOTS_RETRY_S, reason)
        case answer:
            raise AssertionError(f"no condition was set, yet {answer} came back")


def robots_allows(text: str, url: str, user_agent: str) -> bool:
    """Say whether the rules in `text` let this robot fetch `url`. Pure."""
    robot = product(user_agent)
    return bool(_rules(text, robot).can_fetch(url, robot))


def crawl_delay_s(text: str, user_agent: str) -> float | None:
    """Return the spacing the rules ask for, at most a minute; None where they ask for none. Pure."""
    robot = product(user_agent)
    delay_s: float | None = _rules(text, robot).crawl_delay(robot)
    return None if delay_s is None else min(delay_s, MAX_CRAWL_DELAY_S)


def product(user_agent: str) -> str:
    """Return the product token, which is what robots.txt names (RFC 9309, 2.2.1)."""
    return user_agent.partition("/")[0].strip().lower()


@lru_cache(maxsize=64)
def _rules(text: str, robot: str) -> Protego:
    return Protego.parse("\n".join(_without_strangers(line, robot) for line in text.splitlines()))


def _without_strangers(line: str, robot: str) -> str:
    """Name all other robots alike.

    Protego keeps the rules once for each robot of a group: half a megabyte of names and rules would become a
    hundred million. And it takes the beginning of a name for the name.
    """
    named = _AGENT_LINE.match(line)
    if named is None or named[1].strip() == "*":
        return line
    return f"User-agent: {robot if product(named[1].replace('*', '')) == robot else '-'}"
