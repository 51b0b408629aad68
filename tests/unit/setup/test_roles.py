"""The roles of kuzet's accounts: enough to work, and no more."""

from __future__ import annotations

import pytest

from tests.support.rights import CLUSTER_RIGHTS, INDEX_RIGHTS, needs
from worker.setup import roles

ROLES = [roles.workers("watch"), roles.installer(), roles.analysts("watch")]


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_no_role_reaches_beyond_our_indices(role):
    """The cluster may hold what does not concern us, its accounts for a start."""
    assert set(role.indices) <= {"watch", "watch-*"}
    assert "all" not in role.index_rights
    assert set(role.cluster) <= {"monitor", "cancel_task"}
    assert set(role.index_rights) <= INDEX_RIGHTS
    assert set(role.cluster) <= CLUSTER_RIGHTS


@pytest.mark.parametrize("role", ROLES[1:], ids=lambda role: role.name)
def test_kibana_takes_either_base_or_features(role):
    """It answers 400 to both, and to neither there would be nothing to see."""
    [rights] = role.for_kibana["kibana"]
    assert bool(rights["base"]) != bool(rights["feature"])
    assert rights["spaces"] == ["default"]


WRITES = ["PUT /watch-000002", "DELETE /watch-000001", "POST /watch-write/_bulk", "POST /watch/_delete_by_query"]


@pytest.mark.parametrize("request_line", WRITES)
def test_an_analyst_can_only_read(request_line):
    """A person at a dashboard cannot delete an index by a slip in the console."""
    method, _, target = request_line.partition(" ")
    role = roles.analysts("watch").for_elasticsearch
    assert not all(need.is_met_by(role) for need in needs(method, target, b""))
    assert all(need.is_met_by(role) for need in needs("POST", "/watch/_search", b""))


def test_the_installer_reads_no_article():
    """It writes what Kibana shows, not what it shows it of."""
    role = roles.installer().for_elasticsearch
    assert not any(need.is_met_by(role) for need in needs("POST", "/watch/_search", b""))
