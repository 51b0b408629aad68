"""Logs: structlog on stderr, one line an event; JSON when a machine reads them."""

from __future__ import annotations

import logging
import sys

import structlog

from config.settings import Settings
from pipelines.characters import shown

QUIET = (
    "elastic_transport",
    "urllib3",
    "trafilatura",
    "htmldate",
    "courlan",
    "pymorphy3",
    "kombu",
    "celery.redirected",
)


TICK = "kuzet.tick"


class WithoutTicks(logging.Filter):
    """Drops Celery's own lines about the tick: four a second, while the tick logs itself what it did."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno > logging.INFO or not record.name.startswith("celery"):
            return True
        about = getattr(record, "data", None) or {}
        return about.get("name") != TICK and not (isinstance(record.args, tuple) and TICK in record.args)


def printable_values(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Leave out of texts what a terminal would obey: a site's words are in errors."""
    return {name: shown(value) if isinstance(value, str) else value for name, value in event.items()}


def configure_logs(settings: Settings) -> None:
    """Send our own and the libraries' logs through one formatter."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        printable_values,
    ]
    for_people = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    last = structlog.processors.JSONRenderer(ensure_ascii=False) if settings.log_json else for_people
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(WithoutTicks())
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[_plain, last]))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


_plain = structlog.stdlib.ProcessorFormatter.remove_processors_meta
