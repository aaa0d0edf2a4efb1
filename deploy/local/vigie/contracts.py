"""What Guichet's REST face tells of the person who is signed in, by his own token."""

from __future__ import annotations

from dataclasses import dataclass

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import FlaskOAuth2App

PAGE_LENGTH = 50
_UNAUTHENTICATED = 401


class SignInNeededError(Exception):
    """The tokens are good for nothing any more: the session at Guichet has ended."""


@dataclass(frozen=True, slots=True)
class Contract:
    code: str
    name: str
    organisation: str


def read_contracts(guichet: FlaskOAuth2App, *, issuer: str, language: str) -> list[Contract]:
    """The first page of them. Raises SignInNeededError, or requests.RequestException.

    An access token lives five minutes: Authlib renews it on the way where it is about to expire.
    """
    try:
        answer = guichet.get(
            f"{issuer}/api/v1/contracts",
            params={"limit": PAGE_LENGTH},
            headers={"Accept-Language": language},
        )
    except OAuthError as error:
        if error.error == "invalid_grant":
            raise SignInNeededError from error
        raise requests.RequestException(str(error)) from error
    if answer.status_code == _UNAUTHENTICATED:
        raise SignInNeededError
    answer.raise_for_status()
    return [
        Contract(one["tenant"], one["name"], one["organisation"]["name"])
        for one in answer.json()["items"]
    ]
