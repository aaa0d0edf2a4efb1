"""What the provider says of itself: OpenID Connect Discovery and RFC 8414, one document."""

from __future__ import annotations

from typing import Any

from contracts.codes import Language
from gateway.oauth.client_authentication import EVERY, PROVED
from gateway.oauth.client_keys import ALGORITHMS
from gateway.oauth.keys import ALGORITHM
from gateway.oauth.proofs import ONE_FACTOR_CLASS, TWO_FACTORS_CLASS
from gateway.oauth.registration import GRANTS
from gateway.oauth.scopes import SCOPES_SUPPORTED

CLAIMS = (
    "sub",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "locale",
    "email",
    "phone_number",
    "auth_time",
    "amr",
    "acr",
    "sid",
)


def metadata(issuer: str) -> dict[str, Any]:
    proofs, all_proofs = list(PROVED), list(EVERY)
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "userinfo_endpoint": f"{issuer}/oauth/userinfo",
        "jwks_uri": f"{issuer}/oauth/jwks",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "introspection_endpoint": f"{issuer}/oauth/introspect",
        "end_session_endpoint": f"{issuer}/oauth/logout",
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "pushed_authorization_request_endpoint": f"{issuer}/oauth/par",
        "require_pushed_authorization_requests": False,
        "device_authorization_endpoint": f"{issuer}/oauth/device_authorization",
        "scopes_supported": list(SCOPES_SUPPORTED),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANTS),
        "token_endpoint_auth_methods_supported": all_proofs,
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": all_proofs,
        "revocation_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "introspection_endpoint_auth_methods_supported": proofs,
        "introspection_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "dpop_signing_alg_values_supported": list(ALGORITHMS),
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "acr_values_supported": [ONE_FACTOR_CLASS, TWO_FACTORS_CLASS],
        "claims_supported": list(CLAIMS),
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": [language.value for language in Language],
        "service_documentation": f"{issuer}/api/docs",
    }
