"""Does what a schedule says: signals, limits, a moved clock, a lying engine, sites in trouble."""

from __future__ import annotations

import resource
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import psutil

from benchmarks.faults.house import READY_S, House, patiently, wait_for
from benchmarks.faults.liar import LATE_S
from benchmarks.faults.newsroom import Trouble
from benchmarks.faults.patched import move_clock
from benchmarks.faults.schedule import Fault

Undo = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Done:
    """A fault that was done. Seconds of the plan."""

    fault: Fault
    began_s: float
    ended_s: float
    remark: str = ""


@dataclass
class Saboteur:
    """Runs each fault in a thread of its own at its time; `done` says what came of it."""

    house: House
    faults: Sequence[Fault]
    done: list[Done] = field(default_factory=list)
    say: Callable[[str], None] = print
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        for fault in self.faults:
            thread = threading.Thread(target=self._run, args=(fault,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _run(self, fault: Fault) -> None:
        newsroom = self.house.newsroom
        time.sleep(max(0.0, fault.at_s - newsroom.now_s))
        began_s, remark = newsroom.now_s, ""
        try:
            undo = DOING[fault.kind](self.house, fault)
            time.sleep(fault.lasts_s)
            undo()
        except (OSError, psutil.Error, TimeoutError) as error:
            remark = f"{type(error).__name__}: {error}"
        self.done.append(Done(fault, began_s, newsroom.now_s, remark))
        self.say(f"  {newsroom.now_s:7.1f}  {fault.name} is over{' ' if remark else ''}{remark}")


def kill(house: House, fault: Fault) -> Undo:
    """SIGKILL. The supervisor is started again at once, as an init would."""
    if fault.target == "child":
        wait_for(lambda: kill_children(house), "cpu has children", patience_s=READY_S)
    else:
        house.signal(fault.target, signal.SIGKILL)
    return house.restart if fault.target == "supervisor" else nothing


def kill_children(house: House) -> bool:
    """Kill the processes of the cpu worker's pool; false while it has none."""
    pid = house.pids().get("cpu")
    children = psutil.Process(pid).children() if pid else []
    for child in children:
        child.kill()
    return bool(children)


def stop(house: House, fault: Fault) -> Undo:
    """SIGSTOP, and SIGCONT to the same process; the pool of cpu is stopped with it."""
    pid = house.signal(fault.target, signal.SIGSTOP)
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for each in family[1:]:
        each.suspend()

    def go_on() -> None:
        for each in family:
            with suppress(psutil.Error):
                each.resume()

    return go_on


def fill(house: House, fault: Fault) -> Undo:
    """Let the disk be full for the broker, or for the io workers that store pages: no file of theirs may grow.

    The kernel answers a write with EFBIG, which is handled as ENOSPC is: the limit needs no rights and no disk.
    """
    names = ("broker",) if fault.target == "broker" else ("io", "io2")
    pids = [pid for name, pid in house.pids().items() if name in names]
    for pid in pids:
        limit_files(pid, 0)

    def make_room() -> None:
        for pid in pids:
            with suppress(OSError):  # it was killed meanwhile, and the new one has no limit
                limit_files(pid, resource.RLIM_INFINITY)

    return make_room


def limit_files(pid: int, size: int) -> None:
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def step_clock(house: House, fault: Fault) -> Undo:
    """Move the clock of all workers by an hour, and back: two steps."""
    move_clock(house.clock, float(fault.target))
    return partial(move_clock, house.clock, 0.0)


def lie(house: House, fault: Fault) -> Undo:
    """Let the search engine seem to fail."""
    house.liar.mode = fault.target

    def be_honest() -> None:
        house.liar.mode = ""
        if fault.target == "late":
            time.sleep(LATE_S)
            patiently(house.liar.let_arrive)

    return be_honest


def trouble(house: House, fault: Fault) -> Undo:
    """Let some sites fail."""
    for site in fault.sites:
        house.newsroom.trouble(site, Trouble(fault.target))

    def recover() -> None:
        for site in fault.sites:
            if house.newsroom.sites[site].trouble == fault.target:
                house.newsroom.trouble(site, None)

    return recover


def nothing() -> None:
    """Leave it to the watch."""


DOING: dict[str, Callable[[House, Fault], Undo]] = {
    "kill": kill,
    "stop": stop,
    "full": fill,
    "clock": step_clock,
    "search": lie,
    "site": trouble,
}
