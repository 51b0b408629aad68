"""Articles on their way: sightings, claims, transitions, outcomes, aliases, and the journey of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict

from pipelines import urls
from pipelines.models import Entry, Feed, Outcome, Stage
from worker.state.records import day_of, entry_from_json, entry_to_json, literal, new_token, pairs
from worker.state.scripts import Argument, Scripts

MAX_ATTEMPTS = 3
ALIAS_TITLE_CHARACTERS = 120
WITHDRAWN = "-"
WRITTEN = frozenset({str(Outcome.INDEXED), str(Outcome.REVISED), "imported"})
"""Steps of a journey with which a revision came into the index."""

RECHECK_AFTER_S = (3600.0, 6 * 3600.0, 24 * 3600.0)


class SightingKind(StrEnum):
    """Why an article is looked at: a new or changed entry, or a recheck. Known and forgotten ones are no sightings."""

    NEW = "new"
    CHANGED = "changed"
    AGAIN = "again"
    KNOWN = "known"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleAddress:
    """Where an article is: its id for good, its normalised link, the host to be polite to (empty for an import)."""

    article_id: str
    url: str
    host: str

    @classmethod
    def of(cls, link: str) -> ArticleAddress:
        """Read an entry's link. Raises UnsafeAddressError for one that cannot be used."""
        return cls(article_id=urls.article_id(link), url=urls.normalise_url(link), host=urls.host_of(link))

    @classmethod
    def of_entry(cls, entry: Entry, *, feed: Feed) -> ArticleAddress:
        """Return where an entry's article is. One without a link of its own is in its feed, under its own name.

        Raises UnsafeAddressError for a link that cannot be used.
        """
        if not entry.identity:
            return cls.of(entry.link)
        name = urls.scoped_id(feed.id, entry.identity)
        place = urls.normalise_url(entry.link if entry.identity.startswith("http") else feed.url)
        return cls(article_id=name, url=f"{place}#{name[:12]}", host=urls.host_of(place))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What became of an entry. `stage` is where the article is due now, None when there is nothing to nudge."""

    article_id: str
    kind: SightingKind
    stage: Stage | None = None

    @property
    def is_new(self) -> bool:
        return self.kind is SightingKind.NEW


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleClaim:
    """The right to change an article until `lease_until`, and what its stage has to know.

    `revision`, `version` and `content_hash` are those of what was indexed last (0, 0 and empty before the first time).
    """

    article_id: str
    stage: Stage
    token: str
    attempts: int
    lease_until: float
    kind: SightingKind
    url: str
    host: str
    source: str
    family: str
    feed: str
    entry: Entry
    sighted_at: float
    page: str
    without_page: str
    revision: int
    version: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class JourneyStep:
    """A line of an article's journey, e.g. `sighted`, `extract`, `failed`, `outbox` or an outcome."""

    at: float
    event: str
    detail: str


ALIAS_STEP = "alias-of"
"""The step of a journey that names the article with the same address (claim_alias.lua)."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision that is or was in the index, and when it got there."""

    number: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """All that is known about an article. `stage` is set while it is under way, `outcome` afterwards."""

    article_id: str
    url: str
    source: str
    stage: Stage | None
    outcome: str
    due_at: float | None
    attempts: int
    error: str
    page: str
    once_more: bool
    revision: int
    version: int
    content_hash: str
    recheck_at: tuple[float, ...]
    steps: tuple[JourneyStep, ...]

    @property
    def owner(self) -> str:
        """The id of the article that has this one's address; empty unless it ended as a duplicate of it."""
        owners = [step.detail for step in self.steps if step.event == ALIAS_STEP]
        return owners[-1] if owners else ""

    @property
    def revisions(self) -> tuple[Revision, ...]:
        """The revisions that the journey still knows, oldest first: their numbers are counted back from the newest."""
        newest_first = [step.at for step in reversed(self.steps) if step.event in WRITTEN]
        numbered = zip(range(self.revision, 0, -1), newest_first, strict=False)  # a journey forgets its oldest steps
        return tuple(Revision(number, at) for number, at in numbered)[::-1]


@dataclass(frozen=True, slots=True)
class ToSight:
    """An entry with where it leads; without a page of its own it is read from the feed."""

    entry: Entry
    address: ArticleAddress
    needs_page: bool = True


