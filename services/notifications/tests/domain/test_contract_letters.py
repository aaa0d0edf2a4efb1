from __future__ import annotations

from datetime import UTC, datetime

import pytest

from contracts.codes import TenantCode
from notifications.domain.contract_letters import billing_details_changed

pytestmark = pytest.mark.unit


def test_contract_whose_referent_is_not_known_yet_has_nobody_to_write_to() -> None:
    fact = {
        "tenant": TenantCode("OCB0001001"),
        "referent_id": None,
        "changed": ["address"],
        "changed_at": datetime(2026, 12, 1, tzinfo=UTC),
    }
    assert billing_details_changed(fact) is None
