"""REST under /api/v1: every declared call, and 4xx with words for everything else."""

from __future__ import annotations

import gzip
import json
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from contracts.codes import Language
from contracts.registry import CALLS
from contracts.rights import CallerKind
from gateway.api.examples import value_of
from gateway.api.face import beside
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unavailable

pytestmark = pytest.mark.unit

PERSON = "018f0000-0000-7000-8000-000000000001"
TENANT = "OCB0001234"
CONTRACT = f"/api/v1/contracts/{TENANT}"
ORDERS = f"/api/v1/tenants/{TENANT}/orders"
ORDER = {"offer_id": "workspace", "quantity": 2}
Headers = dict[str, str]


def codes(answer: Any) -> dict[str, str]:
    return {error["field"]: error["code"] for error in answer.json["errors"]}


def methods_of(path: str) -> set[str]:
    routes = [call.route for call in CALLS.values() if call.route is not None]
    return {route.method for route in routes if route.path == path} | {"HEAD", "OPTIONS"}


# --- every call -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call", [call for call in CALLS.values() if call.route], ids=lambda call: call.full_name
)
def test_every_route_is_guarded(face: Any, call: Any) -> None:
    fields = call.request._declared_fields
    values = {name: value_of(field, name) for name, field in fields.items()}
    path = "/api/v1" + call.route.path.format(**values)
    answer = face.client.open(path, method=call.route.method)
    assert (answer.status_code, answer.json["code"]) == (401, "token-missing")
    assert face.services.heard == []


def test_path_query_and_body_are_one_payload(face: Any, bearer: Headers) -> None:
    face.client.get("/api/v1/contracts?limit=3&search=acme", headers=bearer)
    payload, _ = face.services.last("tenancy.list_contracts")
    assert payload == {"limit": 3, "search": "acme"}

    face.client.post(ORDERS, json=ORDER, headers=bearer)
    payload, _ = face.services.last("subscriptions.place_order")
    assert payload == {"tenant": TENANT, **ORDER}


