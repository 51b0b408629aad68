"""`kuzet up` and `kuzet down`: the watch on one machine, engines and all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from config.settings import Settings
from pipelines.errors import KuzetError
from worker.answers.wording import duration
from worker.cli.console import BUSY, FAILED, err, fail, out
from worker.cli.invocation import kuzet_here
from worker.cli.session import open_runtime
from worker.local.atomic import write_text

if TYPE_CHECKING:
    from worker.local.run import LocalRun
    from worker.runtime import Runtime

commands = typer.Typer()

LOOK_S, LOOK_EVERY_S = 0.2, 5.0
STARTED_WITHIN_S = 900.0
"""The first start downloads 60 MB."""
WORKING_WITHIN_S = 300.0
"""How long the workers may take once the engines answer."""
FEW_ARENAS = {"MALLOC_ARENA_MAX": "2"}
"""The C library keeps a heap for each thread otherwise; the desk has a dozen of them."""
STOPPED_WITHIN_S = 90.0
"""The workers get 15 s and the search node 20 s to end; a busy machine needs more."""
MODULE = "worker.cli"


@commands.command("up")
def up(
    *,
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Return once it runs; `kuzet down` ends it. Log: logs/up.log.")
    ] = False,
) -> None:
    """Start the watch on this machine and stay until Ctrl-C: broker, search node, workers, clock.

    The first start downloads the search node and builds the dictionary, and shows how far it is.

    Example: KUZET_DATA=~/kuzet-data kuzet up --detach
    """
    from worker.local.locks import DataBusyError
    from worker.runtime import Runtime

    settings = Settings()
    Runtime(settings).check_config()
    if detach:
        run_detached(settings)
        return
    try:
        with running(settings) as run:
            desk = start_desk(run)
            names = ", ".join(run.pids())
            out.print(f"The watch is up ({names}). Data and logs: {settings.data}", soft_wrap=True)
            out.print(f"In a browser: {desk}", soft_wrap=True)
            out.print(f"In another terminal: {hints()}. Ctrl-C ends it.", soft_wrap=True)
            suggest_feeds(settings)
            wait_for_the_end(look=run.keep_facts)
            out.print("Stopping …")
    except DataBusyError as error:
        fail(error, code=BUSY)


@commands.command("down")
def down() -> None:
    """End the watch that runs on the data folder, and wait until everything of it has ended.

    Example: kuzet down
    """
    from worker.local.locks import DataLock
    from worker.local.run import run_pid

    settings = Settings()
    lock = DataLock(settings.data)
    if not lock.is_held():
        out.print(f"No watch is running on {settings.data}.", soft_wrap=True)
        return
    if (pid := run_pid(settings.data)) is None:
        raise KuzetError(str(settings.data), "the watch there is just starting or stopping", remedy="Try again soon.")
    began = time.monotonic()
    os.kill(pid, signal.SIGTERM)
    with err.status("Stopping …"):
        ended = wait_until(lambda: not lock.is_held(), within_s=STOPPED_WITHIN_S)
    if not ended:
        remedy = f"Its logs are in {settings.data / 'logs'}."
        raise KuzetError(f"Process {pid}", f"still runs after {STOPPED_WITHIN_S:.0f} s", remedy=remedy)
    out.print(f"The watch on {settings.data} has ended ({duration(time.monotonic() - began)}).", soft_wrap=True)


def hints() -> str:
    """Name the commands a newcomer tries next, as they are typed here."""
    here = kuzet_here()
    return f"{here} status, {here} watch, {here} search …"


def suggest_feeds(settings: Settings) -> None:
    """Say how to try the known feeds that are off, until a person has chosen feeds of their own."""
    from worker.runtime import Runtime

    runtime = Runtime(settings)
    off = sum(not feed.enabled for feed in runtime.catalogue)
    if off and not runtime.own_feeds.file.exists():
        out.print(f"{off} known feeds are off. Try them: {kuzet_here()} feeds check --all --enable", soft_wrap=True)


def run_detached(settings: Settings) -> None:
    """Start `kuzet up` in a session of its own and wait until it works. Raises KuzetError with its last words."""
    from worker.local.locks import DataLock

    if DataLock(settings.data).is_held():
        busy = KuzetError(str(settings.data), "a watch is running there already", remedy="`kuzet down` ends it.")
        fail(busy, code=BUSY)
    prepare_dictionary(settings)  # with its bar here, not in the log
    log = settings.data / "logs" / "up.log"
    process = start_in_background(log)
    try:
        await_working(process, settings, log)
    except BaseException:
        process.terminate()
        process.wait()
        raise
    out.print(f"The watch is up (process {process.pid}). Data and logs: {settings.data}", soft_wrap=True)
    out.print(f"In a browser: {desk_address(settings)}", soft_wrap=True)
    out.print(f"Now try: {hints()}. It ends with: {kuzet_here()} down", soft_wrap=True)
    suggest_feeds(settings)


def await_working(process: subprocess.Popen[bytes], settings: Settings, log: Path) -> None:
    """Wait until the watch works. Raises KuzetError when it has ended or takes too long."""
    from worker.local.run import run_settings

    def has_ended() -> bool:
        return process.poll() is not None

    with err.status("Starting the watch."):
        wait_until(lambda: has_ended() or run_settings(settings.data) is not None, within_s=STARTED_WITHIN_S)
        working = wait_until(lambda: has_ended() or is_working(settings), within_s=WORKING_WITHIN_S)
    if has_ended():
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        said = lines[-1].removeprefix("error").strip() if lines else "it said nothing"
        raise KuzetError("The watch", f"did not start: {said}", remedy=f"Its log: {log}")
    if not working:
        problem = f"is not ready after {WORKING_WITHIN_S:.0f} s"
        raise KuzetError("The watch", problem, remedy=f"Its logs are in {log.parent}.")


def start_in_background(log: Path) -> subprocess.Popen[bytes]:
    """Run `kuzet up` so that it outlives this terminal, with its words in a log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as file:
        return subprocess.Popen(  # noqa: S603  # this very program
            [sys.executable, "-m", MODULE, "up"],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )


