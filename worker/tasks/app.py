"""The Celery app: five queues, early acknowledgement, no results, and a tick each second.

A message is a nudge: «look at this one». The truth is in Redis (`worker.state`), so a lost, late or doubled
message changes nothing, Celery never retries, and two beats do no harm.
"""

from __future__ import annotations

from typing import Any

import structlog
from celery import Celery, Task, signals
from kombu.entity import Exchange, Queue
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError
from structlog.contextvars import bound_contextvars

from config.settings import Settings, SettingsError
from pipelines.errors import ConfigError, KuzetError
from pipelines.models import Stage
from worker.local.run import run_settings
from worker.logs import configure_logs
from worker.runtime import DEFAULT_BROKER_URL, Runtime
from worker.state.workers import QUEUES
from worker.tasks.heartbeat import Heartbeat
from worker.tasks.nudges import call_drain, top_up
from worker.tasks.transport import use_transport

TICK_S = 1.0
CPU_TASKS = ("kuzet.parse_feed", "kuzet.extract_article", "kuzet.rebuild_step")
HOUSEKEEPING_S = 3600.0
HEALTH_S = 60.0

log = structlog.get_logger(__name__)


class NudgeTask(Task):  # type: ignore[misc]  # celery has no types
    """A task whose failure is survivable: it is logged, the claim lapses, and the item comes due again by itself.

    Errors with a known cause (an engine is away, a file is broken) are logged as one sentence, others with their
    traceback. Every line that is logged meanwhile carries the task's name and its `subject`.
    """

    subject = ""
    """What the first argument names: `article` or `feed`; empty for a task without one."""

    stage: Stage | None = None
    """The stage it works off: at its end the next item of that stage is sent for, if messages run low."""

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        with bound_contextvars(task=self.name, **({self.subject: args[0]} if self.subject and args else {})):
            try:
                if problem := self.app.runtime.state.restoring.problem:
                    log.warning("task left undone", error=problem)
                    return
                super().__call__(*args, **kwargs)
                if self.stage:
                    top_up(self.app, self.stage)
            except (KuzetError, RedisError, OperationalError) as error:
                log.warning("task put off", error=str(error))
            except Exception:  # the one broad except: nothing may end a worker
                log.exception("task failed")


def _settings() -> Settings:
    """Read the settings; where no broker is named, those of the `kuzet up` that runs on the data folder.

    So `celery -A worker call …` finds it. A setting that cannot be used ends the process with a sentence.
    """
    try:
        settings = Settings()
        running = None if settings.broker_url else run_settings(settings.data)
        given = settings.model_fields_set
        return Settings(**{name: value for name, value in (running or {}).items() if name not in given})
    except SettingsError as error:
        raise SystemExit(f"error  {error}") from error


class Watch(Celery):  # type: ignore[misc]  # celery has no types
    """The app, with what its tasks need: `app.runtime`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__("kuzet", task_cls=NudgeTask, include=TASK_MODULES)
        use_transport()
        self._runtime = Runtime(settings)
        self.conf.update(configuration(settings))
        self.steps["consumer"].add(Heartbeat)

    @property
    def runtime(self) -> Runtime:
        """The services of this process: a forked child builds its own."""
        if not self._runtime.is_of_this_process:
            self._runtime = self._runtime.after_fork()
        return self._runtime


TASK_MODULES = [
    f"worker.tasks.{name}"
    for name in ("tick", "feeds", "articles", "drain", "housekeeping", "recall", "rebuilds", "alerts")
]


def configuration(settings: Settings) -> dict[str, Any]:
    """Celery's settings; see docs/decisions/0001 for why messages are acknowledged early."""
    return {
        "broker_url": broker_url(settings),
        "broker_transport_options": {
            "global_keyprefix": f"{settings.redis_prefix}celery:",
            "socket_timeout": 30,
            "socket_keepalive": True,
            "health_check_interval": 25,
        },
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "task_acks_late": False,
        "task_ignore_result": True,
        "task_store_errors_even_if_ignored": False,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_create_missing_queues": False,
        "task_default_queue": "tick",
        "task_routes": {"kuzet.reindex": {"queue": "upkeep"}},
        "task_queues": [_queue(name) for name in QUEUES],
        "task_annotations": {name: {"time_limit": settings.cpu_deadline_s} for name in CPU_TASKS},
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "worker_max_tasks_per_child": 500,
        "worker_max_memory_per_child": 600_000,  # kB
        "worker_send_task_events": False,
        "timezone": "UTC",
        "beat_scheduler": "worker.tasks.beat:SteadyScheduler",
        "beat_schedule": {
            "tick": {
                "task": "kuzet.tick",
                "schedule": TICK_S,
                "options": {"queue": "tick", "expires": 3 * TICK_S},
            },
            "health": {
                "task": "kuzet.record_health",
                "schedule": HEALTH_S,
                "options": {"queue": "upkeep", "expires": HEALTH_S},
            },
            "housekeeping": {
                "task": "kuzet.housekeeping",
                "schedule": HOUSEKEEPING_S,
                "options": {"queue": "upkeep", "expires": HOUSEKEEPING_S},
            },
        },
    }


def _queue(name: str) -> Queue:
    return Queue(name, Exchange(name), routing_key=name)  # type: ignore[no-untyped-call]


def broker_url(settings: Settings) -> str:
    """The broker's URL as kombu writes it: unix:///path is redis+socket:///path there."""
    url = settings.broker_url or DEFAULT_BROKER_URL
    return f"redis+socket{url.removeprefix('unix')}" if url.startswith("unix:") else url


@signals.setup_logging.connect
def _logs(**_: object) -> None:
    configure_logs(app.runtime.settings)


@signals.celeryd_after_setup.connect
def _compile_rules(instance: Any, **_: object) -> None:
    """Compile the rules before the cpu worker forks: its children inherit them, also those born later.

    With broken rules it starts all the same and leaves the articles where they are until the file is mended.
    """
    if "cpu" not in instance.app.amqp.queues.consume_from:
        return
    try:
        instance.app.runtime.rules.tagger()
    except ConfigError as error:
        log.error("no article is read until this is mended", error=str(error))  # noqa: TRY400  # needs no traceback


@signals.worker_ready.connect
def _make_index(sender: Any, **_: object) -> None:
    """Let the worker that drains make the index when it starts: people search before the first article has come."""
    if "drain" in sender.app.amqp.queues.consume_from:
        call_drain(sender.app)


app = Watch(_settings())
