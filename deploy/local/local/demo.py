"""Demo data, brought in by the front door: mails are read, links followed, forms filled in.

Each step is remembered in demo.json as soon as it is done, and each write carries a key of its own,
so a run that was interrupted goes on where it stopped and does nothing twice.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from contracts.registry import SCOPES
from local import cast
from local.cast import Character, Company
from local.credentials import write_private
from local.front_door import Api, ask_for_trial, confirm_trial, set_password, sign_in
from local.installation import SERVICES, VIGIE
from local.mailbox import link_in
from local.second_application import second_application_client
from local.stack import Stack
from local.waiting import wait_until
from servicekit.migrate import migrations_of

WORDS = (
    "Ardoise",
    "Bouleau",
    "Cascade",
    "Dentelle",
    "Falaise",
    "Galet",
    "Horloge",
    "Jardin",
    "Lanterne",
    "Moulin",
    "Nacelle",
    "Ombrelle",
    "Passerelle",
    "Rivage",
    "Sentier",
    "Tilleul",
)
OPEN_ID_SCOPES = ("openid", "profile", "email", "offline_access")
APP_REDIRECT = "http://127.0.0.1:8099/callback"
APPEARS_SECONDS = 60.0

CLIENTS: tuple[dict[str, Any], ...] = (
    {
        "client_id": "demo-internal",
        "name": "Demo internal system",
        "grants": ["client_credentials"],
        "scopes": ["contracts.read", "catalogue.read", "subscriptions.read"],
        "tenants": ["*"],
        "who": "an internal system: client credentials, reads every contract",
    },
    {
        "client_id": "cloud-feed",
        "name": "Cloud feed",
        "grants": ["client_credentials"],
        "scopes": ["inventory.write", "inventory.read"],
        "tenants": ["*"],
        "who": "the provider's cloud: reports what exists in tenants, for itself",
    },
    {
        "client_id": "demo-app",
        "name": "Demo application",
        "grants": ["authorization_code", "refresh_token"],
        "scopes": [*OPEN_ID_SCOPES, *SCOPES],
        "tenants": [],
        "redirect_uri": APP_REDIRECT,
        "first_party": True,
        "who": f"a program of a customer: code + PKCE, back to {APP_REDIRECT}",
    },
)


def seed(stack: Stack, *, say: Callable[[str], None]) -> None:
    """Raises RefusedError or AssertionError with the installation's own words."""
    seeding = _Seeding(stack, say=say)
    seeding.write_addresses()
    seeding.keep_forms()
    if not seeding.complete:
        seeding.run()
    seeding.keep_second_application()


