"""What a process of kuzet works with, each built when first asked for: clients, stores, the tagger, the catalogue."""

from __future__ import annotations

import os
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

from redis import Redis

from config.settings import Settings
from pipelines.errors import ConfigError
from pipelines.models import Feed, Outcome, Stage
from worker.state import State

if TYPE_CHECKING:
    from pipelines.tagging import Tagger
    from worker.files.alerts import AlertFile
    from worker.files.catalogue import Catalogue
    from worker.files.layers import Layers
    from worker.files.own_feeds import OwnFeeds
    from worker.files.pages import PageStore
    from worker.files.rules import RuleFiles
    from worker.files.stories import StoryFiles
    from worker.health.index import PollIndex
    from worker.search.engine import SearchEngine
    from worker.stories.index import StoryIndex
    from worker.stories.joiner import Joiner
    from worker.web import FetchResult, Later, WebClient

GRACE_S = 5.0
LOST_INDEX, LOST_INDEX_S = "index", 30 * 86_400.0
LOST_INDEX_SAID = (
    "The index was gone, and was made anew: articles of before are missing. `kuzet restore FOLDER --replace` brings "
    "those of a backup back, `kuzet rebuild-state` lets feeds bring those that they still list."
)
DEFAULT_BROKER_URL = "redis://localhost:6379/0"


