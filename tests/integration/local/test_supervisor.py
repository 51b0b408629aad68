"""Children: started again when they end, later each time when they keep ending, gone when their parent is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from worker.local.children import Command, rotate
from worker.local.locks import DataLock
from worker.local.report import Silence
from worker.local.supervisor import Backoff, Supervisor

QUICK = Backoff(first_pause_s=0.01, max_quick_ends=2)
SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")


class Notes(Silence):
    def __init__(self) -> None:
        self.sentences: list[str] = []

    def say(self, sentence: str) -> None:
        self.sentences.append(sentence)


def eventually(condition: Callable[[], object], *, within_s: float = 10) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    """Whether the process has ended; who inherits an orphan may take its time to bury it."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_killed_child_starts_again(tmp_path: Path):
    """A worker that was killed must come back without anybody looking."""
    notes = Notes()
    with Supervisor(tmp_path, report=notes, backoff=QUICK) as supervisor:
        first = supervisor.start(Command(name="sleeper", argv=SLEEPER)).pid
        os.kill(first, signal.SIGKILL)
        eventually(lambda: supervisor.pids().get("sleeper", first) != first)
    assert notes.sentences == ["sleeper was ended by SIGKILL; it starts again in 0.01 s."]


def test_child_that_keeps_ending_is_reported_and_started_again(tmp_path: Path):
    """A full disk ended a worker six times, and 150 s after there was room again nothing had come of it."""
    notes = Notes()
    cause = tmp_path / "no such setting"
    script = f"import os, sys, time; os.path.exists({str(cause)!r}) or sys.exit('no such setting'); time.sleep(60)"
    with Supervisor(tmp_path, report=notes, backoff=replace(QUICK, longest_pause_s=0.05)) as supervisor:
        supervisor.start(Command(name="broken", argv=(sys.executable, "-c", script)))
        eventually(lambda: supervisor.failed() == ("broken",))
        eventually(lambda: "again and again" in notes.sentences[-1])
        assert "no such setting" in notes.sentences[-1]
        cause.touch()
        eventually(lambda: "broken" in supervisor.pids())
        first = supervisor.pids()["broken"]
        time.sleep(0.3)
        assert supervisor.pids()["broken"] == first


def test_disk_that_takes_no_log_delays_but_does_not_blind(tmp_path: Path):
    """A start that fails for a reason outside is tried again; the other children stay looked after."""
    notes = Notes()
    with Supervisor(tmp_path / "logs", report=notes, backoff=replace(QUICK, longest_pause_s=0.05)) as supervisor:
        first = supervisor.start(Command(name="sleeper", argv=SLEEPER)).pid
        (tmp_path / "logs").rename(tmp_path / "away")
        (tmp_path / "logs").write_text("no folder")
        os.kill(first, signal.SIGKILL)
        eventually(lambda: any("cannot be started" in sentence for sentence in notes.sentences))
        (tmp_path / "logs").unlink()
        eventually(lambda: "sleeper" in supervisor.pids())


def test_pauses_grow_and_end():
    """Restarts slow down to once a minute and no further."""
    backoff = Backoff()
    assert [backoff.pause_s(ends) for ends in (0, 1, 2, 3, 4)] == [0.5, 0.5, 1, 2, 4]
    assert backoff.pause_s(50) == 60


def test_children_leave_at_the_same_time(tmp_path: Path):
    """Stopping takes as long as the slowest child, not as all of them together."""
    script = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.6), sys.exit()));"
        "open(sys.argv[1], 'w'); time.sleep(60)"
    )
    supervisor = Supervisor(tmp_path, report=Silence())
    for name in "abc":
        supervisor.start(Command(name=name, argv=(sys.executable, "-c", script, str(tmp_path / name))))
    eventually(lambda: all((tmp_path / name).exists() for name in "abc"))
    started = time.monotonic()
    supervisor.stop()
    assert 0.6 <= time.monotonic() - started < 1.5


def test_child_that_will_not_leave_is_killed_with_its_own_children(tmp_path: Path):
    """Stopping has an end, and leaves nothing running."""
    script = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "note = open(sys.argv[1], 'w'); print(child.pid, file=note, flush=True); time.sleep(60)"
    )
    note = tmp_path / "grandchild"
    supervisor = Supervisor(tmp_path, report=Silence())
    supervisor.start(Command(name="stubborn", argv=(sys.executable, "-c", script, str(note)), grace_s=0.2))
    eventually(lambda: note.exists() and note.read_text().endswith("\n"))
    supervisor.stop()
    eventually(lambda: is_gone(int(note.read_text())))


def test_child_that_never_gets_ready_is_ended(tmp_path: Path):
    """An engine that fails to start must not be restarted behind the error the person reads."""
    pids = []

    def never(child: object) -> None:
        pids.append(child.pid)
        raise RuntimeError("not ready")

    with Supervisor(tmp_path, report=Silence()) as supervisor:
        with pytest.raises(RuntimeError, match="not ready"):
            supervisor.start(Command(name="sleeper", argv=SLEEPER), ready=never)
        assert is_gone(pids[0])


def test_children_end_with_a_killed_parent(tmp_path: Path):
    """SIGKILL leaves a parent no time to clean up; the kernel does it."""
    script = f"""
import time
from pathlib import Path
from worker.local.children import Command
from worker.local.locks import DataLock
from worker.local.report import Silence
from worker.local.supervisor import Supervisor
supervisor = Supervisor(Path({str(tmp_path)!r}), report=Silence())
for name in "ab":
    supervisor.start(Command(name=name, argv={SLEEPER!r}))
print(*supervisor.pids().values(), flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        assert not any(map(is_gone, pids))
        parent.kill()
    eventually(lambda: all(map(is_gone, pids)))


def test_grown_log_is_put_aside(tmp_path: Path):
    """A watch that runs for months must not fill the disk with its logs; its writer appends and goes on."""
    log = tmp_path / "child.log"
    with log.open("a") as writer:
        writer.write("old\n" * 10)
        writer.flush()
        rotate(log, limit_bytes=30)
        writer.write("new\n")
    assert log.read_text() == "new\n"
    assert (tmp_path / "child.log.1").read_text() == "old\n" * 10


def test_no_other_user_reads_what_a_child_writes(tmp_path: Path):
    """Articles, pages, logs and the state lie in a folder that other users of the machine may enter."""
    written = tmp_path / "written"
    script = f"import pathlib, time; pathlib.Path({str(written)!r}).write_text('x'); time.sleep(60)"
    with Supervisor(tmp_path, report=Silence(), backoff=QUICK) as supervisor:
        supervisor.start(Command(name="writer", argv=(sys.executable, "-c", script)))
        eventually(written.exists)
    assert written.stat().st_mode & 0o077 == 0


def test_a_data_folder_is_our_own(tmp_path: Path):
    """The search node has no password: what keeps others from its files is this folder."""
    lock = DataLock(tmp_path / "new" / "data")
    lock.acquire()
    lock.release()
    assert lock.folder.stat().st_mode & 0o777 == 0o700