class _Seeding:
    def __init__(self, stack: Stack, *, say: Callable[[str], None]) -> None:
        self._stack = stack
        self._say = say
        self._demo = stack.demo
        self._tokens: dict[str, Api] = {}

    @property
    def complete(self) -> bool:
        return bool(self._demo.get("complete"))

    def run(self) -> None:
        for part in ("staff", "people", "clients", "tenants", "done"):
            self._demo.setdefault(part, {})
        self._use_tools()
        self._say("          demo: staff")
        self._appoint_staff()
        self._say("          demo: organisations and tenants")
        for company in cast.COMPANIES:
            self._open(company)
        self._say("          demo: people of the tenants")
        for company in cast.COMPANIES:
            self._welcome_holder(company)
        for invitation in cast.INVITATIONS:
            self._invite(invitation)
        self._begin_trial(cast.TRIAL)
        self._say("          demo: orders")
        for number, purchase in enumerate(cast.PURCHASES):
            self._buy(number, purchase)
        self._say("          demo: requests")
        for number, asked in enumerate(cast.ASKED):
            self._ask(number, asked)
        self._say("          demo: what contracts say")
        self._write_contracts()
        self._offer(cast.OFFERED)
        self._note_rights()
        del self._demo["done"]
        self._demo["complete"] = True
        self._save()

    def write_addresses(self) -> None:
        stack = self._stack
        self._demo |= {
            "url": stack.url,
            "mail_url": stack.mail_url,
            "vigie_url": stack.ops_url(VIGIE),
            "ops": {name: stack.ops_url(name) for name in (*SERVICES, "gateway")},
        }
        self._save()

    def keep_forms(self) -> None:
        """What customers may ask for, published anew where the file has changed since."""
        shipped = migrations_of("tenancy").parent / "forms" / "standard.json"
        stamp = hashlib.sha256(shipped.read_bytes()).hexdigest()
        if self._demo.get("forms") != stamp:
            self._stack.run("tenancy", "load-forms", str(shipped))
            self._demo["forms"] = stamp
            self._save()

    def keep_second_application(self) -> None:
        """Its port may be another one than at the last start; older installations have none."""
        client = second_application_client(self._stack.installation)
        if self._demo["clients"].get(client["client_id"]) != client:
            self._register(client)
            self._demo["clients"][client["client_id"]] = client
            self._save()

    # --- steps ----------------------------------------------------------------------------------

    def _use_tools(self) -> None:
        """What no one can do from outside: the first operator, and clients of the provider.

        Support, too: an operator is no second hand to whom he has appointed himself.
        """
        jobs = {
            f"staff:{role}": partial(self._appoint_by_command, self._staff_member(role), role)
            for role in (cast.OPERATOR, "support")
        }
        second = second_application_client(self._stack.installation)
        for client in (*CLIENTS, second):
            known = self._remember("clients", client["client_id"], _with_secret(client))
            jobs[f"client:{client['client_id']}"] = partial(self._register, known)
        due = [step for step in jobs if not self._is_done(step)]
        with ThreadPoolExecutor(max_workers=len(jobs)) as pool:
            for step, done in [(step, pool.submit(jobs[step])) for step in due]:
                done.result()
                self._mark(step)

    def _register(self, client: dict[str, Any]) -> None:
        secret_file = self._stack.installation.data / f".{client['client_id']}.secret"
        write_private(secret_file, client["client_secret"])
        try:
            self._stack.run("gateway", "register-client", *_client_arguments(client, secret_file))
        finally:
            secret_file.unlink()

    def _appoint_by_command(self, member: dict[str, Any], role: str) -> None:
        given_name, family_name = cast.STAFF[role]
        self._stack.run(
            *("identity", "appoint-staff", "--role", role, "--login", member["login"]),
            *("--email", member["email"], "--given-name", given_name),
            *("--family-name", family_name),
        )

    def _appoint_staff(self) -> None:
        self._set_portal_password(self._demo["staff"][cast.OPERATOR], language="fr")
        operator = self._api("staff", cast.OPERATOR)
        for role, (given_name, family_name) in cast.STAFF.items():
            member = self._staff_member(role)
            if not self._is_done(f"staff:{role}"):
                new = {"login": member["login"], "email": member["email"], "roles": [role]}
                new |= {"given_name": given_name, "family_name": family_name}
                operator.post("/staff", new, key=f"demo-staff-{role}")
                self._mark(f"staff:{role}")
        for role in cast.STAFF:
            self._set_portal_password(self._demo["staff"][role], language="fr")

    def _open(self, company: Company) -> None:
        if self._is_done(f"tenant:{company.key}"):
            return
        opening = {
            "name": company.name,
            "support_level": company.support_level,
            "referent": _contact(company.holder),
            **self._organisation(company),
        }
        contract = self._api("staff", "sales").post(
            "/tenants", opening, key=f"demo-open-{company.key}"
        )
        self._know(contract, key=company.key)

    def _welcome_holder(self, company: Company) -> None:
        character = company.holder
        tenant = self._tenant(company.key)
        person = self._person(character)
        person.setdefault("api_password", _password())
        person["login"] = self._login_in(tenant, character.email)
        self._set_portal_password(person, language=character.language)
        self._set_api_password(person, language=character.language)

    def _begin_trial(self, trial: cast.Trial) -> None:
        holder, url = trial.holder, self._stack.url
        person = self._person(holder)
        if not self._is_done(f"tenant:{trial.key}"):
            asked = {"organisation_name": trial.organisation, "email": holder.email}
            names = {"given_name": holder.given_name, "family_name": holder.family_name}
            ask_for_trial(url, asked | names)
            mail = self._stack.mail.wait_for(to=holder.email, subject="Confirmez votre demande")
            confirm_trial(link_in(mail, url=url, under="trial"))
            found = f"/contracts?search={quote(trial.organisation)}"
            [contract] = self._api("staff", "sales").get(found)["items"]
            self._know(contract, key=trial.key)
        person["login"] = self._login_in(self._tenant(trial.key), holder.email)
        self._set_portal_password(person, language=holder.language)

    def _know(self, contract: dict[str, Any], *, key: str) -> None:
        self._demo["tenants"][contract["tenant"]] = {
            "key": key,
            "name": contract["name"],
            "organisation": contract["organisation"]["name"],
            "organisation_id": contract["organisation"]["organisation_id"],
            "support_level": contract["support_level"],
        }
        self._mark(f"tenant:{key}")

    def _invite(self, invitation: cast.Invitation) -> None:
        guest = invitation.guest
        person = self._person(guest)
        tenant = self._tenant(invitation.company)
        step = f"invite:{guest.key}:{invitation.company}"
        if not self._is_done(step):
            body = {**_contact(guest), "roles": invitation.roles}
            answer = self._api("people", invitation.host).post(
                f"/tenants/{tenant}/users", body, key=f"demo-{step}"
            )
            person["login"] = answer["login"]
            self._mark(step)
        self._set_portal_password(person, language=guest.language)

    def _buy(self, number: int, purchase: cast.Purchase) -> None:
        step = f"order:{number}"
        if self._is_done(step):
            return
        buyer = self._api("people", purchase.buyer)
        offers = buyer.get(f"/catalogue/offers?product={purchase.product}&limit=50")["items"]
        body = {
            "offer_id": offers[number % len(offers)]["offer_id"],
            "quantity": purchase.quantity,
        }
        tenant = self._tenant(purchase.company)
        buyer.post(f"/tenants/{tenant}/orders", body, key=f"demo-{step}")
        self._mark(step)

    def _ask(self, number: int, asked: cast.Asked) -> None:
        step = f"request:{number}"
        if self._is_done(step):
            return
        asker, here = self._api("people", asked.asker), self._tenant(asked.company)
        said = {"form": asked.form, "subject": asked.subject, "answers": dict(asked.answers)}
        sent = asker.post(f"/tenants/{here}/requests", said, key=f"demo-{step}")
        path = f"/tenants/{here}/requests/{sent['number']}"
        if asked.comment:
            asker.post(f"{path}/comments", {"text": asked.comment}, key=f"demo-{step}-comment")
        if asked.withdrawn:
            asker.post(f"{path}/withdraw", {}, key=f"demo-{step}-withdraw")
        self._mark(step)

    def _write_contracts(self) -> None:
        """Invoice references by the holder; a change of support level and billing details by
        sales."""
        holders = {company.key: company.holder.key for company in cast.COMPANIES}
        for company, references in cast.REFERENCES.items():
            self._write(company, "references", references, by=("people", holders[company]))
        for company, level in cast.SUPPORT_CHANGES.items():
            wanted = {"support_level": level}
            self._write(company, "support-level", wanted, by=("staff", "sales"))
        for company, details in cast.BILLING.items():
            self._write(company, "billing-details", details, by=("staff", "sales"))

    def _write(
        self, company: str, part: str, said: Mapping[str, Any], *, by: tuple[str, str]
    ) -> None:
        step = f"{part}:{company}"
        if not self._is_done(step):
            path = f"/contracts/{self._tenant(company)}/{part}"
            self._api(*by).put(path, said, key=f"demo-{step}")
            self._mark(step)

    def _offer(self, offered: cast.Offered) -> None:
        """Once tenancy has heard that the successor is a user."""
        step = f"offer:{offered.company}:{offered.office}"
        if self._is_done(step):
            return
        holder, tenant = self._api("people", offered.holder), self._tenant(offered.company)
        listed = holder.get(f"/tenants/{tenant}/users?limit=200")["items"]
        ids = {user["email"]: user["person_id"] for user in listed}
        said = {"office": offered.office, "person_id": ids[offered.successor.email]}
        outlook = f"/contracts/{tenant}/outlook/handover?{urlencode(said)}"
        wait_until(
            lambda: bool(holder.get(outlook)["allowed"]),
            seconds=APPEARS_SECONDS,
            what=f"{offered.successor.email} to be known to tenancy",
        )
        holder.post(f"/contracts/{tenant}/handovers", said, key=f"demo-{step}")
        self._mark(step)

    def _note_rights(self) -> None:
        """What everybody holds in the end, as identity says it."""
        sales = self._api("staff", "sales")
        people = {one["email"]: one for one in self._demo["people"].values()}
        for one in people.values():
            one["tenants"] = {}
        for tenant in self._demo["tenants"]:
            for user in sales.get(f"/tenants/{tenant}/users?limit=200")["items"]:
                held = {"roles": user["roles"], "offices": user["offices"]}
                people[user["email"]]["tenants"][tenant] = held

    # --- passwords ------------------------------------------------------------------------------

    def _set_portal_password(self, person: dict[str, Any], *, language: str) -> None:
        step = f"portal-password:{person['email']}"
        if self._is_done(step):
            return
        brand = self._stack.installation.brand
        subject = {
            "fr": f"Bienvenue sur l'espace client {brand}",
            "en": f"Welcome to the {brand} customer space",
        }
        mail = self._stack.mail.wait_for(to=person["email"], subject=subject[language])
        if not set_password(link_in(mail, url=self._stack.url), person["password"]):
            # Used up: by an interrupted run of ours, or else the password is not the one we know.
            self._sign_in(person)
        self._mark(step)

    def _set_api_password(self, person: dict[str, Any], *, language: str) -> None:
        step = f"api-password:{person['email']}"
        if self._is_done(step):
            return
        subject = {"fr": "Bienvenue sur la console", "en": "Welcome to the console"}
        mail = self._stack.mail.wait_for(to=person["email"], subject=subject[language])
        # A used link was used by us, a moment before an interruption: the password is in demo.json.
        set_password(link_in(mail, url=self._stack.url), person["api_password"])
        self._mark(step)

    # --- what is known --------------------------------------------------------------------------

    def _staff_member(self, role: str) -> dict[str, Any]:
        fresh = {
            "login": role,
            "email": f"{role}@{cast.STAFF_DOMAIN}",
            "password": _password(),
            "roles": [role],
        }
        return dict(self._remember("staff", role, fresh))

    def _person(self, character: Character) -> dict[str, Any]:
        fresh = {
            "login": "",
            "email": character.email,
            "password": _password(),
            "name": f"{character.given_name} {character.family_name}",
            "who": character.who,
        }
        return self._remember("people", character.key, fresh)

    def _remember(self, part: str, key: str, fresh: dict[str, Any]) -> dict[str, Any]:
        """Written before it is used: a password must outlive the run that set it."""
        entry: dict[str, Any] = self._demo[part].setdefault(key, fresh)
        self._save()
        return entry

    def _tenant(self, company_key: str) -> str:
        for code, tenant in self._demo["tenants"].items():
            if tenant["key"] == company_key:
                return str(code)
        raise AssertionError(f"no tenant was opened for {company_key}")

    def _organisation(self, company: Company) -> dict[str, str]:
        for tenant in self._demo["tenants"].values():
            if tenant["organisation"] == company.organisation:
                return {"organisation_id": tenant["organisation_id"]}
        return {"organisation_name": company.organisation}

    def _login_in(self, tenant: str, email: str) -> str:
        sales = self._api("staff", "sales")
        found: list[str] = []

        def appeared() -> bool:
            users = sales.get(f"/tenants/{tenant}/users?limit=200")["items"]
            found.extend(user["login"] for user in users if user["email"] == email)
            return bool(found)

        wait_until(appeared, seconds=APPEARS_SECONDS, what=f"{email} to appear in {tenant}")
        return found[0]

    def _api(self, part: str, key: str) -> Api:
        name = f"{part}:{key}"
        if name not in self._tokens:
            reason = "Demo data" if part == "staff" else None
            token = self._sign_in(self._demo[part][key])
            self._tokens[name] = Api(self._stack.url, token, reason=reason)
        return self._tokens[name]

    def _sign_in(self, person: dict[str, Any]) -> str:
        client = self._demo["clients"]["demo-app"]
        return sign_in(
            self._stack.url,
            client,
            login=person["login"],
            password=person["password"],
            scopes=client["scopes"],
        )

    def _is_done(self, step: str) -> bool:
        return step in self._demo["done"]

    def _mark(self, step: str) -> None:
        self._demo["done"][step] = True
        self._save()

    def _save(self) -> None:
        self._stack.installation.write_demo(self._demo)


