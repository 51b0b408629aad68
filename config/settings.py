"""Every setting of kuzet, read from `KUZET_*` variables, `.env` and a folder of secrets."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from platformdirs import user_cache_path, user_data_path
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

HERE = Path(__file__).resolve().parent
PREFIX = "KUZET_"
LAST_PORT = 65_535
HOUR_S, DAY_S, CENTURY_DAYS = 3_600, 86_400, 36_500
"""Nothing waits longer than a day (`worker/state/clock.py`), and no clock and no date takes an endless time."""
ENVIRONMENT, DOTENV, SECRETS = "environment", ".env", "secrets"

OTHER_VARIABLES = frozenset(
    {
        *("KUZET_DEBUG", "KUZET_LANG"),  # of the command line
        *(
            "KUZET_SHARED",
            "KUZET_REQUIRE_ENGINES",
            "KUZET_TEST_SEARCH_URL",
            "KUZET_TEST_SEARCH_HUNSPELL",
        ),  # of the tests
        *("KUZET_VERSION", "KUZET_USER", "KUZET_EXTRA", "KUZET_ELASTIC_HEAP", "KUZET_ELASTIC_MEMORY"),  # of the images
        *("KUZET_KIBANA_ADDRESS", "KUZET_KIBANA_PORT", "KUZET_CPU_CONTAINERS"),  # of docker-compose.yml
        *("KUZET_KIBANA_HEAP_MB", "KUZET_KIBANA_MEMORY"),  # the same
    }
)
"""Variables that are no settings: they are read elsewhere."""


class SettingsError(Exception):
    """A setting has a value that cannot be used; its text is one sentence a setting."""


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


def _host_pairs(text: str) -> str:
    """Raise ValueError unless the text is host:port pairs with commas between."""
    for pair in filter(None, (each.strip() for each in text.split(","))):
        host, _, port = pair.rpartition(":")
        if not (host and port.isdecimal() and 0 < int(port) <= LAST_PORT):
            raise ValueError("it must be host:port pairs with commas between")
    return text


def _networks(text: str) -> str:
    """Raise ValueError unless the text is networks with commas between."""
    for network in filter(None, (each.strip() for each in text.split(","))):
        ip_network(network, strict=False)
    return text


class Settings(BaseSettings):
    """Where things are and how much of them may be used. The defaults run on one machine without any setting."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
    )

    data: Path = Field(
        default_factory=lambda: user_data_path("kuzet"), description="Folder of the local engines, logs and pages."
    )
    cache: Path = Field(
        default_factory=lambda: user_cache_path("kuzet"), description="Folder of downloads and built dictionaries."
    )
    config: Path = Field(
        default_factory=lambda: HERE, description="Folder of feeds.yaml, rules/, places.yaml and search/; kuzet's own."
    )

    site: Path | None = Field(
        None,
        description="Folder of your own rules/, feeds.yaml, lexicon/, laid over the config folder. Empty: none.",
    )

    secrets: Path | None = Field(
        None,
        description="Folder of files that are named like these variables and hold one value each: for passwords. "
        "A variable wins over a file.",
    )

    broker_url: str = Field(
        "",
        description="Redis or Valkey, e.g. redis://:password@redis:6379/0. Empty: started locally by `kuzet up`.",
        repr=False,  # it may hold a password
    )
    redis_prefix: str = Field("kuzet:", description="Prefix of every key.")

    search_url: str = Field(
        "", description="Elasticsearch or OpenSearch, e.g. https://elasticsearch:9200. Empty: started locally."
    )
    search_username: str = Field("", description="User of the search engine.")
    search_password: SecretStr = Field(SecretStr(""), description="Password of that user.")
    search_ca: Path | None = Field(None, description="CA certificate of the search engine.")
    search_index: str = Field("kuzet", description="Read alias; `-write` and `-000001` are added to it.")
    rollover_gb: float = Field(
        50.0,
        ge=0,
        le=1_000_000,
        description="Above this size in GB, new articles go to an index of their own; 0: never by itself.",
    )
    search_timeout_s: float = Field(
        30.0, gt=0, le=HOUR_S, description="Longest wait for one answer of the search engine."
    )
    search_heap_mb: int = Field(512, ge=256, le=1_000_000, description="Heap of the local search node.")
    search_port: int = Field(0, ge=0, lt=9300, description="Port of the local search node; 0 takes a free one.")
    jars_url: str = Field("", description="Mirror the local search node is downloaded from. Empty: the public one.")

    pages_url: str = Field(
        "", description="Page store: a folder or an fsspec URL (s3://bucket/pages). Empty: pages/ in the data folder."
    )
    pages_keep_days: int = Field(30, ge=1, le=CENTURY_DAYS, description="How long fetched pages are kept.")
    keep_articles_days: int = Field(
        0,
        ge=0,
        le=CENTURY_DAYS,
        description="Days after which an article is deleted from the index; 0 keeps all. Outcomes stay.",
    )
    pages_min_free_mb: int = Field(500, ge=0, description="Fetching stops below this much free disk.")

    feeds_file: Path | None = Field(None, description="Feed catalogue; default: feeds.yaml in the config folder.")
    user_agent: str = Field(
        "kuzet/0.1 (+https://github.com/kuzet/kuzet; news monitor)", description="Sent with every request."
    )
    contact: str = Field("", description="Mail address for site owners, sent as From.")
    allow_hosts: Annotated[str, AfterValidator(_host_pairs)] = Field(
        "", description="Local host:port pairs that may be fetched, comma separated (the newsroom)."
    )
    host_spacing_s: float = Field(2.0, ge=0, le=HOUR_S, description="Shortest time between two requests to one host.")
    fetch_deadline_s: float = Field(25.0, gt=0, le=HOUR_S, description="Longest time for one page, redirects included.")
    page_retry_s: float = Field(
        60.0,
        gt=0,
        le=HOUR_S,
        description="Wait before a page that could not be had is asked for again; then twice as long.",
    )
    max_page_bytes: int = Field(5_000_000, gt=0, description="Largest decoded page.")
    max_feed_bytes: int = Field(10_000_000, gt=0, description="Largest decoded feed.")
    min_interval_s: float = Field(120.0, gt=0, le=DAY_S, description="A feed is never polled more often.")
    max_interval_s: float = Field(86_400.0, gt=0, le=DAY_S, description="A healthy feed is never polled less often.")

    outbox_max_mb: int = Field(200, ge=1, description="Above this, extraction waits until the index has caught up.")
    drain_batch: int = Field(200, ge=1, le=2000, description="Documents in one bulk.")
    io_threads: int = Field(16, ge=1, le=1_000, description="Threads of the io worker.")
    cpu_deadline_s: float = Field(
        20.0, gt=0, le=HOUR_S, description="Longest time to read one page or feed document; its process is killed then."
    )
    cpu_processes: int = Field(0, ge=0, le=1_000, description="Processes of the cpu worker; 0: one per core.")

    desk_address: str = Field(
        "127.0.0.1", description="Where the desk listens. On another address it asks for accounts or a trusted proxy."
    )
    desk_port: int = Field(8585, ge=0, le=LAST_PORT, description="Port of the desk; 0 takes a free one.")
    desk_names: str = Field(
        "", description="Host names the desk is called by in a browser, comma separated; others are refused."
    )
    desk_proxy_header: str = Field(
        "", description="Header in which a proxy sends the name of who is signed in there, e.g. X-Forwarded-User."
    )
    desk_proxy_networks: Annotated[str, AfterValidator(_networks)] = Field(
        "", description="Networks that this header is believed from, comma separated, e.g. 10.0.0.5/32."
    )
    desk_certificate: Path | None = Field(None, description="Certificate of the desk; with it, it talks TLS.")
    desk_key: Path | None = Field(None, description="Key of that certificate.")

    alive_file: Path | None = Field(
        None, description="File that workers, beat and the desk touch while they work, for health checks."
    )

    log_level: Annotated[LogLevel, BeforeValidator(lambda level: str(level).upper())] = Field(
        LogLevel.INFO, description="How much is logged."
    )
    log_json: bool = Field(default=False, description="Logs as JSON lines.")

    def __init__(self, **values: object) -> None:
        """Read the settings; `values` win over every source. Raises SettingsError."""
        try:
            super().__init__(**values)  # type: ignore[arg-type]  # options of pydantic's own are never given
        except ValidationError as error:
            places = origins()
            raise SettingsError(". ".join(_sentence(detail, places) for detail in error.errors())) from error

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  ours knows its folder only now
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Add the folder of secrets after what the environment says, which also says where that folder is."""
        folder = {**dotenv_settings(), **env_settings()}.get("secrets")
        files = SecretsSettingsSource(settings_cls, secrets_dir=folder)
        return init_settings, env_settings, dotenv_settings, files

    @property
    def allowed_hosts(self) -> frozenset[str]:
        return frozenset(filter(None, (pair.strip() for pair in self.allow_hosts.split(","))))


def variable(name: str) -> str:
    """Return the variable of a setting: `KUZET_DATA` for `data`."""
    return f"{PREFIX}{name.upper()}"


def origins() -> dict[str, str]:
    """Return where each setting that is given comes from: environment, .env or secrets."""
    given, dotenv = EnvSettingsSource(Settings)(), DotEnvSettingsSource(Settings)()
    folder = {**dotenv, **given}.get("secrets")
    secrets = SecretsSettingsSource(Settings, secrets_dir=folder)() if folder and Path(folder).is_dir() else {}
    found: dict[str, str] = {}
    for origin, values in ((SECRETS, secrets), (DOTENV, dotenv), (ENVIRONMENT, given)):
        found |= dict.fromkeys(Settings.model_fields.keys() & values.keys(), origin)
    return found


def unknown_variables(known: Iterable[str] = ()) -> list[str]:
    """List the KUZET_* variables of the environment and of .env that nothing reads, apart from `known` ones."""
    read = {variable(name) for name in Settings.model_fields} | OTHER_VARIABLES | {*known}
    names = {*os.environ, *DotEnvSettingsSource(Settings).env_vars}
    return sorted(name.upper() for name in names if name.upper().startswith(PREFIX) and name.upper() not in read)


def _sentence(detail: ErrorDetails, places: Mapping[str, str]) -> str:
    """Say which value cannot be used, where it is from, and what is allowed. Passwords are not shown."""
    name = str(detail["loc"][0]) if detail["loc"] else ""
    field = Settings.model_fields.get(name)
    is_shown = field is not None and field.repr and field.annotation is not SecretStr
    allowed = detail["msg"].removeprefix("Value error, ").replace("Input should be", "it must be")
    allowed = allowed.partition(", unable to")[0]
    value = f"{detail['input']} " if is_shown else ""
    place = f" ({places[name]})" if name in places else ""
    return f"{variable(name)}{place}: {value}cannot be used, {allowed}"
