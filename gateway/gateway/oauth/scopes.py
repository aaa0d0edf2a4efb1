"""Everything that may be asked for."""

from __future__ import annotations

from contracts.registry import SCOPES

# Claims about the person (OpenID Connect Core, section 5.4), beside the scopes of the calls.
OPENID_SCOPES = ("openid", "profile", "email", "phone", "offline_access")
SCOPES_SUPPORTED = (*OPENID_SCOPES, *SCOPES)
