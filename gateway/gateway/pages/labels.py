"""What each field is called where a fault in it is told away from it."""

from __future__ import annotations

from flask_babel import gettext

from contracts.codes import Section

_PEOPLE = ("referent", "owner", "successor")


def field_label(name: str) -> str | None:
    """Rules of several kinds of password stand on one page: ``portal.minimum_length``."""
    return _labels().get(name) or _rule_labels().get(name.rpartition(".")[2])


def _rule_labels() -> dict[str, str]:
    return {
        "minimum_length": gettext("Shortest length"),
        "maximum_length": gettext("Longest length"),
        "character_classes": gettext("Families of characters"),
        "special_characters": gettext("Special characters allowed"),
        "identical_characters": gettext("The same character in a row"),
        "minimum_score": gettext("Hard to guess"),
        "history_count": gettext("Former passwords refused"),
        "minimum_age_minutes": gettext("Minutes before it may be changed again"),
        "validity_days": gettext("Days until it expires"),
        "failure_limit": gettext("Wrong tries that lock"),
        "window_minutes": gettext("Minutes within which they count"),
        "lock_minutes": gettext("Minutes of the lock"),
        "idle_minutes": gettext("Minutes without an act until a session ends"),
        "disable_idle_days": gettext("Days without a sign-in until an IAM user is disabled"),
        "notice": gettext("Notice to who signs in"),
        "flags": gettext("Refused are"),
    }


def _labels() -> dict[str, str]:
    person = {
        "given_name": gettext("First name"),
        "family_name": gettext("Last name"),
        "email": gettext("E-mail"),
        "mobile": gettext("Mobile number"),
        "language": gettext("Language of the mails"),
    }
    roles = gettext("Roles by section")
    return {
        **person,
        **{f"{who}_{name}": label for who in _PEOPLE for name, label in person.items()},
        **{f"role-{section}": roles for section in Section},
        "login": gettext("Login"),
        "code": gettext("Code"),
        "scopes": gettext("May do"),
        "redirect_uris": gettext("Redirect URIs"),
        "post_logout_redirect_uris": gettext("Addresses after the sign-out"),
        "valid_days": gettext("Days until it expires"),
        "client_id": gettext("Client ID"),
        "grants": gettext("How it comes to its tokens"),
        "tenants": gettext("Contracts it acts for by itself"),
        "audiences": gettext("Audiences it answers for"),
        "token_endpoint_auth_method": gettext("How it proves itself"),
        "jwks": gettext("Public keys"),
        "jwks_uri": gettext("Address of the public keys"),
        "demands": gettext("Stricter than must be"),
        "own": gettext("Trust"),
        "backchannel_logout_uri": gettext("Address told of the sign-out"),
        "default_max_age": gettext("Seconds since the sign-in"),
        "quota_requests": gettext("Requests at once"),
        "quota_seconds": gettext("Given back within seconds"),
        "passkey": gettext("Passkey"),
        "passkey_name": gettext("Name of the passkey"),
        "password": gettext("Password"),
        "user_name": gettext("User name"),
        "domain": gettext("Domain name"),
        "identifier": gettext("User name, e-mail address or mobile number"),
        "current_password": gettext("Current password"),
        "new_password": gettext("New password"),
        "organisation_name": gettext("Name of the organisation"),
        "organisation_id": gettext("Organisation"),
        "person_id": gettext("User"),
        "daily_limit": gettext("Contracts a day"),
        "request_number": gettext("Number of the request"),
        "name": gettext("Name of the contract"),
        "support_level": gettext("Support level"),
        "ref1": gettext("REF1"),
        "ref2": gettext("REF2"),
        "ref3": gettext("REF3"),
        "company_name": gettext("Company name"),
        "street": gettext("Street"),
        "street_more": gettext("Address, continued"),
        "postal_code": gettext("Postal code"),
        "city": gettext("City"),
        "country": gettext("Country"),
        "recipient_given_name": gettext("First name"),
        "recipient_family_name": gettext("Last name"),
        "recipient_email": gettext("E-mail"),
        "quantity": gettext("Number of instances"),
        "roles": gettext("Staff roles"),
        "explanation": gettext("What the customer is told"),
        "reason": gettext("Reason"),
        "operator": gettext("Login of the member of staff"),
        "minutes": gettext("For how long"),
        "tenant": gettext("Contract"),
        "drop_rights": gettext("Removing rights"),
        "office": gettext("Office"),
        "evidence": gettext("Evidence"),
        "new_email": gettext("New e-mail address"),
        "kind": gettext("What"),
        "search": gettext("Search"),
        "now": gettext("Move to"),
    }