def is_working(settings: Settings) -> bool:
    """Whether the run on the data folder answers, has looked for work with every queue served, and has an index."""
    from redis.exceptions import RedisError

    from worker.answers.status import is_there
    from worker.local.run import run_settings

    if run_settings(settings.data) is None:
        return False
    try:
        runtime = open_runtime()
        return is_there(runtime, worker="") and bool(runtime.search.index_name())
    except (RedisError, KuzetError):
        return False  # it is just starting


def is_served(runtime: Runtime) -> bool:
    """Whether every queue has a worker."""
    from worker.state.workers import QUEUES, present, slots

    workers = present(runtime.redis, runtime.settings.redis_prefix, now=runtime.now())
    return all(slots(workers, queue) for queue in QUEUES)


@contextmanager
def running(settings: Settings) -> Iterator[LocalRun]:
    """Engines, dictionary, workers and clock, until the block ends. Raises KuzetError with everything stopped again."""
    from worker.cli.progress import ConsoleReport
    from worker.local.run import LocalRun

    report = ConsoleReport(err)
    run = LocalRun(settings, report=report)
    try:
        run.install_dictionary(prepare_dictionary(settings))
        with ends_on_sigterm(), run:
            run.spawn_services()
            yield run
    finally:
        report.close()


def start_desk(run: LocalRun) -> str:
    """Start the desk as a child of the run, on a free port if its own is taken; return its address."""
    from worker.desk.access import Door
    from worker.desk.accounts import Accounts
    from worker.desk.server import address_of, free_port

    settings = run.settings
    Door.of(settings).check(has_accounts=bool(Accounts(settings.data / "desk")))
    port = free_port(settings)
    run.spawn("desk", ("worker.desk",), {"KUZET_DESK_PORT": str(port), **FEW_ARENAS})
    address = address_of(settings, port)
    write_text(settings.data / "desk.address", address)
    return address


def desk_address(settings: Settings) -> str:
    """Return where the desk of the run on a data folder is; empty without one."""
    file = settings.data / "desk.address"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def prepare_dictionary(settings: Settings) -> Path:
    """Return the folder of the dictionary. It is built by a child: building takes 1.3 GB, which a process keeps."""
    from worker.files.dictionaries import dictionary_name
    from worker.files.layers import Layers
    from worker.local.children import GUARD

    folder = settings.cache / "dictionaries"
    built = folder / dictionary_name(*Layers.of(settings).lexicons)
    if not built.is_dir():
        guarded = [sys.executable, "-I", "-S", str(GUARD), str(os.getpid())]  # it ends with this process
        command = [*guarded, sys.executable, "-m", MODULE, "dictionaries", "build", str(folder)]
        if code := subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:  # noqa: S603  # ours
            raise typer.Exit(code if code > 0 else FAILED)
    return built


def wait_until(condition: Callable[[], bool], *, within_s: float) -> bool:
    """Look again and again; whether it became true in time."""
    ends_at = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > ends_at:
            return False
        time.sleep(LOOK_S)
    return True


def wait_for_the_end(*, look: Callable[[], None] = lambda: None) -> None:
    """Sleep until Ctrl-C or SIGTERM, and look every LOOK_EVERY_S."""
    never = threading.Event()
    try:
        while not never.wait(LOOK_EVERY_S):
            look()
    except KeyboardInterrupt:
        return


@contextmanager
def ends_on_sigterm() -> Iterator[None]:
    """SIGTERM ends the block as Ctrl-C does, so that whatever was started is stopped."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
