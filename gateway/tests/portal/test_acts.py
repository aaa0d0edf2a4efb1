"""The simulator names each act of a contract, in words, in both languages."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from contracts.registry import CALLS
from contracts.rights import Audience
from gateway.portal.acts import act_names

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_act_of_a_contract_has_words_of_its_own(language: str) -> None:
    acts = {name for name, call in CALLS.items() if call.right.audience is Audience.TENANT}
    app = Flask("gateway")
    Babel(app)
    with app.test_request_context(), force_locale(language):
        names = act_names()
    assert set(names) == acts
    assert len(set(names.values())) == len(names)
