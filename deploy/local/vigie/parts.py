"""What the pages work with, put together once."""

from __future__ import annotations

import time
from dataclasses import dataclass

from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from flask import Flask, session

from vigie.logout_tokens import Keys, LogoutTokens
from vigie.sessions import Sessions, SignedIn
from vigie.settings import Settings

SCOPE = "openid profile contracts.read"
PATIENCE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Parts:
    settings: Settings
    sessions: Sessions
    guichet: FlaskOAuth2App
    logout_tokens: LogoutTokens

    def signed_in(self) -> SignedIn | None:
        """The person at this browser."""
        return self.sessions.find(session.get("who"), now=time.time())

    def check_provider(self) -> None:
        """Discovery, section 4.3: the document must be of the issuer that was asked for."""
        told = self.guichet.load_server_metadata()["issuer"]
        if told != self.settings.issuer:
            raise ValueError(f"{self.settings.issuer} says that it is {told}")


def build_parts(app: Flask, settings: Settings) -> Parts:
    sessions = Sessions()

    def present_tokens(name: str) -> dict[str, object] | None:
        signed_in = sessions.find(session.get("who"), now=time.time())
        return signed_in.tokens if signed_in is not None else None

    def keep_renewed(name: str, tokens: dict[str, object], **_old: object) -> None:
        signed_in = sessions.find(session.get("who"), now=time.time())
        if signed_in is not None:
            signed_in.tokens = {**signed_in.tokens, **tokens}

    oauth = OAuth(app, fetch_token=present_tokens, update_token=keep_renewed)
    guichet = oauth.register(
        "guichet",
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        server_metadata_url=f"{settings.issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": SCOPE,
            "code_challenge_method": "S256",
            "default_timeout": PATIENCE_SECONDS,
        },
    )
    keys = Keys(lambda: guichet.fetch_jwk_set(force=True))
    logout_tokens = LogoutTokens(keys=keys, issuer=settings.issuer, client_id=settings.client_id)
    return Parts(settings, sessions, guichet, logout_tokens)
