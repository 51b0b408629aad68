"""Keeps children alive: one thread that starts them, notices their death, and starts them again with back-off."""

from __future__ import annotations

import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock, Thread
from typing import ClassVar, Self

from pipelines.errors import EngineUnavailableError
from worker.local.children import Child, Command, rotate
from worker.local.report import Report

LOOK_S = 0.1
LOG_CHECK_EVERY = 300  # looks


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """When a child that ended is started again: always, later each time. One that lived `settled_s` begins anew.

    After more than `max_quick_ends` it is reported with its last words.
    """

    first_pause_s: float = 0.5
    longest_pause_s: float = 60.0
    settled_s: float = 20.0
    max_quick_ends: int = 5

    def pause_s(self, quick_ends: int) -> float:
        return float(min(self.first_pause_s * 2 ** max(quick_ends - 1, 0), self.longest_pause_s))


@dataclass(slots=True)
class _Post:
    """A place that is to be filled by a running child."""

    child: Child
    quick_ends: int = 0
    due_s: float | None = None  # seconds after the last child's start at which the next one is due


class Supervisor:
    """Starts commands as children and restarts those that end by themselves.

    All children are started from one thread, which lives until `stop`: the kernel ends a child with the thread that
    started it. A child that keeps ending soon after its start is reported, and started
    once a minute: what it lacks (a full disk, a broker) may come back. The report must not call back.
    """

    child_type: ClassVar[type[Child]] = Child

    def __init__(self, logs: Path, *, report: Report, backoff: Backoff = Backoff()) -> None:
        self._logs = logs
        self._report = report
        self._backoff = backoff
        self._posts: dict[str, _Post] = {}
        self._lock = Lock()
        self._stopping = Event()
        self._starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")
        self._watch = Thread(target=self._watch_children, name="supervisor", daemon=True)
        self._watch.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self, command: Command, *, ready: Callable[[Child], None] = lambda _: None) -> Child:
        """Start a command and keep it running. A name is used once.

        `ready` waits until the child can be used; what it raises ends the child for good and is passed on.
        """
        if command.name in self._posts:
            raise ValueError(f"{command.name} is running")
        child = self._launch(command)
        try:
            ready(child)
        except BaseException:
            child.stop()
            raise
        with self._lock:
            self._posts[command.name] = _Post(child)
        return child

    def log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def pids(self) -> dict[str, int]:
        """Return the pid of every running child, by name."""
        with self._lock:
            posts = dict(self._posts)
        return {name: post.child.pid for name, post in posts.items() if post.child.exit_code() is None}

    def failed(self) -> tuple[str, ...]:
        """Name the children that keep ending soon after their start."""
        with self._lock:
            return tuple(name for name, post in self._posts.items() if self._keeps_ending(post))

    def stop(self) -> None:
        """Ask all children to leave, the last started first, and see them off. Safe to call twice."""
        self._stopping.set()
        self._watch.join()
        children = [post.child for post in reversed(self._posts.values())]
        self._posts.clear()
        for child in children:
            child.ask()
        for child in children:
            child.stop()
        self._starter.shutdown()

    def _launch(self, command: Command) -> Child:
        rotate(self.log(command.name))
        return self._starter.submit(self.child_type, command, log=self.log(command.name)).result()

    def _watch_children(self) -> None:
        looks = 0
        while not self._stopping.wait(LOOK_S):
            looks += 1
            with self._lock:
                for name, post in self._posts.items():
                    self._look_after(name, post)
            if looks % LOG_CHECK_EVERY == 0:
                self._rotate_logs()

    def _look_after(self, name: str, post: _Post) -> None:
        code = post.child.exit_code()
        if code is None:
            return
        if post.due_s is None:
            self._note_end(name, post, code)
        elif post.child.age_s >= post.due_s:
            self._start_again(name, post)

    def _start_again(self, name: str, post: _Post) -> None:
        try:
            post.child = self._launch(post.child.command)
        except OSError as error:  # no process, no disk: the others still need to be looked after
            post.due_s = post.child.age_s + self._backoff.longest_pause_s
            self._report.say(f"{name} cannot be started: {error}; next try in {self._backoff.longest_pause_s:g} s.")
        else:
            post.due_s = None

    def _note_end(self, name: str, post: _Post, code: int) -> None:
        age_s = post.child.age_s
        post.child.kill()  # what it left in its group
        post.quick_ends = post.quick_ends + 1 if age_s < self._backoff.settled_s else 0
        pause_s = self._backoff.pause_s(post.quick_ends)
        post.due_s = age_s + pause_s
        end = _last_words(post.child, code) if self._keeps_ending(post) else f"{name} {describe_end(code)}"
        self._report.say(f"{end}; it starts again in {pause_s:g} s.")

    def _keeps_ending(self, post: _Post) -> bool:
        return post.quick_ends > self._backoff.max_quick_ends

    def _rotate_logs(self) -> None:
        for name in list(self._posts):
            with suppress(OSError):  # a full disk; the next look tries again
                rotate(self.log(name))


def _last_words(child: Child, code: int) -> str:
    lines = " | ".join(child.last_lines(3))
    return f"{child.command.name} {describe_end(code)} again and again (see {child.log}: {lines})"


def describe_end(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"ended with code {code}"
    return f"was ended by {signal.Signals(-code).name}"


def require_alive(child: Child, subject: str) -> None:
    """Raise EngineUnavailableError with the child's last log lines when it has ended."""
    code = child.exit_code()
    if code is not None:
        lines = " | ".join(child.last_lines(3)) or "its log is empty"
        raise EngineUnavailableError(subject, f"{describe_end(code)}: {lines}", remedy=f"The whole log: {child.log}")
