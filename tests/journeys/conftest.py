from __future__ import annotations

from typing import Any

import pytest
from tests.journeys.town import Town


@pytest.fixture(scope="session")
def town(stack: Any, mail: Any) -> Town:
    return Town.of(stack, mail)