def test_a_call_answers_with_its_declared_status(face: Any, bearer: Headers) -> None:
    face.services.answers["subscriptions.place_order"] = lambda payload: {"order_id": "1"}
    answer = face.client.post(ORDERS, json=ORDER, headers=bearer)
    assert (answer.status_code, answer.json) == (201, {"order_id": "1"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_call_without_fields_needs_no_body(face: Any, bearer: Headers) -> None:
    path = f"/api/v1/tenants/{TENANT}/users/{PERSON}/welcome"
    assert face.client.post(path, headers=bearer).status_code == 202
    assert face.client.post(path, json={}, headers=bearer).status_code == 202


def test_the_next_page_is_linked(face: Any, bearer: Headers) -> None:
    face.services.answers["tenancy.list_contracts"] = lambda payload: {
        "items": [],
        "next_cursor": "a b&c",
    }
    answer = face.client.get("/api/v1/contracts?limit=3&cursor=x", headers=bearer)
    link = '</api/v1/contracts?limit=3&cursor=a+b%26c>; rel="next"'
    assert answer.headers["Link"] == link


def test_the_last_page_links_nowhere(face: Any, bearer: Headers) -> None:
    face.services.answers["tenancy.list_contracts"] = lambda payload: {
        "items": [],
        "next_cursor": None,
    }
    assert "Link" not in face.client.get("/api/v1/contracts", headers=bearer).headers


def test_large_answers_are_compressed_where_wanted(face: Any, bearer: Headers) -> None:
    face.services.answers["tenancy.get_contract"] = lambda payload: {"name": "é" * 5000}
    plain = face.client.get(CONTRACT, headers=bearer)
    packed = face.client.get(CONTRACT, headers={**bearer, "Accept-Encoding": "br, gzip;q=0.5"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.data)) == plain.json
    assert len(packed.data) < 200


def test_head_is_get_without_a_body(face: Any, bearer: Headers) -> None:
    answer = face.client.head(CONTRACT, headers=bearer)
    assert (answer.status_code, answer.data) == (200, b"")


def test_options_names_the_methods_and_opens_to_no_other_origin(face: Any) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    answer = face.client.options(CONTRACT, headers=asked)
    assert (answer.status_code, answer.data) == (204, b"")
    assert set(answer.headers["Allow"].split(", ")) == methods_of("/contracts/{tenant}")
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


# --- headers --------------------------------------------------------------------------------------


def test_headers_travel_in_the_signed_context(face: Any, bearer: Headers) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = face.client.post(
        ORDERS,
        json=ORDER,
        headers={
            **bearer,
            "X-Request-Id": "order-7",
            "Idempotency-Key": "key-1",
            "Guichet-Reason": "ticket 4711",
            "Accept-Language": "en-GB,fr;q=0.5",
            "traceparent": trace,
        },
    )
    _, context = face.services.last("subscriptions.place_order")
    assert answer.headers["X-Request-Id"] == context.call_id == "order-7"
    assert context.idempotency_key == "key-1"
    assert context.reason == "ticket 4711"
    assert context.language is Language.ENGLISH
    assert context.trace == trace


@pytest.mark.parametrize("given", ["", "a b", "é", "x" * 65, "a\tb", '"quoted"'])
def test_an_unfit_request_id_is_replaced(face: Any, bearer: Headers, given: str) -> None:
    answer = face.client.get(CONTRACT, headers={**bearer, "X-Request-Id": given})
    assert answer.status_code == 200
    assert answer.headers["X-Request-Id"] not in ("", given)


@pytest.mark.parametrize("given", ["00-zz-b7ad6b7169203331-01", "", "00-" + "0" * 32 + "-1-01"])
def test_an_unfit_trace_is_left_out(face: Any, bearer: Headers, given: str) -> None:
    face.client.get(CONTRACT, headers={**bearer, "traceparent": given})
    assert face.services.last("tenancy.get_contract")[1].trace is None


@pytest.mark.parametrize("given", ["", "a b", "é", "x" * 256])
def test_an_unfit_idempotency_key_is_refused(face: Any, bearer: Headers, given: str) -> None:
    answer = face.client.post(ORDERS, json=ORDER, headers={**bearer, "Idempotency-Key": given})
    assert (answer.status_code, answer.json["code"]) == (400, "idempotency-key-invalid")


def test_a_reason_may_have_accents(face: Any, bearer: Headers) -> None:
    reason = "à la demande du client".encode().decode("latin-1")
    face.client.get(CONTRACT, headers={**bearer, "Guichet-Reason": reason})
    _, context = face.services.last("tenancy.get_contract")
    assert context.reason == "à la demande du client"


@pytest.mark.parametrize("given", ["", "x" * 501, "a\tb"])
def test_an_unfit_reason_is_refused(face: Any, bearer: Headers, given: str) -> None:
    answer = face.client.get(CONTRACT, headers={**bearer, "Guichet-Reason": given})
    assert (answer.status_code, answer.json["code"]) == (400, "reason-invalid")


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/*", "text/html, */*"])
def test_json_is_what_there_is(face: Any, bearer: Headers, accept: str) -> None:
    assert face.client.get(CONTRACT, headers={**bearer, "Accept": accept}).status_code == 200


def test_who_takes_no_json_gets_none(face: Any, bearer: Headers) -> None:
    answer = face.client.get(CONTRACT, headers={**bearer, "Accept": "text/html"})
    assert (answer.status_code, answer.json["code"]) == (406, "not-acceptable")


# --- who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "code", "challenge"),
    [
        (None, "token-missing", 'Bearer realm="guichet"'),
        ("Basic Zm9v", "token-missing", 'Bearer realm="guichet"'),
        ("Bearer", "token-refused", 'Bearer realm="guichet", error="invalid_token"'),
        ("Bearer bad", "token-refused", 'Bearer realm="guichet", error="invalid_token"'),
        ("Bearer good, Bearer good", "token-refused", 'Bearer realm="guichet", error='),
        ("Bearer " + "x" * 9000, "token-refused", 'Bearer realm="guichet", error='),
        ("Bearer \xe9", "token-refused", 'Bearer realm="guichet", error="invalid_token"'),
    ],
)
def test_a_token_stands_in_the_header(
    face: Any, header: str | None, code: str, challenge: str
) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = face.client.get(CONTRACT, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (401, code)
    assert answer.headers["WWW-Authenticate"].startswith(challenge)


def test_a_token_in_the_address_is_no_token(face: Any) -> None:
    answer = face.client.get(f"{CONTRACT}?access_token=good")
    assert (answer.status_code, answer.json["code"]) == (401, "token-missing")


def test_who_must_prove_again_is_told_how(face: Any, bearer: Headers) -> None:
    refusal = Forbidden("step-up-required", {"max_age": 600})
    face.services.refuse("tenancy.get_contract", refusal)
    answer = face.client.get(CONTRACT, headers={**bearer, "Accept-Language": "en"})
    assert (answer.status_code, answer.json["status"]) == (401, 401)
    assert (answer.json["code"], answer.json["max_age"]) == ("step-up-required", 600)
    assert "600 seconds" in answer.json["detail"]
    assert answer.headers["WWW-Authenticate"] == (
        'Bearer realm="guichet", error="insufficient_user_authentication", max_age="600"'
    )


def test_a_missing_scope_is_named(face: Any, bearer: Headers) -> None:
    face.hold_token(scopes=frozenset({"account"}))
    answer = face.client.get(CONTRACT, headers=bearer)
    assert (answer.status_code, answer.json["code"]) == (403, "scope-missing")
    assert answer.headers["WWW-Authenticate"] == (
        'Bearer realm="guichet", error="insufficient_scope", scope="contracts.read"'
    )


def test_a_client_reads_what_it_is_registered_for(face: Any, bearer: Headers) -> None:
    face.hold_token(subject="erp", kind=CallerKind.CLIENT, tenants=frozenset({TENANT}))
    assert face.client.get(CONTRACT, headers=bearer).status_code == 200
    foreign = face.client.get("/api/v1/contracts/OCB0009999", headers=bearer)
    assert (foreign.status_code, foreign.json["code"]) == (403, "tenant-foreign")


def test_a_changed_right_counts_at_once(face: Any, bearer: Headers) -> None:
    assert face.client.get(CONTRACT, headers=bearer).status_code == 200
    face.grant(roles={"invoices": "visitor"})
    assert face.client.get(CONTRACT, headers=bearer).json["code"] == "role-missing"


# --- what --------------------------------------------------------------------------------------


def test_all_faults_are_named_in_the_readers_language(face: Any, bearer: Headers) -> None:
    body = {"quantity": "3", "bogus": 1}
    french = face.client.post(ORDERS, json=body, headers=bearer)
    english = face.client.post(ORDERS, json=body, headers={**bearer, "Accept-Language": "en"})
    assert french.status_code == 422
    assert french.content_type == "application/problem+json"
    assert codes(french) == {"quantity": "integer", "bogus": "unknown", "offer_id": "required"}
    assert french.json["title"] == "La requête contient des erreurs"
    assert english.json["title"] == "The request contains errors"
    messages = {error["field"]: error["message"] for error in english.json["errors"]}
    assert messages["quantity"] == "A whole number is expected."
    assert (french.headers["Content-Language"], english.headers["Content-Language"]) == ("fr", "en")


def test_a_problem_has_the_members_of_rfc_9457(face: Any, bearer: Headers) -> None:
    problem = face.client.get("/api/v1/contracts/OCB1", headers=bearer).json
    call_id = problem.pop("call_id")
    assert len(call_id) == 36
    assert problem == {
        "type": "/api/docs#fields-invalid",
        "title": "La requête contient des erreurs",
        "status": 422,
        "code": "fields-invalid",
        "detail": "Un ou plusieurs champs sont à corriger.",
        "instance": "/api/v1/contracts/OCB1",
        "errors": [
            {
                "field": "tenant",
                "pointer": "#/tenant",
                "code": "tenant-code",
                "message": "Ce n'est pas un code contrat : OCB suivi de 7 chiffres.",
            }
        ],
    }


def test_faults_deep_inside_are_pointed_at(face: Any, bearer: Headers) -> None:
    face.grant(roles={}, staff=("sales",))
    body = {"name": "x", "referent": {"email": "no", "given_name": "J", "family_name": "D"}}
    answer = face.client.post("/api/v1/tenants", json=body, headers=bearer)
    [error] = answer.json["errors"]
    assert (error["field"], error["pointer"]) == ("referent.email", "#/referent/email")


def test_a_role_of_no_section_is_named(face: Any, bearer: Headers) -> None:
    path = f"/api/v1/tenants/{TENANT}/users/{PERSON}/roles"
    body = {"roles": {"kitchen": "visitor", "invoices": "cook"}}
    answer = face.client.put(path, json=body, headers=bearer)
    assert set(codes(answer)) == {"roles.kitchen", "roles.invoices"}


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("limit=x", "limit", "integer"),
        ("limit=1.0", "limit", "integer"),
        ("limit=+1", "limit", "integer"),
        ("limit=%D9%A3", "limit", "integer"),
        ("limit=" + "9" * 400, "limit", "integer"),
        ("limit=0", "limit", "range:1:200"),
        ("limit=1&limit=1", "limit", "repeated"),
        ("search=", "search", "length:1:100"),
        ("search=%00", "search", "printable"),
        ("colour=red", "colour", "unknown"),
        ("limit[]=1", "limit[]", "unknown"),
    ],
)
def test_a_wrong_query_is_named(
    face: Any, bearer: Headers, query: str, field: str, code: str
) -> None:
    answer = face.client.get(f"/api/v1/contracts?{query}", headers=bearer)
    assert (answer.status_code, codes(answer)) == (422, {field: code})


