"""Who may do what: one role for the workers, one for the installer of the dashboards, one for people who read.

The names of privileges are those of «Elasticsearch privileges» and «Kibana privileges» in Elastic's documentation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SPACE = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Rights on the cluster, on indices (all of one kind), and on features of Kibana in one space.

    base: «all» or «read» on every feature of Kibana; Kibana takes either that or single features.
    """

    name: str
    description: str
    cluster: Sequence[str] = ()
    indices: Sequence[str] = ()
    index_rights: Sequence[str] = ()
    base: Sequence[str] = ()
    features: Mapping[str, Sequence[str]] | None = None

    @property
    def for_elasticsearch(self) -> dict[str, Any]:
        """What it is on Elasticsearch, as its security API and Kibana's call it."""
        indices = [{"names": list(self.indices), "privileges": list(self.index_rights)}] if self.indices else []
        return {"cluster": list(self.cluster), "indices": indices}

    @property
    def for_kibana(self) -> dict[str, Any]:
        """The whole role, as Kibana's role API takes it."""
        features = {name: list(rights) for name, rights in (self.features or {}).items()}
        rights = {"base": list(self.base), "feature": features, "spaces": [SPACE]}
        return {"description": self.description, "elasticsearch": self.for_elasticsearch, "kibana": [rights]}


def ours(index: str) -> tuple[str, str]:
    """Patterns of our aliases and indices: `kuzet`, and `kuzet-write`, `kuzet-000001`, `kuzet-polls` and so on."""
    return index, f"{index}-*"


def workers(index: str) -> Role:
    """Everything the services ask of the search engine.

    monitor: health, and how far a copy is; cancel_task: stopping a copy. They use no templates, pipelines or snapshots.
    """
    return Role(
        name="kuzet_workers",
        description="The services of kuzet: write, search and rebuild their own indices.",
        cluster=("monitor", "cancel_task"),
        indices=ours(index),
        index_rights=("read", "write", "manage"),
    )


def installer() -> Role:
    """What importing saved objects and setting the default data view and advanced settings takes; no article."""
    features = ("savedObjectsManagement", "savedObjectsTagging", "indexPatterns", "advancedSettings")
    return Role(
        name="kuzet_installer",
        description="The installer of kuzet's dashboards: writes saved objects and settings, reads no article.",
        features=dict.fromkeys(features, ("all",)),
    )


def analysts(index: str) -> Role:
    return Role(
        name="kuzet_analysts",
        description="People who search and look at dashboards, and change nothing.",
        indices=ours(index),
        index_rights=("read", "view_index_metadata"),
        base=("read",),
    )
