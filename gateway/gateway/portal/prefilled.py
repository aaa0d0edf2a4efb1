"""A form that is opened from a request has its answers in the fields already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from flask import url_for

from contracts.codes import TenantCode
from contracts.tenancy import ASKING, RequestKind, list_forms
from gateway.pages.forms import Form, asked_form
from gateway.portal.visitors import ask, visitor


def prefilled(form: Form, names: Iterable[str]) -> Form:
    """Over what is there now, what the address brings: ``company_name``, or ``company-name`` as
    the questions of a request are called."""
    brought = asked_form()
    found = {name: brought.value(name) or brought.value(name.replace("_", "-")) for name in names}
    return replace(form, values={**form.values, **{k: v for k, v in found.items() if v}})


def request_for(kind: RequestKind, tenant: TenantCode) -> str | None:
    """Where this visitor asks sales for it; None where he may not, or nothing of it is offered."""
    if visitor().view is not None or not visitor().holds(ASKING[kind], tenant):
        return None
    offered = ask(list_forms, {"kind": kind.value, "limit": 1})["items"]
    if not offered:
        return None
    return url_for("portal.support_form", tenant=tenant, code=offered[0]["code"])