@pytest.mark.parametrize("query", ["search=%ff", "&".join(f"a{n}=1" for n in range(200))])
def test_an_unreadable_query_is_refused(face: Any, bearer: Headers, query: str) -> None:
    answer = face.client.get(f"/api/v1/contracts?{query}", headers=bearer)
    assert (answer.status_code, answer.json["code"]) == (400, "query-malformed")


@pytest.mark.parametrize("tenant", ["OCB", "ocb0001234", "OCB000123%34x", "%00", "%ff", "..%2f"])
def test_a_wrong_code_in_the_path_is_refused(face: Any, bearer: Headers, tenant: str) -> None:
    answer = face.client.get(f"/api/v1/contracts/{tenant}", headers=bearer)
    assert answer.status_code in (404, 422)
    assert answer.content_type == "application/problem+json"


def test_a_field_of_the_path_is_given_in_the_path_only(face: Any, bearer: Headers) -> None:
    body = face.client.post(ORDERS, json={**ORDER, "tenant": TENANT}, headers=bearer)
    query = face.client.get(f"{CONTRACT}?tenant={TENANT}", headers=bearer)
    assert codes(body) == codes(query) == {"tenant": "given-in-path"}


def test_a_field_of_the_body_is_not_taken_from_the_query(face: Any, bearer: Headers) -> None:
    answer = face.client.post(f"{ORDERS}?quantity=2", json=ORDER, headers=bearer)
    assert codes(answer) == {"quantity": "unknown"}


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"1", b"null", b"true"])
def test_a_body_is_an_object(face: Any, bearer: Headers, body: bytes) -> None:
    answer = face.client.post(ORDERS, data=body, content_type="application/json", headers=bearer)
    assert (answer.status_code, codes(answer)) == (422, {"": "object"})


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/xml",
        "",
        "multipart/form-data",
        "application/json; charset=utf-16",
    ],
)
def test_a_body_is_json(face: Any, bearer: Headers, media_type: str) -> None:
    answer = face.client.post(ORDERS, data=b"{}", content_type=media_type, headers=bearer)
    assert (answer.status_code, answer.json["code"]) == (415, "content-type-unsupported")
    assert answer.headers["Accept"] == "application/json"


