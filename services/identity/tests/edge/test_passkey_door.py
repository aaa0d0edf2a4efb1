"""At the door of passkeys nothing tells whether somebody bears a login, or has a passkey."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contracts import identity as calls

pytestmark = pytest.mark.servers


def test_every_login_and_none_are_asked_for_any_passkey(identity: Any) -> None:
    identity.open_tenant("OCB0001234")
    asked = []
    for login in ("John.Doe", "Nobody.Here", None):
        answer = identity.ask(calls.start_passkey_sign_in, login=login, bound_to="a browser")
        options = json.loads(answer["options"])
        assert options.pop("challenge")
        asked.append(options)
    assert asked[0] == asked[1] == asked[2]
    assert not asked[0].get("allowCredentials")