class Runtime:
    """Lazily built services. Not shared over a fork: ask `is_of_this_process` in a child, and use `after_fork`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._pid = os.getpid()

    def after_fork(self) -> Runtime:
        """The services for a child of this process: connections of its own, and the compiled rules it inherited."""
        child = Runtime(self.settings)
        if "rules" in self.__dict__:
            child.rules = self.rules
        return child

    @property
    def is_of_this_process(self) -> bool:
        return self._pid == os.getpid()

    @staticmethod
    def now() -> float:
        """Epoch seconds; the one clock of the workers."""
        return time.time()

    @cached_property
    def redis(self) -> Redis:
        url = self.settings.broker_url or DEFAULT_BROKER_URL
        network = {} if url.startswith("unix:") else {"socket_keepalive": True}
        return Redis.from_url(url, decode_responses=True, socket_timeout=30, health_check_interval=25, **network)

    @cached_property
    def state(self) -> State:
        return State(self.redis, prefix=self.settings.redis_prefix, lease_s=self.lease_s)

    @property
    def lease_s(self) -> dict[Stage, float]:
        """How long a claim lives in each stage: its deadline and GRACE_S. A killed worker's items come due then."""
        from worker.web.robots import ROBOTS_LIMITS

        fetch_s = self.settings.fetch_deadline_s + GRACE_S
        cpu_s = self.settings.cpu_deadline_s + GRACE_S
        return {
            Stage.POLL: fetch_s,
            Stage.PARSE: cpu_s,
            Stage.FETCH: fetch_s + ROBOTS_LIMITS.deadline_s,
            Stage.EXTRACT: cpu_s,
        }

    @property
    def drain_lease_s(self) -> float:
        """How long a drain may be silent: one answer of the engine. Two drains would cost time, and nothing else."""
        return self.settings.search_timeout_s + GRACE_S

    @cached_property
    def pages(self) -> PageStore:
        from worker.files.pages import PageStore

        return PageStore(
            self.settings.pages_url or str(self.settings.data / "pages"),
            min_free_mb=self.settings.pages_min_free_mb,
            keep_days=self.settings.pages_keep_days,
        )

    @cached_property
    def web(self) -> WebClient:
        from worker.web import WebClient

        return WebClient(
            user_agent=self.settings.user_agent,
            contact=self.settings.contact,
            allowed_hosts=self.settings.allowed_hosts,
        )

    def feed(self, feed_id: str) -> Feed | None:
        """Return a feed as the catalogue describes it now, None where it does not, or cannot be read."""
        try:
            return self.catalogue.get(feed_id)
        except ConfigError:
            return None

    @cached_property
    def search(self) -> SearchEngine:
        from worker.search.engine import SearchEngine

        return SearchEngine.connect(self.settings)

    def ensure_index(self) -> None:
        """Make the index, with the dictionary in its analyzer, unless it is there. One that was lost is named."""
        self.search.ensure_index(self.analysis, missing=self._note_lost_index)

    def _note_lost_index(self) -> None:
        if self.state.totals.read().ended.get(Outcome.INDEXED):
            self.state.problems.note(LOST_INDEX, LOST_INDEX_SAID, now=self.now(), keep_s=LOST_INDEX_S)

    @property
    def analysis(self) -> dict[str, Any]:
        """How the index analyses texts, the dictionary's name included."""
        from worker.files.dictionaries import read_analysis

        return read_analysis(*self.config.lexicons)

    @cached_property
    def polls(self) -> PollIndex:
        from worker.health.index import PollIndex

        return PollIndex.connect(self.settings, self.search)

    @property
    def config(self) -> Layers:
        """The config folder with the site's files over it."""
        from worker.files.layers import Layers

        return Layers.of(self.settings)

    @cached_property
    def story_files(self) -> StoryFiles:
        from worker.files.stories import StoryFiles

        return StoryFiles(self.config)

    @cached_property
    def alert_file(self) -> AlertFile:
        from worker.files.alerts import AlertFile
        from worker.files.own_alerts import OwnAlerts

        return AlertFile(self.config, OwnAlerts(self.settings.data / "alerts.yaml"))

    @cached_property
    def story_index(self) -> StoryIndex:
        from worker.stories.index import StoryIndex

        return StoryIndex.connect(self.settings, self.search)

    @cached_property
    def joiner(self) -> Joiner:
        """What gives new articles their stories; its window is in memory, so a process keeps one."""
        from worker.stories.joiner import Joiner

        return Joiner(self.state.stories, self.story_files, known=self.search.story_of)

    @cached_property
    def rules(self) -> RuleFiles:
        from worker.files.rules import RuleFiles

        return RuleFiles(self.config, cache=self.settings.cache / "rules")

    @property
    def tagger(self) -> Tagger:
        return self.rules.tagger()

    @cached_property
    def catalogue(self) -> Catalogue:
        from worker.files.catalogue import Catalogue

        settings = self.settings
        site_file = settings.site / "feeds.yaml" if settings.site else None
        return Catalogue(
            settings.feeds_file or settings.config / "feeds.yaml", self.own_feeds.file, site_file=site_file
        )

    def check_config(self) -> None:
        """Raise the ConfigError of a rule or feed file that cannot be used."""
        if problem := self.catalogue.check() or self.rules.check():
            raise problem

    @property
    def own_feeds(self) -> OwnFeeds:
        """The feeds that `kuzet feeds` adds and changes, laid over the catalogue."""
        from worker.files.own_feeds import OwnFeeds

        return OwnFeeds(self.settings.data / "feeds.yaml")

    def reserve(self, host: str, item: str, *, now: float, is_page: bool = False) -> float:
        """Return when the item may ask the host: now, or a later time that is reserved for it."""
        from worker.web import crawl_delay_s

        rules = self.state.hosts.robots(host, now=now)
        wished_s = crawl_delay_s(rules, self.settings.user_agent) if rules else None
        spacing_s = max(self.settings.host_spacing_s, wished_s or 0.0)
        return self.state.hosts.reserve(host, item, now=now, spacing_s=spacing_s, is_page=is_page)

    def robots(self, host: str, url: str) -> str | Later:
        """Return the robots.txt that rules over the URL, remembered for a day; Later when the site cannot say."""
        from worker.web import fetch_robots

        known = self.state.hosts.robots(host, now=self.now())
        if known is not None:
            return known
        rules = fetch_robots(self.web, url)
        if isinstance(rules, str):
            self.state.hosts.keep_robots(host, rules, now=self.now())
        return rules

    def note_host(self, host: str, answer: FetchResult, *, is_page: bool = False) -> None:
        """Remember how the host answered: it is left alone as long as it wishes (by pages, if one was refused)."""
        from worker.web import Fetched, Later, NotModified, Refused, word_of

        if is_page:
            self.state.totals.count_answer(word_of(answer))
        match answer:
            case Later(not_before):
                self.state.hosts.hold(host, until=not_before, now=self.now(), pages_only=is_page)
            case Fetched() | NotModified():
                self.state.hosts.answered(host)
            case Refused(reason) if reason.is_passing:
                self.state.hosts.failed(host)
