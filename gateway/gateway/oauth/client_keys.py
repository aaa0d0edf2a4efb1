"""Public keys of clients, as they are registered: inline (nothing is fetched), few, strong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

ALGORITHMS = ("RS256", "PS256", "ES256", "Ed25519")
MOST_KEYS = 5
_FITTING = {"RSA": {"RS256", "PS256"}, "EC": {"ES256"}, "OKP": {"Ed25519"}}
_LEAST_MODULUS = 342  # 2048 bits as they stand in a JWK
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

Key = RSAKey | ECKey | OKPKey


def keys_fault(jwks: Mapping[str, Any]) -> str | None:
    """The code of what is wrong with a key set; None where it may be registered."""
    listed = jwks.get("keys")
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_KEYS:
        return f"length:1:{MOST_KEYS}"
    kids = [one.get("kid") if isinstance(one, dict) else None for one in listed]
    if len(listed) > 1 and (None in kids or len(set(kids)) < len(kids)):
        return "invalid"
    return None if all(_is_strong(one) for one in listed) else "invalid"


def key_for(jwks: Mapping[str, Any], header: Mapping[str, Any]) -> Key:
    """The registered key that this header names. Raises ValueError."""
    listed, kid, algorithm = jwks["keys"], header.get("kid"), header.get("alg")
    known = listed if kid is None else [one for one in listed if one.get("kid") == kid]
    if len(known) != 1 or algorithm not in _FITTING[known[0]["kty"]]:
        raise ValueError("no such key, or not for this algorithm")
    if known[0].get("alg", algorithm) != algorithm:
        raise ValueError("the key is for another algorithm")
    return _imported(known[0])


def public_key(jwk: Any) -> Key:
    """A key that somebody sends of his own. Raises ValueError."""
    if not _is_strong(jwk):
        raise ValueError("not a strong public key")
    return _imported(jwk)


def fits(jwk: Mapping[str, Any], algorithm: object) -> bool:
    return algorithm in _FITTING[jwk["kty"]]


def _is_strong(jwk: Any) -> bool:
    if not isinstance(jwk, dict) or _PRIVATE & set(jwk) or jwk.get("use", "sig") != "sig":
        return False
    if jwk.get("kty") == "RSA" and len(str(jwk.get("n"))) < _LEAST_MODULUS:
        return False
    try:
        key = _imported(jwk)
        return isinstance(key, RSAKey) or key.curve_name in ("P-256", "Ed25519")
    except (JoseError, ValueError, KeyError, TypeError):
        return False


def _imported(jwk: dict[str, Any]) -> Key:
    [key] = KeySet.import_key_set({"keys": [jwk]}).keys
    if isinstance(key, OctKey):
        raise ValueError("a shared secret is no public key")
    return key
