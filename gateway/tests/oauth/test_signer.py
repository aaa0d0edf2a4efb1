"""A signature is by the key that its header names, whoever else signs and whatever rotates."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from types import SimpleNamespace
from typing import Any, cast

import pytest
from joserfc import jws, jwt
from joserfc.jwk import KeySet, RSAKey

from gateway.oauth.keys import KeyRing
from gateway.oauth.signing import Signer

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def keys() -> list[RSAKey]:
    return [RSAKey.generate_key(2048, auto_kid=True) for _ in range(2)]


def ring(active: Any) -> KeyRing:
    return cast(KeyRing, active)


def test_threads_sign_together_while_keys_rotate(keys: list[RSAKey]) -> None:
    class Rotating:
        """Another key signs each time that one is asked for."""

        _turns = cycle(keys)

        @property
        def active(self) -> RSAKey:
            return next(self._turns)

    signer = Signer(ring(Rotating()))
    kinds = ("at+jwt", "JWT", "logout+jwt")
    asked = [(kinds[number % 3], {"jti": str(number)}) for number in range(60)]
    with ThreadPoolExecutor(8) as threads:
        signed = list(threads.map(lambda one: signer.signed(*one), asked))
    published = KeySet([*keys])
    named = set()
    for (kind, claims), text in zip(asked, signed, strict=True):
        read = jwt.decode(text, published, algorithms=["RS256"])  # by the key of its id alone
        assert read.claims == claims
        assert read.header["typ"] == kind
        named.add(read.header["kid"])
    assert named == {key.kid for key in keys}


def test_a_key_of_the_same_kind_does_not_take_the_others_header(keys: list[RSAKey]) -> None:
    headers = []
    for key in (*keys, *keys):
        text = Signer(ring(SimpleNamespace(active=key))).signed("JWT", {})
        headers.append(jws.extract_compact(text.encode()).headers()["kid"])
    assert headers == [key.kid for key in (*keys, *keys)]
