"""`python -m worker.desk`: the desk as a child of `kuzet up`, with the settings of its environment."""

from __future__ import annotations

from config.settings import Settings
from worker.desk.server import serve
from worker.runtime import Runtime

if __name__ == "__main__":
    serve(Runtime(Settings()))
