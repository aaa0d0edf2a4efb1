from __future__ import annotations

from typing import Any

import pytest
from tests.journeys.town import Town


@pytest.fixture(scope="session")
def town(stack: Any, mail: Any) -> Town:
    portal = {
        "client_id": "portal",
        "client_secret": stack.env("gateway")["GUICHET_PORTAL_CLIENT_SECRET"],
        "redirect_uri": f"{stack.url}/portal/callback",
    }
    return Town(url=stack.url, demo=stack.demo, mail=mail, portal=portal)
