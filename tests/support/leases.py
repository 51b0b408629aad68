"""How long claims live in tests that drive the state by hand: as in a run without settings."""

from __future__ import annotations

from config.settings import Settings
from worker.runtime import Runtime

LEASE_S = Runtime(Settings()).lease_s
