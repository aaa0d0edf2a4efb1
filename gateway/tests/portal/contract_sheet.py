"""What tenancy answers about a contract that nothing is the matter with."""

from __future__ import annotations

from typing import Any

TENANT = "OCB0001234"
CHANGE = {
    "change_id": "018f0000-0000-7000-8000-0000000000c1",
    "level_before": "standard",
    "support_level": "premium",
    "effective_on": "2026-11-01",
    "status": "applied",
    "asked_at": "2026-10-12T09:00:00+00:00",
    "ended_at": "2026-10-31T23:00:00+00:00",
}
TERMS = {
    "tenant": TENANT,
    "support_level": "premium",
    "since_on": "2026-11-01",
    "committed_until": "2027-04-30",
    "pending": None,
    "possible_now": [],
    "would_apply_on": "2026-12-01",
    "changes": [CHANGE],
}
REFERENCES = {
    "tenant": TENANT,
    "ref1": "AA00606838",
    "ref2": "<PJ00010399>",
    "ref3": None,
    "editable_by": "referent",
    "changed_at": "2026-11-05T09:00:00+00:00",
}
BILLING = {
    "tenant": TENANT,
    "company_name": "Acme <France>",
    "address": {
        "street": "1 place des Alpes",
        "street_more": None,
        "postal_code": "75013",
        "city": "Paris",
        "country": "FR",
    },
    "recipient": {
        "given_name": "Anne",
        "family_name": "Le Goff",
        "email": "comptabilite@acme.example",
    },
    "changed_at": "2026-11-05T09:00:00+00:00",
}
STATE_CHANGES = {
    "items": [
        {
            "number": 1,
            "before": None,
            "state": "active",
            "act": "open",
            "changed_at": "2026-09-01T09:00:00+00:00",
            "by": "provider",
            "reason": None,
        }
    ],
    "next_cursor": None,
}
ANSWERS: dict[str, Any] = {
    "tenancy.get_support_level": TERMS,
    "tenancy.get_references": REFERENCES,
    "tenancy.get_billing_details": BILLING,
    "tenancy.list_state_changes": STATE_CHANGES,
}


def outlook(payload: dict[str, Any]) -> dict[str, Any]:
    """Of a premium that is committed: every other level is lower."""
    return {
        "act": "change_support_level",
        "allowed": False,
        "from_on": None,
        "refusal": {
            "rule": "support-commitment",
            "code": "support-level-committed",
            "text_key": "rule-support-commitment",
            "details": {
                "support_level": "premium",
                "committed_until": "2027-04-30",
                "earliest_effect": "2027-05-01",
            },
        },
        "earliest_on": "2027-04-01",
        "possible_now": [],
        "mails": [],
        "changes": [],
    }


def allowed(payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "act": "change_support_level",
        "allowed": True,
        "from_on": "2026-12-01",
        "refusal": None,
        "earliest_on": None,
        "possible_now": ["business", "premium"],
        "mails": ["support_level_asked"],
        "changes": [
            {"field": "support_level", "before": "standard", "after": payload["support_level"]},
            {"field": "committed_until", "before": "2027-04-30", "after": "2027-05-31"},
        ],
    }
