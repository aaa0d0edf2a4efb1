"""Every contract of the installation, by service."""

from __future__ import annotations

from contracts.declare import Call, Contract, Event
from contracts.gateway import GATEWAY
from contracts.identity import IDENTITY
from contracts.notifications import NOTIFICATIONS
from contracts.subscriptions import SUBSCRIPTIONS
from contracts.tenancy import TENANCY

CONTRACTS: dict[str, Contract] = {
    contract.service: contract
    for contract in (IDENTITY, TENANCY, SUBSCRIPTIONS, NOTIFICATIONS, GATEWAY)
}

CALLS: dict[str, Call] = {
    call.full_name: call for contract in CONTRACTS.values() for call in contract.calls.values()
}

EVENTS: dict[str, Event] = {
    event.type: event for contract in CONTRACTS.values() for event in contract.events.values()
}


def events_heard_by(listener: str) -> tuple[Event, ...]:
    return tuple(event for event in EVENTS.values() if listener in event.heard_by)


# All that is any use to who only sees a tenant as its user does.
LOOKED_AT_SCOPES = frozenset(call.right.scope for call in CALLS.values() if call.is_shared_read)

SCOPES: dict[str, str] = {
    "account": "Read and change one's own account",
    "contracts.read": "Read contracts",
    "contracts.write": "Change contracts",
    "tenants.write": "Open tenants",
    "contracts.open": "Open contracts of an organisation as its customer",
    "organisations.read": "Look organisations up on behalf of the provider",
    "organisations.write": "Set what an organisation may do by itself",
    "requests.read": "Read requests and incidents",
    "requests.write": "Send requests and incidents, comment and end them",
    "forms.write": "Publish the forms of requests",
    "users.read": "Read the users of a tenant",
    "users.write": "Invite, change and remove users",
    "iam.read": "Read the IAM users of a domain",
    "iam.write": "Administer the IAM users of a domain",
    "catalogue.read": "Read the catalogue",
    "orders.write": "Place orders",
    "subscriptions.read": "Read subscriptions",
    "subscriptions.write": "Change subscriptions",
    "inventory.read": "Read what exists in a tenant",
    "inventory.write": "Report what exists in tenants, for the provider's cloud",
    "mails.read": "Read which mails were sent",
    "mails.write": "Send mails again",
    "audit.read": "Read the audit trail",
    "clients.read": "Read the applications of a tenant",
    "clients.write": "Register, change and remove applications of a tenant",
    "staff": "Administer staff",
    "people.read": "Look people up on behalf of the provider",
    "people.write": "Close and open portal logins",
    "recoveries": "Propose and decide recovery acts",
    "impersonations": "Let staff see a contract as its user does, and end it",
    "clock": "Read and move the clock of a simulated installation",
}
