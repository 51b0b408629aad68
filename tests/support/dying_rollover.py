"""A worker that kills itself in the step of a rollover that is due: at a call of `Indices`, before or after it is done.

Arguments: the node's URL, the broker's, the read alias, the prefix in Redis, the time, the call, `before` or `after`.
"""

from __future__ import annotations

import os
import signal
import sys

from redis import Redis

from config.settings import Settings
from worker.rebuilds.generations import Indices
from worker.rebuilds.rebuilder import Rebuilder
from worker.rebuilds.rollover import Rollover
from worker.search.engine import SearchEngine
from worker.state.rebuilds import Rebuilds
from worker.state.scripts import Scripts


def main(arguments: list[str]) -> None:
    search_url, broker_url, index, prefix, at, call, when = arguments
    act = getattr(Indices, call)

    def deadly(*arguments: object, **named: object) -> None:
        if when == "after":
            act(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(Indices, call, deadly)

    def now() -> float:
        return float(at)

    engine = SearchEngine.connect(Settings(search_url=search_url, search_index=index))
    rebuilds = Rebuilds(Scripts(Redis.from_url(broker_url, decode_responses=True), prefix))
    Rebuilder(rebuilds, {"rollover": Rollover(engine, dict, limit_gb=0, now=now)}, now=now).step()


if __name__ == "__main__":
    main(sys.argv[1:])