class Articles:
    """The records of articles. Every change is one script; a stale token changes nothing and gives False."""

    def __init__(self, scripts: Scripts, *, lease_s: Mapping[Stage, float]) -> None:
        self._scripts = scripts
        self._redis = scripts.redis
        self._lease_s = lease_s

    def sight(
        self, entry: Entry, address: ArticleAddress, *, feed: Feed, now: float, needs_page: bool = True
    ) -> Sighting:
        """Register an entry: start its article, mark it «once more» if it is under way, do nothing if it is known."""
        (sighting,) = self.sight_all([ToSight(entry, address, needs_page=needs_page)], feed=feed, now=now)
        return sighting

    def sight_all(self, listed: Sequence[ToSight], *, feed: Feed, now: float) -> list[Sighting]:
        """Register the entries of a document in one exchange, in this order; each as `sight` does."""
        answers = self._scripts.run_all("sight", [_sighted(each, feed=feed, now=now) for each in listed])
        return [
            Sighting(article_id=each.address.article_id, kind=SightingKind(kind), stage=Stage(stage) if stage else None)
            for each, (kind, stage) in zip(listed, answers, strict=True)
        ]

    def claim(self, article_id: str, *, stage: Stage, now: float) -> ArticleClaim | None:
        """Get the right to work on the article, or None: another has it, it has to wait, or it is in another stage.

        The fourth claim of a stage quarantines the article. A recheck that is due becomes a sighting here.
        """
        flat = self._scripts.run(
            "claim_article",
            id=article_id,
            stage=stage,
            token=new_token(),
            lease_s=self._lease_s[stage],
            max_attempts=MAX_ATTEMPTS,
            now=now,
            day=day_of(now),
        )
        return _claim(article_id, pairs(flat)) if flat else None

    def advance(self, claim: ArticleClaim, *, to: Stage, now: float, page: str = "", without_page: str = "") -> bool:
        """Move the article to another stage, due now. Into the outbox leads only `Outbox.put`."""
        if to not in {Stage.FETCH, Stage.EXTRACT}:
            raise ValueError(f"an article cannot be advanced to {to}")
        return self._change("advance_article", claim, now=now, to=to, page=page, without_page=without_page)

    def release(
        self, claim: ArticleClaim, *, not_before: float, now: float, error: str = "", give_back_attempt: bool = False
    ) -> bool:
        """Give the claim back until `not_before`. Pass give_back_attempt=True when only the host was busy.

        `error` begins with a word, such as the class of an exception; should the article be quarantined, it is why.
        """
        return self._change(
            "release_article",
            claim,
            now=now,
            not_before=not_before,
            error=error,
            give_back_attempt=give_back_attempt,
        )

    def finish(self, claim: ArticleClaim, outcome: Outcome, *, now: float, reason: str = "") -> bool:
        """End the sighting without a document: unchanged, duplicate, superseded, rejected or quarantined."""
        if outcome in {Outcome.INDEXED, Outcome.REVISED}:
            raise ValueError(f"only Outbox.settle ends a sighting as {outcome}")
        return self._change("finish_article", claim, now=now, outcome=outcome, reason=reason)

    def claim_aliases(self, claim: ArticleClaim, aliases: Iterable[str], *, now: float, title: str = "") -> str:
        """Claim other addresses (as article ids), its own included, and return the id of their owner; "" if stale.

        An article that is not the owner ends as `duplicate`, unless its title shows that the owner is another article
        (`alias_title`, `withdraw_alias`). One that was indexed before stays its own.
        """
        owner: str = self._scripts.run(
            "claim_alias",
            id=claim.article_id,
            token=claim.token,
            aliases=" ".join(aliases),
            title=claimed_title(title),
            now=now,
        )
        return owner

    def hand_over(self, claim: ArticleClaim, *, to: str, now: float) -> bool:
        """End a changed entry as duplicate of the indexed article `to`, and make its page that article's next revision.

        Else a revision is lost that only the article's second address announces.
        """
        return self._change("hand_over", claim, owner=to, now=now, day=day_of(now))

    def withdraw_alias(self, alias: str, *, owner: str, now: float) -> bool:
        """Take an address from the article that claimed it, for good: it names a list, so no article may claim it."""
        return bool(self._scripts.run("withdraw_alias", alias=alias, owner=owner, now=now))

    def indexed(self) -> Iterator[tuple[str, int]]:
        """Yield id and version of each article that is in the index, as far as the state knows, in no order."""
        prefix = self._scripts.key("article:")
        for key in self._redis.scan_iter(match=literal(prefix) + "*", count=5_000, _type="hash"):
            if version := self._redis.hget(key, "version"):
                yield key.removeprefix(prefix), int(version)

    def lose(self, article_id: str, version: int) -> bool:
        """Forget an article whose document is gone; False if it is under way, or in the index again."""
        return bool(self._scripts.run("lose_article", id=article_id, version=version))

    def trace(self, article_id: str) -> Trace | None:
        """Return what is known about the article, with its journey; None for an unknown one."""
        key = self._scripts.key(f"article:{article_id}")
        record: dict[str, str] = self._redis.hgetall(key)
        steps = tuple(_step(line) for line in self._redis.lrange(f"{key}:journey", 0, -1))
        if not record and not steps:
            return None
        rechecks = tuple(float(at) for at in record.get("rechecks", "").split())
        stage = Stage(record["stage"]) if "stage" in record else None
        due = stage or (Stage.FETCH if rechecks else None)
        return Trace(
            article_id=article_id,
            url=record.get("url") or _url_sighted(steps),
            source=record.get("source", ""),
            stage=stage,
            outcome=record.get("outcome", ""),
            due_at=self._redis.zscore(self._scripts.key(f"due:{due}"), article_id) if due else None,
            attempts=int(record.get("attempts", 0)),
            error=record.get("error", ""),
            page=record.get("page", ""),
            once_more="again" in record,
            recheck_at=rechecks,
            steps=steps,
            **_indexed(record),
        )

    def alias_owner(self, alias: str) -> str:
        """Return the id of the article that claimed an address, an empty string if none has."""
        return self._alias(alias)[0]

    def alias_title(self, alias: str) -> str:
        """Return the title of the article that claimed an address; empty if none has, or if it was before 0.2."""
        return self._alias(alias)[1]

    def _alias(self, alias: str) -> tuple[str, str]:
        owner, _, title = str(self._redis.get(self._scripts.key(f"alias:{alias}")) or "").partition(" ")
        return ("", "") if owner == WITHDRAWN else (owner, title)

    def _change(self, script: str, claim: ArticleClaim, **arguments: Argument) -> bool:
        return bool(self._scripts.run(script, id=claim.article_id, token=claim.token, **arguments))


