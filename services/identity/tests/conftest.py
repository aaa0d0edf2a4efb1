"""An identity database of its own for each test that asks, and what people do at its counter."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet

from contracts.codes import CredentialKind, Language, Office, Role, Section, TenantCode
from contracts.rights import Caller, CallerKind
from identity.actions.disown import Disowned, disown
from identity.actions.establish_tenant import OpenedTenant, establish_tenant
from identity.actions.forgotten_password import RESET, issue_reset_link, request_password_reset
from identity.actions.invite_user import invite_user
from identity.actions.note_refusal import REFUSED, note_refusal
from identity.actions.read_link import read_link
from identity.actions.set_password import set_password_by_link
from identity.actions.sign_in import (
    SignedIn,
    api_sign_in,
    sign_in,
    web_sign_in,
)
from identity.clients.hashing import Cost, Hasher, SameThread
from identity.clients.sealing import Sealer
from identity.domain.attempts import Visit
from identity.domain.links import Link
from identity.domain.people import NewPerson, User
from identity.domain.throttle import Doorstep, Guess, Throttle, source_of
from servicekit.context import Context, deadline_in, new_call_id, system_context
from servicekit.db import EVERYONE, Database
from servicekit.due import DueRunner
from servicekit.due_store import DueItem

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PORTAL_PASSWORD = "Sesame-2026!"
API_PASSWORD = "open7sesame"
VISIT = Visit(address="192.0.2.7", device="Firefox")
TENANT = TenantCode("OCB0001234")
COMPANY = UUID(int=1)


class CountingHasher(Hasher):
    """Cheap parameters, and a count of the hash operations asked for."""

    def __init__(self, *, room: int = 200, cost: Cost | None = None) -> None:
        cheap = cost or Cost(passes=1, memory_kib=8, lanes=1)
        super().__init__(threads=SameThread(), room=room, cost=cheap)
        self.checked: list[bool] = []  # whether each one was against a real hash
        self.hashed = 0

    def verify(self, hash: str | None, password: str) -> bool:
        self.checked.append(hash is not None)
        return super().verify(hash, password)

    def hash(self, password: str) -> str:
        self.hashed += 1
        return super().hash(password)


@dataclass
class FixedClock:
    at: datetime = NOON
    simulated: bool = True

    def now(self) -> datetime:
        return self.at

    def move_to_offset(self, tx: Any, seconds: int) -> int:
        raise NotImplementedError


@dataclass
class Counter:
    """Identity as its callers know it, with a clock in hand and events to look at."""

    db: Database
    hasher: CountingHasher
    sealer: Sealer
    fernet: Fernet
    url: str  # for processes beside this one
    clock: FixedClock = field(default_factory=FixedClock)
    # Wide enough for tests that guess a hundred times; those of the throttle set their own.
    visit: Visit = VISIT
    throttle: Throttle = field(default_factory=lambda: Throttle(of_address=10_000, a_minute=10_000))

    @property
    def now(self) -> datetime:
        return self.clock.at

    def pass_time(self, **span: float) -> None:
        self.clock.at += timedelta(**span)

    # --- contexts -------------------------------------------------------------------------------

    def gateway(self) -> Context:
        return self._context(Caller(CallerKind.GATEWAY, "gateway"))

    def person(self, person_id: UUID, *, tenant: TenantCode = TENANT, **more: Any) -> Context:
        caller = Caller(CallerKind.PERSON, str(person_id), tenant=tenant)
        return self._context(caller, **more)

    def _context(self, caller: Caller, **more: Any) -> Context:
        return replace(
            Context(
                caller=caller,
                call="identity.sign_in",
                call_id=new_call_id(),
                deadline=deadline_in(30),
                language=Language.FRENCH,
            ),
            **more,
        )

    # --- what happens ---------------------------------------------------------------------------

    def open_tenant(
        self,
        *,
        tenant: TenantCode = TENANT,
        referent: NewPerson | None = None,
        owner: NewPerson | None = None,
        event_id: UUID | None = None,
        organisation_id: UUID = COMPANY,
        opened_by: str = "",
    ) -> None:
        referent = referent or new_person("John", "Doe")
        establish_tenant(
            db=self.db,
            sealer=self.sealer,
            context=system_context(service="identity", call="TenantOpened", tenant=tenant),
            now=self.now,
            event_id=event_id or uuid4(),
            opened=OpenedTenant(
                tenant=tenant,
                name="Essai",
                organisation_id=organisation_id,
                opened_by=opened_by,
                holders={Office.REFERENT: referent, Office.DOMAIN_OWNER: owner or referent},
            ),
        )

    def invite(
        self, new: NewPerson, roles: dict[Section, Role], *, by: UUID, tenant: TenantCode = TENANT
    ) -> User:
        return invite_user(
            db=self.db,
            sealer=self.sealer,
            context=self.person(by, tenant=tenant),
            now=self.now,
            tenant=tenant,
            new=new,
            roles=roles,
        )

    def set_password(self, token: str, password: str) -> Any:
        return set_password_by_link(
            db=self.db,
            hasher=self.hasher,
            sealer=self.sealer,
            context=self.gateway(),
            now=self.now,
            token=token,
            password=password,
            visit=self.visit,
            doorstep=self.doorstep(Guess.LINK),
        )

    def sign_in(self, login: str = "John.Doe", password: str = PORTAL_PASSWORD) -> SignedIn:
        return sign_in(**self._proving(), login=login, password=password)

    def web_sign_in(
        self,
        user_name: str = "John.Doe",
        password: str = PORTAL_PASSWORD,
        *,
        domain: str = TENANT,
    ) -> SignedIn:
        return web_sign_in(**self._proving(), domain=domain, user_name=user_name, password=password)

    def api_sign_in(
        self,
        identifier: str = "John.Doe",
        password: str = API_PASSWORD,
        *,
        domain: str = TENANT,
    ) -> SignedIn:
        return api_sign_in(
            **self._proving(), domain=domain, identifier=identifier, password=password
        )

    def _proving(self) -> dict[str, Any]:
        return {
            "db": self.db,
            "hasher": self.hasher,
            "context": self.gateway(),
            "now": self.now,
            "pause": time.sleep,
            "throttle": self.throttle,
            "visit": self.visit,
        }

    def forget_password(
        self, credential: CredentialKind, identifier: str, domain: str | None = None
    ) -> None:
        request_password_reset(
            db=self.db,
            context=self.gateway(),
            now=self.now,
            credential=credential,
            identifier=identifier,
            domain=domain,
            visit=self.visit,
            doorstep=self.doorstep(Guess.RESET),
        )

    def doorstep(self, guess: Guess) -> Doorstep:
        return Doorstep(guess, source_of(self.visit.address), self.now, self.throttle)

    def read_link(self, token: str) -> Link:
        return read_link(
            db=self.db,
            context=self.gateway(),
            now=self.now,
            token=token,
            doorstep=self.doorstep(Guess.LINK),
        )

    def disown(self, token: str) -> Disowned:
        return disown(
            db=self.db,
            sealer=self.sealer,
            context=self.gateway(),
            now=self.now,
            token=token,
            visit=self.visit,
            doorstep=self.doorstep(Guess.LINK),
        )

    def do_what_is_due(self) -> None:
        """As the process's timer does, right after the commit that scheduled it."""

        def refuse(item: DueItem) -> None:
            note_refusal(db=self.db, sealer=self.sealer, item=item)

        def reset(item: DueItem) -> None:
            issue_reset_link(db=self.db, sealer=self.sealer, item=item)

        runner = DueRunner(self.db, self.clock, {REFUSED: refuse, RESET: reset})
        while runner.step():
            pass
        assert runner.counts().dead == 0

    # --- what can be seen -----------------------------------------------------------------------

    def rows(self, sql: str, **params: Any) -> list[dict[str, Any]]:
        with self.db.read(tenant=EVERYONE) as tx:
            return tx.rows(sql, params, dict)

    def events(self, name: str) -> list[dict[str, Any]]:
        """Payloads of one event, oldest first."""
        found = self.rows(
            "SELECT data FROM house.outbox WHERE type = %(type)s ORDER BY position",
            type=f"guichet.identity.{name}.v1",
        )
        return [row["data"] for row in found]

    def token(self, event: str, *, of: str | None = None) -> str:
        """From the newest such event, as the mail would carry it."""
        told = [one for one in self.events(event) if of in (None, one["person_id"])]
        return self.fernet.decrypt(told[-1]["sealed_link"]).decode()

    def trail(self, tenant: str = TENANT) -> list[tuple[str, str]]:
        found = self.rows(
            "SELECT action, target FROM house.audit_entries WHERE tenant = %(tenant)s"
            " ORDER BY sequence",
            tenant=tenant,
        )
        return [(row["action"], row["target"]) for row in found]

    def person_id(self, login: str = "John.Doe") -> UUID:
        found = self.rows("SELECT id FROM persons WHERE login_key = lower(%(login)s)", login=login)
        person_id: UUID = found[0]["id"]
        return person_id

    def iam_user_id(self, login: str = "John.Doe", tenant: str = TENANT) -> UUID:
        found = self.rows(
            "SELECT id FROM iam_users WHERE user_name = %(login)s AND tenant = %(tenant)s",
            login=login,
            tenant=tenant,
        )
        iam_user_id: UUID = found[0]["id"]
        return iam_user_id


def new_person(given_name: str, family_name: str, **more: Any) -> NewPerson:
    email = more.pop("email", f"{given_name}.{family_name}@example.com".lower())
    return NewPerson(
        email=email,
        given_name=given_name,
        family_name=family_name,
        language=more.pop("language", Language.FRENCH),
        **more,
    )


@pytest.fixture
def person() -> Callable[..., NewPerson]:
    return new_person


@pytest.fixture
def counter(new_database: Callable[..., Any]) -> Iterator[Counter]:
    key = Fernet.generate_key()
    url = new_database("identity").app_url
    with Database(url, pool_size=8, service="identity") as db:
        yield Counter(
            db=db,
            hasher=CountingHasher(),
            sealer=Sealer(key.decode()),
            fernet=Fernet(key),
            url=url,
        )


@pytest.fixture
def john(counter: Counter) -> Counter:
    """John Doe is referent and domain owner of TENANT and has set both passwords."""
    counter.open_tenant()
    counter.set_password(counter.token("WelcomeLinkIssued"), PORTAL_PASSWORD)
    counter.set_password(counter.token("IamUserCreated"), API_PASSWORD)
    return counter
