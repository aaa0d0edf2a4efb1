"""Passkeys (WebAuthn): what a browser is asked, and whether its answer proves anything.

Origin and relying party come from the installation's public address, never from a request.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from identity.domain.factors import Assertion, NewPasskey

_TRANSPORTS = {"usb", "nfc", "ble", "internal", "hybrid", "smart-card", "cable"}
# What unpacking a browser's answer may meet in it, beside the library's own complaints.
_UNREADABLE = (
    WebAuthnException,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    RecursionError,
)


class Passkeys:
    """``public_url``: an origin; ``brand``: what the browser's dialog calls us."""

    def __init__(self, *, public_url: str, brand: str) -> None:
        self._origin = public_url.rstrip("/")
        self._rp_id = urlsplit(public_url).hostname or ""
        self._brand = brand

    def registration_options(
        self, *, challenge: bytes, user_id: bytes, login: str, name: str, known: Sequence[bytes]
    ) -> str:
        """Discoverable: where one signs in with a passkey alone none is asked for by its id.
        ``known`` passkeys are not made a second time."""
        options = webauthn.generate_registration_options(
            rp_id=self._rp_id,
            rp_name=self._brand,
            user_id=user_id,
            user_name=login,
            user_display_name=name,
            challenge=challenge,
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
        )
        return options_to_json(options)

    def verified_registration(self, answer: str, *, challenge: bytes) -> NewPasskey | None:
        """None for whatever is not an answer to this challenge, made here."""
        try:
            verified = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._rp_id,
                expected_origin=self._origin,
            )
            told = json.loads(answer)["response"].get("transports") or []
        except _UNREADABLE:
            return None
        return NewPasskey(
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            transports=tuple(sorted(_TRANSPORTS.intersection(filter(_is_text, told)))),
            backed_up=verified.credential_backed_up,
        )

    def authentication_options(
        self, *, challenge: bytes, allowed: Sequence[bytes], verify_user: bool
    ) -> str:
        """With nothing allowed by name, any discoverable passkey of this site may answer."""
        options = webauthn.generate_authentication_options(
            rp_id=self._rp_id,
            challenge=challenge,
            allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in allowed],
            user_verification=UserVerificationRequirement.REQUIRED
            if verify_user
            else UserVerificationRequirement.PREFERRED,
        )
        return options_to_json(options)

    def credential_id_of(self, answer: str) -> bytes | None:
        """Which passkey it says it is: nothing is proved yet."""
        try:
            return base64url_to_bytes(json.loads(answer)["rawId"])
        except _UNREADABLE:
            return None

    def user_id_of(self, answer: str) -> bytes | None:
        """Whose passkey it says it is, where it says so."""
        try:
            told = json.loads(answer)["response"].get("userHandle")
            return None if told is None else base64url_to_bytes(told)
        except _UNREADABLE:
            return None

    def verified_assertion(
        self, answer: str, *, challenge: bytes, public_key: bytes, verify_user: bool
    ) -> Assertion | None:
        """None for whatever is not this key's signature of this challenge. Its count is told, not
        judged."""
        try:
            verified = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._rp_id,
                expected_origin=self._origin,
                credential_public_key=public_key,
                credential_current_sign_count=0,
                require_user_verification=verify_user,
            )
        except _UNREADABLE:
            return None
        return Assertion(
            sign_count=verified.new_sign_count,
            user_verified=verified.user_verified,
            backed_up=verified.credential_backed_up,
        )


def _is_text(value: object) -> bool:
    return isinstance(value, str)