def test_a_packed_body_is_refused(face: Any, bearer: Headers) -> None:
    headers = {**bearer, "Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = face.client.post(ORDERS, data=gzip.compress(b"{}"), headers=headers)
    assert (answer.status_code, answer.json["code"]) == (415, "content-encoding-unsupported")


def test_a_body_is_bounded(face: Any, bearer: Headers) -> None:
    answer = face.client.post(
        ORDERS, data=b" " * (1024 * 1024 + 1), content_type="application/json", headers=bearer
    )
    assert (answer.status_code, answer.json["code"]) == (413, "body-too-large")


@pytest.mark.parametrize(("size", "status"), [(1024 * 1024, 422), (1024 * 1024 + 1, 413)])
def test_a_body_of_unknown_length_is_bounded_too(
    face: Any, bearer: Headers, size: int, status: int
) -> None:
    answer = face.client.post(
        ORDERS,
        input_stream=BytesIO(b"{}".ljust(size)),
        content_type="application/json",
        headers={**bearer, "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == status


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_body_where_none_belongs_is_refused(face: Any, bearer: Headers, method: str) -> None:
    path = CONTRACT if method == "GET" else f"/api/v1/tenants/{TENANT}/users/{PERSON}"
    answer = face.client.open(path, method=method, json={}, headers=bearer)
    assert (answer.status_code, answer.json["code"]) == (400, "body-unexpected")


def test_a_name_that_utf8_cannot_carry_is_refused_readably(face: Any, bearer: Headers) -> None:
    answer = face.client.post(
        ORDERS, data=b'{"\\ud800": 1}', content_type="application/json", headers=bearer
    )
    assert (answer.status_code, answer.json["code"]) == (400, "json-surrogate")


def test_nothing_reaches_a_service_that_was_refused(face: Any, bearer: Headers) -> None:
    face.client.post(ORDERS, json={"quantity": 0}, headers=bearer)
    face.client.get("/api/v1/contracts/OCB1", headers=bearer)
    assert face.services.heard == []


# --- where ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/", "/api/v2/contracts", "/api/v1/contracts/", "/api/v1//x"]
)
def test_an_unknown_address_is_a_problem_too(face: Any, path: str) -> None:
    answer = face.client.get(path)
    assert (answer.status_code, answer.json["code"]) == (404, "route-unknown")
    assert answer.headers["X-Request-Id"] == answer.json["call_id"]


def test_a_wrong_method_is_told_the_right_ones(face: Any, bearer: Headers) -> None:
    answer = face.client.delete(CONTRACT, headers=bearer)
    assert (answer.status_code, answer.json["code"]) == (405, "method-not-allowed")
    assert answer.headers["Allow"] == ", ".join(sorted(methods_of("/contracts/{tenant}")))


def test_what_lies_outside_is_left_to_the_pages(face: Any) -> None:
    pages = Flask("pages")
    pages.wsgi_app = beside(pages.wsgi_app, face.client.application)
    client = pages.test_client()
    assert client.get("/api/v1/contracts").json["code"] == "token-missing"
    for path in ("/api", "/apiary", "/"):
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype) == (404, "text/html")


# --- what services refuse -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "status", "headers"),
    [
        (NotFound("contract-unknown"), 404, {}),
        (Conflict("request-in-flight"), 409, {}),
        (Invalid("organisation-required"), 422, {}),
        (Forbidden("role-not-held"), 403, {}),
        (TooMany("too-many-requests", {"retry_after": 12.2}), 429, {"Retry-After": "13"}),
        (TooMany("too-many-requests"), 429, {"Retry-After": "60"}),
        (Unavailable("service-unavailable", {"retry_after": 0}), 503, {"Retry-After": "1"}),
        (Unavailable("database"), 503, {"Retry-After": "2"}),
    ],
)
def test_a_refusal_keeps_its_code(
    face: Any, bearer: Headers, error: Any, status: int, headers: Headers
) -> None:
    face.services.refuse("tenancy.get_contract", error)
    answer = face.client.get(CONTRACT, headers=bearer)
    assert (answer.status_code, answer.json["code"]) == (status, error.code)
    assert {name: answer.headers.get(name) for name in headers} == headers


def test_fields_a_service_blames_are_worded(face: Any, bearer: Headers) -> None:
    fields = {"new_password": ["password-too-short:10", "password-is-user-name"]}
    face.services.refuse(
        "identity.change_password", Invalid("password-refused", {"fields": fields})
    )
    body = {"current_password": "a", "new_password": "b"}
    answer = face.client.post(
        "/api/v1/account/password", json=body, headers={**bearer, "Accept-Language": "en"}
    )
    assert [error["message"] for error in answer.json["errors"]] == [
        "At least 10 characters.",
        "The password cannot be the user name, forwards or backwards.",
    ]


def test_a_crash_says_nothing_about_itself(face: Any, bearer: Headers) -> None:
    def crash(_payload: dict[str, Any]) -> dict[str, Any]:
        raise RuntimeError("password=hunter2")

    face.services.answers["tenancy.get_contract"] = crash
    answer = face.client.get(CONTRACT, headers=bearer)
    assert (answer.status_code, answer.json["code"]) == (500, "internal")
    assert "hunter2" not in answer.text