def claimed_title(title: str) -> str:
    """Return a title as it is kept with a claim on an address: one line, cut."""
    return " ".join(title.split())[:ALIAS_TITLE_CHARACTERS]


def _sighted(listed: ToSight, *, feed: Feed, now: float) -> dict[str, Argument]:
    entry, address = listed.entry, listed.address
    return {
        "id": address.article_id,
        "url": address.url,
        "host": address.host,
        "source": feed.source,
        "family": feed.family,
        "feed": feed.id,
        "entry": entry_to_json(entry),
        "entry_hash": entry.hash,
        "stage": Stage.FETCH if listed.needs_page else Stage.EXTRACT,
        "now": now,
        "day": day_of(now),
    }


def _claim(article_id: str, record: Mapping[str, str]) -> ArticleClaim:
    return ArticleClaim(
        article_id=article_id,
        stage=Stage(record["stage"]),
        token=record["token"],
        attempts=int(record["attempts"]),
        lease_until=float(record["lease_until"]),
        kind=SightingKind(record["kind"]),
        url=record["url"],
        host=record.get("host", ""),
        source=record["source"],
        family=record.get("family", ""),
        feed=record.get("feed", ""),
        entry=entry_from_json(record["entry"]),
        sighted_at=float(record["sighted_at"]),
        page=record.get("page", ""),
        without_page=record.get("without_page", ""),
        **_indexed(record),
    )


class _Indexed(TypedDict):
    revision: int
    version: int
    content_hash: str


def _indexed(record: Mapping[str, str]) -> _Indexed:
    return {
        "revision": int(record.get("revision", 0)),
        "version": int(record.get("version", 0)),
        "content_hash": record.get("content_hash", ""),
    }


def _step(line: str) -> JourneyStep:
    at, event, detail = line.split(" ", 2)
    return JourneyStep(float(at), event, detail)


def _url_sighted(steps: Iterable[JourneyStep]) -> str:
    """Find the address in the last `sighted` step, whose detail is «kind feed url»."""
    sighted = [step.detail.split(" ")[-1] for step in steps if step.event == "sighted"]
    return sighted[-1] if sighted else ""
