"""A sensitive act asks for a fresh proof and loses nothing that was typed."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from servicekit.errors import Forbidden, Unauthenticated

pytestmark = pytest.mark.unit

STALE = Forbidden("step-up-required", {"max_age": 600})
PAGE = "/account/sessions"
ACT = "/account/sessions/end-others"
PROVE = "/account/step-up"


@pytest.fixture
def portal(site: Any) -> Any:
    """Signed in long ago; ending the other sessions stands for any sensitive act."""
    site.sign_in()
    site.services.answers |= {
        "gateway.list_sessions": {"items": [], "next_cursor": None},
        "identity.list_sign_ins": {"items": [], "next_cursor": None},
        "gateway.end_other_sessions": STALE,
        "identity.list_factor_kinds": {"factors": []},
        "identity.prove_password": {},
        "identity.prove_second_factor": {"amr": ["otp"], "recovery_codes_left": 8},
    }
    return site


def sent(site: Any, **fields: Any) -> Any:
    return site.send(ACT, {"name": "Jane & <Co>", **fields}, page=PAGE)


def query(answer: Any) -> dict[str, str]:
    split = urlsplit(answer.headers["Location"])
    assert split.path == PROVE
    return {name: values[0] for name, values in parse_qs(split.query).items()}


def proved(site: Any, next_path: str, **fields: str) -> Any:
    given = {"password": "secret", "next": next_path, **fields}
    return site.send(PROVE, given, page=f"{PROVE}?next={next_path}")


def test_form_is_kept_shown_filled_in_and_done_when_it_is_sent(portal: Any) -> None:
    form_path = query(sent(portal))["next"]
    back = proved(portal, form_path)
    assert back.headers["Location"] == form_path
    page = portal.get(form_path).text
    assert f'action="{ACT}"' in page
    assert 'name="name" value="Jane &amp; &lt;Co&gt;"' in page
    assert "<dd>Jane &amp; &lt;Co&gt;</dd>" in page
    portal.services.answers["gateway.end_other_sessions"] = {"ended": 1}
    [kept] = portal.parts.kept_forms.kept
    again = {"name": "Jane", "kept_form": str(kept)}
    assert portal.send(ACT, again, page=form_path).headers["Location"] == PAGE


def test_what_was_chosen_is_told_back_in_words(portal: Any) -> None:
    chosen = {
        "language": "en",
        "role-users": "manager",
        "role-invoices": "visitor",
        "role-support": "",
        "roles": ["support", "operator"],
        "entry.flags": ["second_factor_required", "show_last_sign_in"],
        "support_level": "premium",
    }
    page = portal.get(query(sent(portal, **chosen))["next"]).text
    told = dict(re.findall(r"<dt>(.+?)</dt>\s*<dd>(.+?)</dd>", page))
    assert told == {
        "Nom du contrat": "Jane &amp; &lt;Co&gt;",
        "Langue des e-mails": "English",
        "Utilisateurs": "Manager",
        "Factures": "Visiteur",
        "Rôles internes": "Support, Opérateur de la plateforme",
        "À l’entrée": "un second facteur est exigé, la dernière connexion est affichée",
        "Niveau de support": "Premium",
    }


def test_coming_back_does_nothing_by_itself(portal: Any) -> None:
    form_path = query(sent(portal))["next"]
    proved(portal, form_path)
    before = len(portal.services.of("gateway.end_other_sessions"))
    assert "<form" in portal.get(form_path).text
    assert len(portal.services.of("gateway.end_other_sessions")) == before


def test_kept_form_serves_once(portal: Any) -> None:
    form_path = query(sent(portal))["next"]
    proved(portal, form_path)
    [kept] = portal.parts.kept_forms.kept
    portal.services.answers["gateway.end_other_sessions"] = {"ended": 1}
    portal.send(ACT, {"kept_form": str(kept)}, page=form_path)
    assert portal.get(form_path).status_code == 404


def test_no_password_is_kept_or_shown(portal: Any) -> None:
    form_path = query(sent(portal, password="Never-shown-again-7"))["next"]
    [kept] = portal.parts.kept_forms.kept.values()
    assert kept.secrets == ("password",)
    assert "Never-shown-again-7" not in repr(kept)
    page = portal.get(form_path).text
    assert "Never-shown-again-7" not in page
    assert 'name="password" type="password"' in page


def test_page_is_come_back_to(portal: Any) -> None:
    portal.services.answers["gateway.list_sessions"] = STALE
    assert query(portal.get(PAGE))["next"] == PAGE
    assert proved(portal, PAGE).headers["Location"] == PAGE


def test_proof_makes_another_cookie(portal: Any) -> None:
    before = portal.client.get_cookie("guichet_session").value
    proved(portal, "/account")
    assert portal.client.get_cookie("guichet_session").value != before


def test_wrong_password_proves_nothing_and_loses_nothing(portal: Any) -> None:
    portal.services.answers["identity.prove_password"] = Forbidden("current-password-wrong")
    before = portal.client.get_cookie("guichet_session").value
    answer = proved(portal, "/account")
    assert answer.status_code == 403
    assert 'role="alert"' in answer.text
    assert 'name="next" value="/account"' in answer.text
    assert portal.client.get_cookie("guichet_session").value == before


def test_who_has_a_second_factor_proves_by_it_and_not_by_the_password(portal: Any) -> None:
    portal.services.answers["identity.list_factor_kinds"] = {"factors": ["recovery_code", "totp"]}
    page = portal.get(f"{PROVE}?next=/account").text
    assert 'autocomplete="one-time-code"' in page
    assert 'type="password"' not in page
    proved(portal, "/account", code="123 456")
    proved(portal, "/account", code="ABCD-EFGH")
    kinds = [asked["kind"] for asked in portal.services.of("identity.prove_second_factor")]
    assert kinds == ["totp", "recovery_code"]
    assert portal.services.of("identity.prove_password") == []


def test_wrong_code_is_said_on_the_page(portal: Any) -> None:
    portal.services.answers["identity.list_factor_kinds"] = {"factors": ["totp"]}
    refusal = Unauthenticated("second-factor-refused")
    portal.services.answers["identity.prove_second_factor"] = refusal
    answer = proved(portal, "/account", code="000000")
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text


def test_api_login_proves_by_the_api_password(portal: Any) -> None:
    portal.sign_in(method="api")
    proved(portal, "/account")
    [asked] = portal.services.of("identity.prove_password")
    assert asked["password"] == "secret"
    assert "API" in portal.get(PROVE).text


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example"])
def test_proof_leads_to_no_other_site(portal: Any, elsewhere: str) -> None:
    assert proved(portal, elsewhere).headers["Location"] == "/"


def test_nobody_signed_in_proves_nothing(site: Any) -> None:
    assert site.get(PROVE).headers["Location"].startswith("/portal/start")
    assert site.services.asked == []


def test_passkey_proves_for_this_session_alone(portal: Any) -> None:
    portal.services.answers |= {
        "identity.list_factor_kinds": {"factors": ["passkey", "recovery_code"]},
        "identity.start_second_factor_passkey": {"options": "{}"},
    }
    page = portal.get(f"{PROVE}?next=/account").text
    assert f'data-ask="{PROVE}/passkey"' in page
    portal.send(f"{PROVE}/passkey", {}, page=PROVE)
    proved(portal, "/account", passkey='{"id": "x"}')
    [started] = portal.services.of("identity.start_second_factor_passkey")
    [shown] = portal.services.of("identity.prove_second_factor")
    assert (shown["kind"], shown["passkey"]) == ("passkey", '{"id": "x"}')
    assert shown["bound_to"] == started["bound_to"] == "018f0000-0000-7000-8000-000000000002"
