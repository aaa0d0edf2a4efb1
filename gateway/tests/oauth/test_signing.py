"""What we sign, another library takes: with our published key, and with nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet, RSAKey

from gateway.oauth.signing import Signer

pytestmark = pytest.mark.servers

CLAIMS = {"sub": "Zoé", "scope": "a b", "tenants": ["*"], "exp": 4_000_000_000, "act": {"sub": "x"}}


def test_what_is_signed_is_read_by_the_published_keys(provider: Any) -> None:
    keys = provider.parts.keys
    signed = Signer(keys).signed("at+jwt", CLAIMS)
    read = jwt.decode(signed, KeySet.import_key_set(keys.public_set()), algorithms=["RS256"])
    assert read.claims == CLAIMS
    assert read.header == {"alg": "RS256", "typ": "at+jwt", "kid": keys.active.kid}


def test_what_was_changed_is_not(provider: Any) -> None:
    keys = provider.parts.keys
    header, claims, signature = Signer(keys).signed("JWT", CLAIMS).split(".")
    other, _, _ = Signer(keys).signed("at+jwt", CLAIMS).split(".")
    with pytest.raises(BadSignatureError):
        jwt.decode(f"{other}.{claims}.{signature}", keys.active, algorithms=["RS256"])
    strange = RSAKey.generate_key(2048)
    with pytest.raises(BadSignatureError):
        jwt.decode(f"{header}.{claims}.{signature}", strange, algorithms=["RS256"])
