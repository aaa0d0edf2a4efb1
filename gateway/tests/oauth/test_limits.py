"""Who is counted for what, and what he is told: REST, protocol and pages of one application."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from ipaddress import ip_network
from threading import Thread
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from gateway.limits.buckets import Holder, Kind
from gateway.limits.sharing import forget_spending
from gateway.oauth.acting import acting
from servicekit.db import EVERYONE
from servicekit.errors import Unavailable
from servicekit.setting_kinds import Quota

pytestmark = pytest.mark.servers

FEW = Quota(5, 3600)
MANY = Quota(1000, 60)
HERE, ELSEWHERE = "203.0.113.9", "198.51.100.7"


@pytest.fixture
def limited(start_provider: Callable[..., Any]) -> Callable[..., Any]:
    def start(**changes: Quota) -> Any:
        wide = {"limit_address": MANY, "limit_person": MANY, "limit_client": MANY}
        return start_provider(trusted_proxies=(ip_network("127.0.0.1"),), **(wide | changes))

    return start


def ask(http: FlaskClient, path: str, address: str = HERE, **headers: str) -> TestResponse:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return http.get(path, headers={"X-Forwarded-For": address, **told})


def statuses(times: int, act: Callable[[], TestResponse]) -> list[int]:
    return [act().status_code for _ in range(times)]


# --- programs -----------------------------------------------------------------------------------


def test_a_refusal_says_when_to_come_back_and_whose_quota_is_spent(limited: Any) -> None:
    http = limited(limit_address=FEW).app.test_client()
    assert statuses(5, lambda: ask(http, "/api/v1/contracts")) == [401] * 5
    answer = ask(http, "/api/v1/contracts", Accept_Language="en")
    problem = answer.get_json()
    assert (answer.status_code, answer.content_type) == (429, "application/problem+json")
    assert problem["code"] == "quota-exceeded"
    assert problem["violated-policies"] == ["address"]
    assert 0 < int(answer.headers["Retry-After"]) <= 720
    assert problem["detail"] == (
        f"Your quota is spent: try again in {answer.headers['Retry-After']} seconds."
    )
    french = ask(http, "/api/v1/contracts", Accept_Language="fr").get_json()
    assert french["detail"].startswith("Votre quota est épuisé")


def test_each_answer_says_what_is_left(limited: Any) -> None:
    provider = limited(limit_client=FEW)
    token = provider.client_token(provider.machine())
    http = provider.app.test_client()
    answer = ask(http, "/oauth/userinfo", Authorization=f"Bearer {token}")
    assert answer.headers["RateLimit-Policy"] == '"client";q=5;w=3600'
    assert answer.headers["RateLimit"] == '"client";r=3;t=1440'
    jwks = ask(http, "/oauth/jwks")
    assert jwks.headers["RateLimit-Policy"] == '"address";q=1000;w=60'


def test_another_forwarding_header_each_time_is_the_same_address(limited: Any) -> None:
    http = limited(limit_address=FEW).app.test_client()
    spoofed = (ask(http, "/api/v1/contracts", f"10.0.0.{n}, {HERE}") for n in range(8))
    assert [answer.status_code for answer in spoofed] == [401] * 5 + [429] * 3
    assert ask(http, "/api/v1/contracts", ELSEWHERE).status_code == 401


def test_a_network_of_ipv6_is_one_address(limited: Any) -> None:
    http = limited(limit_address=FEW).app.test_client()
    hosts = (ask(http, "/api/v1/contracts", f"2001:db8:0:1::{n:x}") for n in range(8))
    assert [answer.status_code for answer in hosts] == [401] * 5 + [429] * 3
    assert ask(http, "/api/v1/contracts", "2001:db8:0:2::1").status_code == 401


def test_a_good_token_passes_where_the_address_has_spent_everything(limited: Any) -> None:
    provider = limited(limit_address=FEW)
    token = provider.client_token(provider.machine())
    http = provider.app.test_client()
    assert statuses(9, lambda: ask(http, "/api/v1/contracts"))[-1] == 429
    known = ask(http, "/oauth/userinfo", Authorization=f"Bearer {token}")
    assert known.status_code == 403, "it is no person's token; it is not limited"


def test_a_client_is_counted_wherever_and_with_whichever_token_it_asks(limited: Any) -> None:
    provider = limited(limit_client=FEW)
    app, other = provider.machine(), provider.machine()
    tokens = [provider.client_token(app) for _ in range(3)]  # three
    http = provider.app.test_client()
    answers = [
        ask(http, "/oauth/userinfo", f"203.0.113.{n}", Authorization=f"Bearer {tokens[n % 3]}")
        for n in range(4)
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 429, 429]
    refused = provider.post("/oauth/token", {"grant_type": "client_credentials"}, app)
    assert refused.status_code == 429
    assert refused.get_json() == {"error": "temporarily_unavailable"}
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.headers["RateLimit"].startswith('"client";r=0;')
    assert provider.client_token(other)


def give_quota(provider: Any, client_id: str, quota: Quota | None) -> None:
    """As staff do; each process reads it within a second."""
    with provider.parts.db.write(acting("test"), tenant=EVERYONE) as tx:
        tx.run(
            """
            UPDATE clients SET quota_amount = %(amount)s, quota_seconds = %(seconds)s
             WHERE client_id = %(id)s
            """,
            {
                "id": client_id,
                "amount": quota.amount if quota else None,
                "seconds": quota.seconds if quota else None,
            },
        )
        forget_spending(tx, client_id=client_id)
    provider.parts.quotas.refresh()


def test_a_client_may_have_a_quota_of_its_own(limited: Any) -> None:
    provider = limited(limit_client=FEW)
    rich, poor, plain = provider.machine(), provider.machine(), provider.machine()
    give_quota(provider, rich.client_id, Quota(8, 60))
    give_quota(provider, poor.client_id, Quota(2, 3600))
    form = {"grant_type": "client_credentials"}
    passed = {
        app.client_id: statuses(10, lambda app=app: provider.post("/oauth/token", form, app))
        for app in (rich, poor, plain)
    }
    assert [codes.count(200) for codes in passed.values()] == [8, 2, 5]
    told = provider.post("/oauth/token", form, rich).headers
    assert told["RateLimit-Policy"] == '"client";q=8;w=60'
    assert provider.post("/oauth/token", form, plain).headers["RateLimit-Policy"] == (
        '"client";q=5;w=3600'
    )


def test_a_larger_quota_does_not_pay_for_the_smaller_one_before_it(limited: Any) -> None:
    provider = limited(limit_client=FEW)
    app = provider.machine()
    form = {"grant_type": "client_credentials"}
    give_quota(provider, app.client_id, Quota(1, 9999))
    assert statuses(2, lambda: provider.post("/oauth/token", form, app)) == [200, 429]
    provider.parts.sharing.exchange()
    give_quota(provider, app.client_id, Quota(9, 3600))
    provider.parts.sharing.exchange()
    assert statuses(10, lambda: provider.post("/oauth/token", form, app)).count(200) == 9


def test_its_own_quota_counts_its_tokens_as_well(limited: Any) -> None:
    provider = limited(limit_client=FEW)
    app = provider.machine()
    token = provider.client_token(app)
    give_quota(provider, app.client_id, Quota(3, 3600))
    http = provider.app.test_client()
    codes = statuses(4, lambda: ask(http, "/oauth/userinfo", Authorization=f"Bearer {token}"))
    assert codes == [403, 403, 403, 429], "a new quota begins whole"


def test_a_burst_of_one_client_takes_nothing_from_another_at_any_process(limited: Any) -> None:
    one, two = limited(limit_client=FEW), limited(limit_client=FEW)
    greedy, modest = one.machine(), one.machine()
    for process in (one, two):
        give_quota(process, greedy.client_id, Quota(20, 3600))
    form = {"grant_type": "client_credentials"}
    assert statuses(30, lambda: one.post("/oauth/token", form, greedy)).count(200) == 20
    one.parts.sharing.exchange()
    assert two.post("/oauth/token", form, greedy).status_code == 200, "told late, charged"
    two.parts.sharing.exchange()
    assert statuses(3, lambda: two.post("/oauth/token", form, greedy)) == [429] * 3
    for process in (one, two):
        assert process.client_token(modest)


def test_guessing_at_a_secret_spends_the_address_not_the_client(limited: Any) -> None:
    provider = limited(limit_address=FEW, limit_client=FEW)
    app = provider.machine()
    http = provider.app.test_client()

    def guess() -> TestResponse:
        form = {"grant_type": "client_credentials"}
        told = {"X-Forwarded-For": HERE}
        answer: TestResponse = http.post(
            "/oauth/token", data=form, auth=(app.client_id, "wrong"), headers=told
        )
        return answer

    assert statuses(7, guess) == [401] * 5 + [429] * 2
    assert provider.client_token(app), "nobody locks a client out by naming it"


def test_nesting_spends_the_address_and_breaks_nothing(limited: Any) -> None:
    """A payload of 5,000 brackets is deeper than the reader of JSON goes."""
    provider = limited(limit_address=FEW)
    app, http = provider.public(), provider.app.test_client()
    head, deep = _part(b'{"alg":"ES256"}'), _part(b"[" * 5000)
    assertion = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": f"{head}.{deep}.AA",
    }

    def prove() -> TestResponse:
        told = {"X-Forwarded-For": HERE}
        answer: TestResponse = http.post("/oauth/token", data=assertion, headers=told)
        return answer

    def push() -> TestResponse:
        told = {"X-Forwarded-For": ELSEWHERE}
        answer: TestResponse = http.post("/oauth/par", data=assertion, headers=told)
        return answer

    assert statuses(7, prove) == [401] * 5 + [429] * 2
    assert statuses(7, push) == [401] * 5 + [429] * 2
    form = {"grant_type": "refresh_token", "refresh_token": "made-up", "client_id": app.client_id}
    key = ECKey.generate_key("P-256").as_dict(private=False)
    heads = (
        {"typ": "dpop+jwt", "alg": "ES256", "jwk": key},
        {"typ": "dpop+jwt", "alg": "ES256", "jwk": key, "x": "DEEP"},
    )
    for number, described in enumerate(heads):
        raw = json.dumps(described).replace('"DEEP"', "[" * 2500)
        told = {"X-Forwarded-For": f"192.0.2.{number}", "DPoP": f"{_part(raw.encode())}.{deep}.AA"}
        answers = [http.post("/oauth/token", data=form, headers=told) for _ in range(6)]
        assert [one.status_code for one in answers] == [400] * 5 + [429]


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def test_naming_a_public_client_spends_nothing_of_it(limited: Any) -> None:
    provider = limited(limit_client=FEW)
    app = provider.public()
    form = {"grant_type": "refresh_token", "refresh_token": "made-up"}
    assert statuses(8, lambda: provider.post("/oauth/token", form, app)) == [400] * 8


def test_the_portal_is_not_held_up_by_the_number_of_its_people(limited: Any, portal: Any) -> None:
    provider = limited(limit_client=FEW)
    form = {"grant_type": "refresh_token", "refresh_token": "made-up"}
    assert statuses(8, lambda: provider.post("/oauth/token", form, portal)) == [400] * 8


def test_probes_and_files_are_free(limited: Any) -> None:
    http = limited(limit_address=FEW).app.test_client()
    assert 429 not in statuses(9, lambda: ask(http, "/livez"))
    for _ in range(9):
        with ask(http, "/static/img/mark.svg") as file:
            assert file.status_code == 200


# --- pages --------------------------------------------------------------------------------------


def test_a_page_says_it_in_words(limited: Any) -> None:
    http = limited(limit_address=FEW).app.test_client()
    assert statuses(5, lambda: ask(http, "/sign-in")) == [200] * 5
    answer = ask(http, "/sign-in", Accept_Language="en")
    assert answer.status_code == 429
    assert answer.mimetype == "text/html"
    assert "Too many requests" in answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Content-Security-Policy"]


def test_a_form_that_comes_too_soon_is_kept(limited: Any) -> None:
    http = limited(limit_address=FEW).app.test_client()
    statuses(5, lambda: ask(http, "/sign-in"))
    answer = http.post(
        "/sign-in",
        data={"login": "John.Doe", "password": "a secret"},
        headers={
            "X-Forwarded-For": HERE,
            "Sec-Fetch-Site": "same-origin",
            "Accept-Language": "en",
        },
    )
    assert answer.status_code == 429
    assert "What you entered is kept" in answer.text
    assert "John.Doe" in answer.text
    assert "a secret" not in answer.text


def test_a_signed_in_person_shares_no_quota_with_his_neighbours(limited: Any) -> None:
    provider = limited(limit_address=FEW)
    browser = provider.browser()
    browser.sign_in()
    stranger = provider.app.test_client()
    assert statuses(6, lambda: ask(stranger, "/sign-in"))[-1] == 429
    assert statuses(6, lambda: ask(browser.http, "/sign-in")) == [200] * 6


def test_a_person_is_counted_over_all_his_browsers(limited: Any) -> None:
    provider = limited(limit_person=FEW)
    one, two = provider.browser(), provider.browser()
    one.sign_in()
    two.sign_in()
    passed = statuses(3, lambda: ask(one.http, "/sign-in"))
    passed += statuses(3, lambda: ask(two.http, "/sign-in", ELSEWHERE))
    assert passed == [200] * 5 + [429]


def test_a_made_up_session_is_a_stranger(limited: Any) -> None:
    provider = limited(limit_address=FEW)
    http = provider.app.test_client()
    for number in range(5):
        http.set_cookie(provider.cookie_name, f"made-up-{number}")
        ask(http, "/sign-in")
    assert ask(http, "/sign-in").status_code == 429


def test_an_address_that_has_spent_everything_reaches_no_database(
    limited: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = limited(limit_address=FEW)
    http, neighbour = provider.app.test_client(), provider.browser()
    neighbour.sign_in()
    assert statuses(6, lambda: ask(http, "/sign-in"))[-1] == 429
    found = provider.parts.sessions._find
    read: list[str] = []

    def find(tx: Any, cookie: str, now: Any) -> Any:
        read.append(cookie)
        return found(tx, cookie, now)

    monkeypatch.setattr(provider.parts.sessions, "_find", find)
    for number in range(3):
        http.set_cookie(provider.cookie_name, f"made-up-{number}")
        refused = ask(http, "/sign-in")
        assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)
        assert refused.headers["RateLimit"].startswith('"address";r=0;')
    assert read == []
    assert ask(neighbour.http, "/sign-in").status_code == 200, "who is signed in is let through"


# --- several processes --------------------------------------------------------------------------


def test_what_is_spent_at_one_process_is_spent_at_the_next(limited: Any) -> None:
    one, two = limited(limit_client=FEW), limited(limit_client=FEW)
    app = one.machine()
    for _ in range(4):
        one.client_token(app)
    one.parts.sharing.exchange()
    assert two.client_token(app), "told late: it has not asked yet"
    two.parts.sharing.exchange()
    form = {"grant_type": "client_credentials"}
    assert two.post("/oauth/token", form, app).status_code == 429
    one.parts.sharing.exchange()


def test_two_that_tell_at_once_do_not_lock_each_other_out(limited: Any) -> None:
    processes = [limited(), limited()]
    holders = [Holder(Kind.ADDRESS, f"192.0.2.{number}") for number in range(200)]
    for process, order in zip(processes, (holders, holders[::-1]), strict=True):
        for holder in order:
            process.parts.admission._buckets.spend(holder)
    threads = [Thread(target=one.parts.sharing.exchange) for one in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for process in processes:
        process.parts.admission._buckets.spend(holders[0])
        process.parts.sharing.exchange()
    assert processes[1].parts.admission._buckets.spend(holders[0]).remaining <= 996


def test_nobody_can_read_in_the_database_who_asked(limited: Any) -> None:
    provider = limited()
    ask(provider.app.test_client(), "/sign-in")
    provider.parts.sharing.exchange()
    with provider.parts.db.read(tenant=EVERYONE) as tx:
        rows = tx.rows("SELECT spent_quotas::text AS line FROM spent_quotas", {}, dict)
    assert rows
    assert HERE not in str(rows)
    provider.clock.move(hours=2)
    provider.parts.sharing.sweep()
    with provider.parts.db.read(tenant=EVERYONE) as tx:
        assert tx.value("SELECT count(*) FROM spent_quotas", {}) == 0


def test_without_the_database_each_process_limits_on_its_own(limited: Any) -> None:
    provider = limited(limit_address=FEW)
    http = provider.app.test_client()
    ask(http, "/sign-in")
    provider.parts.db.close()
    with pytest.raises(Unavailable):
        provider.parts.sharing.exchange()
    assert statuses(6, lambda: ask(http, "/sign-in")) == [200] * 4 + [429] * 2
