"""What the gateway tells: of clients, to each of those who answer for them, and of sessions.

One fact for each reader, as with what is told of staff: who that is was asked of identity when the
thing happened, and what was told once is not told again.
"""

from __future__ import annotations

from enum import StrEnum

from contracts.fields import Choice, Id, Instant, Many, Part, Strict, Tenant, Text, Whole
from contracts.gateway.contract import GATEWAY

MOST_NEWS_NAMED = 20


class ClientChange(StrEnum):
    """What happened to a client, or by which it now proves itself."""

    REGISTERED = "registered"
    SECRET_ADDED = "secret-added"  # noqa: S105 - what happened
    KEYS_CHANGED = "keys-changed"
    ANSWERED_ELSEWHERE = "answered-elsewhere"  # its redirect URIs
    SIGN_OUT_ELSEWHERE = "sign-out-elsewhere"  # where it is told of one, or sends people after it
    GIVEN_MORE = "given-more"  # scopes, tenants, grants
    FIRST_PARTY = "first-party"  # from now on nobody is asked to agree
    QUOTA_CHANGED = "quota-changed"
    CHANGED = "changed"  # in something else, its name for example
    SECRET_REMOVED = "secret-removed"  # noqa: S105 - what happened
    REMOVED = "removed"
    MAKER_LOST_RIGHT = "maker-lost-right"  # who has seen its secret may no longer administer it
    KEYS_SETTER_LOST_RIGHT = "keys-setter-lost-right"  # who set its keys may not any more


class _AboutClient(Strict):
    """``person_id``: the reader; ``tenant``: null for the provider's own."""

    person_id = Id(required=True)
    tenant = Tenant(required=True, allow_none=True)
    client_id = Text(maximum=64, required=True)
    client_name = Text(maximum=120, required=True)


class ClientAnnouncedPayload(_AboutClient):
    change = Choice(ClientChange, required=True)
    changed_by_name = Text(required=True, allow_none=True)
    changed_at = Instant(required=True)
    secret_ends_at = Instant(
        load_default=None,
        allow_none=True,
        metadata={"description": "Until when a secret opens that somebody knows who should not."},
    )
    keys_end_at = Instant(
        load_default=None,
        allow_none=True,
        metadata={"description": "Until when keys open that somebody set who should not."},
    )


class ClientSecretExpiryApproachedPayload(_AboutClient):
    secret_id = Id(required=True)
    expires_at = Instant(required=True)
    days = Whole(required=True, metadata={"description": "Left, counted up to whole ones."})


class ClientSecretExpiredPayload(_AboutClient):
    secret_id = Id(required=True)
    expired_at = Instant(required=True)


class ClientKeysExpiryApproachedPayload(_AboutClient):
    expires_at = Instant(required=True)
    days = Whole(required=True, metadata={"description": "Left, counted up to whole ones."})


class ClientKeysExpiredPayload(_AboutClient):
    expired_at = Instant(required=True)


class GatheredChange(Strict):
    client_id = Text(maximum=64, required=True)
    client_name = Text(maximum=120, required=True)
    change = Choice(ClientChange, required=True)
    changed_at = Instant(required=True)


class ClientNewsGatheredPayload(Strict):
    """What was too much to be told one by one. ``person_id``: the reader; ``tenant``: null for the
    provider's own; ``changes``: the first of those that were ``counted``."""

    person_id = Id(required=True)
    tenant = Tenant(required=True, allow_none=True)
    counted = Whole(required=True)
    changes = Many(Part(GatheredChange), maximum=MOST_NEWS_NAMED, required=True)
    first_at = Instant(required=True)
    last_at = Instant(required=True)


class SessionsEndedPayload(Strict):
    """By somebody of the provider's staff."""

    person_id = Id(required=True)
    ended_at = Instant(required=True)


ClientAnnounced = GATEWAY.event(
    "ClientAnnounced", payload=ClientAnnouncedPayload, heard_by=("notifications",)
)
ClientSecretExpiryApproached = GATEWAY.event(
    "ClientSecretExpiryApproached",
    payload=ClientSecretExpiryApproachedPayload,
    heard_by=("notifications",),
)
ClientSecretExpired = GATEWAY.event(
    "ClientSecretExpired", payload=ClientSecretExpiredPayload, heard_by=("notifications",)
)
ClientKeysExpiryApproached = GATEWAY.event(
    "ClientKeysExpiryApproached",
    payload=ClientKeysExpiryApproachedPayload,
    heard_by=("notifications",),
)
ClientKeysExpired = GATEWAY.event(
    "ClientKeysExpired", payload=ClientKeysExpiredPayload, heard_by=("notifications",)
)
ClientNewsGathered = GATEWAY.event(
    "ClientNewsGathered", payload=ClientNewsGatheredPayload, heard_by=("notifications",)
)
SessionsEnded = GATEWAY.event(
    "SessionsEnded", payload=SessionsEndedPayload, heard_by=("notifications",)
)