def _with_secret(client: dict[str, Any]) -> dict[str, Any]:
    return {"client_secret": secrets.token_urlsafe(32), **client}


def _client_arguments(client: dict[str, Any], secret_file: Path) -> list[str]:
    arguments = ["--id", client["client_id"], "--name", client["name"], "--kind", "confidential"]
    arguments += ["--secret-file", str(secret_file)]
    for grant in client["grants"]:
        arguments += ["--grant", grant]
    for scope in client["scopes"]:
        arguments += ["--scope", scope]
    for tenant in client["tenants"]:
        arguments += ["--tenants", tenant]
    for address in ("redirect_uri", "post_logout_redirect_uri", "backchannel_logout_uri"):
        if address in client:
            arguments += [f"--{address.replace('_', '-')}", client[address]]
    if client.get("first_party"):
        arguments.append("--first-party")
    return arguments


def _contact(character: Character) -> dict[str, str]:
    return {
        "email": character.email,
        "given_name": character.given_name,
        "family_name": character.family_name,
        "language": character.language,
    }


def _password() -> str:
    """Good enough for the rules, short enough to type by hand from the screen."""
    words = secrets.SystemRandom().sample(WORDS, k=2)
    return f"{words[0]}-{words[1]}-{secrets.randbelow(9000) + 1000}"
