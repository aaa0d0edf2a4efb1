"""Who appears in the demo data. All of it is invented."""

from collections.abc import Mapping
from dataclasses import dataclass

OPERATOR = "operator"
STAFF = {
    "sales": ("Salomé", "Marchand"),
    "billing": ("Basile", "Facture"),
    "support": ("Suzanne", "Secours"),
    OPERATOR: ("Olivier", "Régie"),
    "auditor": ("Aude", "Contrôle"),
}
STAFF_DOMAIN = "cloudstore.example"

EVERY_SECTION = (
    "contract",
    "dashboard",
    "services",
    "subscriptions",
    "invoices",
    "documents",
    "support",
    "users",
    "technical_console",
)


@dataclass(frozen=True, slots=True)
class Character:
    key: str
    given_name: str
    family_name: str
    email: str
    language: str
    who: str


@dataclass(frozen=True, slots=True)
class Company:
    """A contract to open; `holder` becomes its referent and domain owner."""

    key: str
    organisation: str
    name: str
    support_level: str
    holder: Character


@dataclass(frozen=True, slots=True)
class Invitation:
    company: str
    host: str
    guest: Character
    roles: dict[str, str]


@dataclass(frozen=True, slots=True)
class Purchase:
    company: str
    buyer: str
    product: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Offered:
    """An office that its holder has offered to another user."""

    company: str
    holder: str
    successor: Character
    office: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request by a form of the shipped catalogue."""

    company: str
    asker: str
    form: str
    subject: str
    answers: Mapping[str, str]
    comment: str | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """A free trial that its holder has asked for and confirmed himself."""

    key: str
    organisation: str
    holder: Character


JOHN = Character(
    key="john",
    given_name="John",
    family_name="Doe",
    email="john.doe@acme.example",
    language="fr",
    who="Acme SA: referent and domain owner of Production",
)
ALEX = Character(
    key="alex",
    given_name="Alex",
    family_name="Martin",
    email="alex.martin@acme.example",
    language="fr",
    who="Acme SA: holds Staging, administrator (Manager everywhere) of Production",
)
JANE = Character(
    key="jane",
    given_name="Jane",
    family_name="Roe",
    email="jane.roe@acme.example",
    language="en",
    who="Acme SA: Visitor on invoices of Production, nothing else",
)
HANNAH = Character(
    key="hannah",
    given_name="Hannah",
    family_name="Weiss",
    email="hannah.weiss@globex.example",
    language="en",
    who="Globex GmbH: referent and domain owner of Main",
)

ADA = Character(
    key="ada",
    given_name="Ada",
    family_name="Lambert",
    email="ada.lambert@essais.example",
    language="fr",
    who="Essais Réunis: on a free trial since the demo data came",
)

TRIAL = Trial("essais-trial", "Essais Réunis", ADA)
COMPANIES = (
    Company("acme-production", "Acme SA", "Production", "business", JOHN),
    Company("acme-staging", "Acme SA", "Staging", "basic", ALEX),
    Company("globex-main", "Globex GmbH", "Main", "premium", HANNAH),
)
INVITATIONS = (
    Invitation("acme-production", "john", ALEX, dict.fromkeys(EVERY_SECTION, "manager")),
    Invitation("acme-production", "john", JANE, {"invoices": "visitor"}),
)
OFFERED = Offered("acme-production", "john", JANE, "domain_owner")
ASKED = (
    Asked(
        "acme-production",
        "john",
        "incident",
        "Lenteurs sur la console technique",
        {"severity": "minor", "description": "Les listes de serveurs mettent une minute."},
    ),
    Asked(
        "acme-production",
        "john",
        "quota-instances",
        "Quota pour les soldes de janvier",
        {
            "region": "eu-west-0",
            "instances": "200",
            "vcpus": "800",
            "reason": "Montée en charge de la boutique.",
        },
        "Le plus tôt sera le mieux.",
    ),
    Asked(
        "acme-production",
        "john",
        "restore-backup",
        "Restauration de la base de recette",
        {
            "region": "eu-west-0",
            "resource": "db-recette",
            "from-on": "2026-01-05",
            "overwrite": "true",
        },
        withdrawn=True,
    ),
)
# What contracts say beside what they were opened with: by their holders, and by sales.
REFERENCES = {
    "acme-production": {"ref1": "AA00606838", "ref2": "PJ00010399", "ref3": "OCB0001999"},
}
SUPPORT_CHANGES = {"acme-staging": "standard"}
BILLING = {
    "globex-main": {
        "company_name": "Globex Deutschland GmbH",
        "address": {
            "street": "Hafenstraße 12",
            "postal_code": "20457",
            "city": "Hamburg",
            "country": "DE",
        },
        "recipient": {
            "given_name": "Ulrike",
            "family_name": "Kasse",
            "email": "rechnung@globex.example",
        },
    },
}
PURCHASES = (
    Purchase("acme-production", "john", "workspace", 5),
    Purchase("acme-production", "john", "workspace", 2),
    Purchase("globex-main", "hannah", "workspace", 12),
)
