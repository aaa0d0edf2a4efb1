"""How a client proves itself and what it insists on: the words of RFC 7591 and OpenID Connect."""

from __future__ import annotations

from enum import StrEnum

from contracts.fields import Choice, Flag, Id, Instant, Many, Part, Strict, Text, Whole

MOST_KEYS = 5


class TokenEndpointAuthMethod(StrEnum):
    BASIC = "client_secret_basic"
    POST = "client_secret_post"
    PRIVATE_KEY_JWT = "private_key_jwt"
    NONE = "none"


class PublicKey(Strict):
    """A JWK (RFC 7517) without its private part: a field of that is refused by its name."""

    kty = Text(maximum=8, required=True)
    kid = Text(maximum=255)
    use = Text(maximum=8)
    alg = Text(maximum=16)
    key_ops = Many(Text(maximum=16), maximum=8)
    n = Text(maximum=1400)
    e = Text(maximum=16)
    crv = Text(maximum=16)
    x = Text(maximum=128)
    y = Text(maximum=128)
    x5c = Many(Text(maximum=8000), maximum=4)
    x5t = Text(maximum=64)


class PublicKeys(Strict):
    keys = Many(Part(PublicKey), minimum=1, maximum=MOST_KEYS, required=True)


class ClientQuota(Strict):
    """So many requests at once, given back evenly within so many seconds."""

    requests = Whole(minimum=1, maximum=99_999_999, required=True)
    seconds = Whole(minimum=1, maximum=9_999, required=True)


class KeysShown(Strict):
    keys_set_by = Id(
        load_default=None,
        allow_none=True,
        metadata={"description": "Who set its keys; null also where that is not known."},
    )
    keys_expire_at = Instant(
        load_default=None,
        allow_none=True,
        metadata={"description": "They end then, for who set them may not administer it any more."},
    )


class ClientMetadata(Strict):
    token_endpoint_auth_method = Choice(
        TokenEndpointAuthMethod,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "Null: by its secret in either way; by its keys where it has any."
        },
    )
    jwks = Part(
        PublicKeys,
        load_default=None,
        allow_none=True,
        metadata={"description": "Its public keys, for ``private_key_jwt``; or else ``jwks_uri``."},
    )
    jwks_uri = Text(
        maximum=2000,
        load_default=None,
        allow_none=True,
        metadata={"description": "Where it publishes them: https, at a public address."},
    )
    dpop_bound_access_tokens = Flag(
        load_default=False,
        metadata={"description": "No token without a proof of its key (RFC 9449)."},
    )
    require_pushed_authorization_requests = Flag(
        load_default=False, metadata={"description": "By /oauth/par alone (RFC 9126)."}
    )
    backchannel_logout_uri = Text(
        maximum=2000,
        load_default=None,
        allow_none=True,
        metadata={"description": "Is told when a session ends in which it got tokens."},
    )
    backchannel_logout_session_required = Flag(
        load_default=False,
        metadata={"description": "Whether it needs ``sid`` there: it is always told."},
    )
    default_max_age = Whole(
        maximum=86_400,
        load_default=None,
        allow_none=True,
        metadata={"description": "Seconds since the proof, where a request does not say."},
    )
