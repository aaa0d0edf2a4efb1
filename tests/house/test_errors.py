"""Every kind of error crosses the wire, by nameko's own rule, and comes out equal."""

from __future__ import annotations

import json

import pytest
from nameko.exceptions import serialize

from servicekit.errors import KINDS, GuichetError

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_error_comes_out_as_it_went_in(kind: type[GuichetError]) -> None:
    error = kind("contract-unknown", {"tenant": "OCB0001001", "fields": {"name": ["required"]}})
    crossed = json.loads(json.dumps(serialize(error)))
    rebuilt = KINDS[crossed["exc_type"]](*crossed["exc_args"])
    assert rebuilt == error
    assert (rebuilt.code, rebuilt.details) == (error.code, error.details)
    assert rebuilt.status == kind.status


def test_no_two_kinds_share_a_status() -> None:
    statuses = [kind.status for kind in KINDS.values()]
    assert len(set(statuses)) == len(statuses)
