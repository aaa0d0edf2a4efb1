"""What has been read, and whether it is still so: ETag, If-None-Match, If-Match."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from contracts.fields import Edition
from contracts.registry import CALLS
from contracts.tenancy import ContractView
from gateway.api.preconditions import edition_field
from servicekit.editions import demand_edition, edition_of
from servicekit.errors import Conflict

pytestmark = pytest.mark.unit

PATH = "/api/v1/contracts/OCB0001234"
SHOWN = {"tenant": "OCB0001234", "name": "Production"}
EDITION = edition_of(SHOWN)
TAG = f'"{EDITION}"'
EDITABLE = [call for call in CALLS.values() if edition_field(call)]
Headers = dict[str, str]


@pytest.fixture
def reader(face: Any) -> Any:
    face.services.answers["tenancy.get_contract"] = lambda payload: SHOWN
    face.services.answers["tenancy.rename_contract"] = lambda payload: SHOWN
    face.services.answers["identity.resolve_rights"] = lambda payload: {
        "person_id": payload["person_id"],
        "enabled": True,
        "staff": [],
        "tenants": [
            {
                "tenant": "OCB0001234",
                "roles": {"contract": "manager", "users": "manager"},
                "offices": ["referent"],
            }
        ],
    }
    face.rights.forget_all()
    return face


def rename(face: Any, bearer: Headers, body: Any = None, **headers: str) -> Any:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return face.client.patch(PATH, json=body or {"name": "Production"}, headers={**bearer, **told})


def test_what_is_read_has_a_tag_and_what_is_known_is_not_sent_again(
    reader: Any, bearer: Headers
) -> None:
    first = reader.client.get(PATH, headers=bearer)
    assert first.headers["ETag"] == TAG
    for known in (TAG, f"W/{TAG}", f'"other", {TAG}', "*", f'"{EDITION}-gzip"'):
        again = reader.client.get(PATH, headers={**bearer, "If-None-Match": known})
        assert (again.status_code, again.data) == (304, b""), known
        assert again.headers["ETag"] == TAG
        assert again.headers["Vary"] == first.headers["Vary"]


@pytest.mark.parametrize("known", ['"other"', EDITION[:-1], f'"{EDITION}-br"', "garbage", ""])
def test_what_is_not_known_is_sent(reader: Any, bearer: Headers, known: str) -> None:
    answer = reader.client.get(PATH, headers={**bearer, "If-None-Match": known})
    assert (answer.status_code, answer.json) == (200, SHOWN)


def test_nobody_learns_by_a_tag_that_something_he_may_not_read_is_unchanged(reader: Any) -> None:
    answer = reader.client.get(PATH, headers={"If-None-Match": TAG})
    assert answer.status_code == 401


def test_the_tag_is_of_the_content_not_of_its_order(reader: Any) -> None:
    assert edition_of(dict(reversed(SHOWN.items()))) == EDITION
    assert edition_of({**SHOWN, "name": "Autre"}) != EDITION


def test_a_packed_answer_has_a_tag_of_its_own_for_the_same_edition(
    reader: Any, bearer: Headers
) -> None:
    large = {**SHOWN, "name": "x" * 5000}
    reader.services.answers["tenancy.get_contract"] = lambda payload: large
    packed = reader.client.get(PATH, headers={**bearer, "Accept-Encoding": "gzip"})
    assert packed.headers["ETag"] == f'"{edition_of(large)}-gzip"'
    rename(reader, bearer, If_Match=packed.headers["ETag"])
    assert reader.services.last("tenancy.rename_contract")[0]["edition"] == edition_of(large)


def test_if_match_reaches_the_service_as_what_was_read(reader: Any, bearer: Headers) -> None:
    answer = rename(reader, bearer, If_Match=TAG)
    assert (answer.status_code, answer.headers["ETag"]) == (200, TAG)
    assert reader.services.last("tenancy.rename_contract")[0]["edition"] == EDITION


@pytest.mark.parametrize("condition", [None, "*"])
def test_without_a_condition_any_edition_will_do(
    reader: Any, bearer: Headers, condition: str | None
) -> None:
    told = {} if condition is None else {"If_Match": condition}
    assert rename(reader, bearer, **told).status_code == 200
    assert "edition" not in reader.services.last("tenancy.rename_contract")[0]


@pytest.mark.parametrize(
    "condition", [f"W/{TAG}", '"other"', EDITION, '""', "", f"{TAG}, {TAG}", f'"{EDITION.upper()}"']
)
def test_a_condition_that_cannot_hold_stops_the_act(
    reader: Any, bearer: Headers, condition: str
) -> None:
    answer = rename(reader, bearer, If_Match=condition)
    assert (answer.status_code, answer.json["code"]) == (412, "changed-meanwhile")
    assert "tenancy.rename_contract" not in [name for name, _, _ in reader.services.heard]


def test_what_changed_meanwhile_is_412_in_words(reader: Any, bearer: Headers) -> None:
    reader.services.refuse("tenancy.rename_contract", Conflict("changed-meanwhile"))
    answer = rename(reader, bearer, If_Match=TAG, Accept_Language="en")
    assert answer.status_code == answer.json["status"] == 412
    assert answer.json["title"] == "Condition not met"
    assert answer.json["detail"].startswith("Somebody has changed it meanwhile")


def test_an_edition_comes_by_its_header_only(reader: Any, bearer: Headers) -> None:
    answer = rename(reader, bearer, {"name": "x", "edition": EDITION})
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "given-in-header")


@pytest.mark.parametrize("condition", ["If-Match", "If-Unmodified-Since"])
def test_a_condition_nobody_looks_at_stops_the_act(
    reader: Any, bearer: Headers, condition: str
) -> None:
    reader.services.answers["identity.invite_user"] = lambda payload: {}
    reader.grant(roles={"users": "manager"})
    path = "/api/v1/tenants/OCB0001234/users"
    jane = {
        "email": "jane@example.com",
        "given_name": "Jane",
        "family_name": "Roe",
        "roles": {"users": "visitor"},
    }
    answer = reader.client.post(path, json=jane, headers={**bearer, condition: TAG})
    assert (answer.status_code, answer.json["code"]) == (400, "precondition-unsupported")
    assert "identity.invite_user" not in [name for name, _, _ in reader.services.heard]
    assert reader.client.post(path, json=jane, headers=bearer).status_code == 201


@pytest.mark.parametrize("call", EDITABLE, ids=lambda call: call.full_name)
def test_what_can_be_edited_can_be_read_at_the_same_address(call: Any) -> None:
    """The edition that is compared is the one that was shown; of a part of something (its roles,
    its quota) it is the one of the whole, which stands at the address above it."""
    path = call.route.path
    readers = [
        other
        for other in CALLS.values()
        if other.route
        and other.route.method == "GET"
        and (other.route.path == path or path.startswith(f"{other.route.path}/"))
        and other.response is call.response
    ]
    assert [one.response for one in readers] == [call.response]
    assert any(refusal.code == "changed-meanwhile" for refusal in call.refusals)


def test_some_calls_take_an_edition() -> None:
    assert "tenancy.rename_contract" in {call.full_name for call in EDITABLE}


def test_what_takes_a_version_takes_what_was_read_too() -> None:
    """Whoever has read it by GET has its tag, and is not refused for sending it."""
    by_version = [call for call in CALLS.values() if "version" in call.request._declared_fields]
    assert len(by_version) >= 5
    assert [call.full_name for call in by_version if edition_field(call) is None] == []


def test_the_tag_of_a_policy_reaches_the_service_beside_its_version(
    reader: Any, bearer: Headers
) -> None:
    dropped = "identity.drop_password_policy"
    reader.services.refuse(dropped, Conflict("changed-meanwhile"))
    reader.grant(roles={"users": "manager"})
    answer = reader.client.delete(
        "/api/v1/tenants/OCB0001234/password-policies/api?version=1",
        headers={**bearer, "If-Match": TAG},
    )
    assert (answer.status_code, answer.json["code"]) == (412, "changed-meanwhile")
    asked = reader.services.last(dropped)[0]
    assert (asked["version"], asked["edition"]) == (1, EDITION)


def test_the_service_compares_with_what_it_would_show() -> None:
    class Shown(ContractView):
        class Meta(ContractView.Meta):
            fields = ("tenant", "name")

    demand_edition(EDITION, shown_as=Shown, present=SHOWN)
    demand_edition(None, shown_as=Shown, present={**SHOWN, "name": "Autre"})
    with pytest.raises(Conflict, match="changed-meanwhile"):
        demand_edition(EDITION, shown_as=Shown, present={**SHOWN, "name": "Autre"})


@pytest.mark.parametrize(
    "given", ["", "x", f"A{EDITION[1:]}", EDITION[1:], f"{EDITION}0", f"{EDITION}\n"]
)
def test_an_edition_is_thirty_two_digits(given: str) -> None:
    assert Edition().deserialize(EDITION) == EDITION
    with pytest.raises(ValidationError):
        Edition().deserialize(given)
