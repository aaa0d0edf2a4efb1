"""Operators publish forms by the call and from a file, all or none."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from services.tenancy.tests.conftest import House
from services.tenancy.tests.papers import INCIDENT, QUOTA, publish

from contracts.tenancy import RequestKind
from servicekit.errors import Invalid, NotFound
from tenancy.actions.list_forms import list_forms, read_form
from tenancy.actions.load_forms import Report, load_forms

pytestmark = pytest.mark.servers


def otherwise(said: dict[str, Any], **words: Any) -> dict[str, Any]:
    return copy.deepcopy(said) | words


def offered(house: House, kind: RequestKind | None = None) -> list[tuple[str, int]]:
    context = house.by_staff("tenancy.list_forms")
    page = list_forms(db=house.db, context=context, kind=kind, limit=50, cursor=None)
    return [(form.code, form.version) for form in page.items]


def loaded(house: House, folder: Path, said: Any) -> Report:
    path = folder / "forms.json"
    path.write_text(said if isinstance(said, str) else json.dumps(said), encoding="utf-8")
    return load_forms(db=house.db, now=house.now, path=path)


def test_forms_are_offered_in_their_order_by_their_latest_version(house: House) -> None:
    publish(house, otherwise(INCIDENT, position=20), otherwise(QUOTA, position=10))
    publish(house, otherwise(QUOTA, position=30, deadline_hours=1))
    assert offered(house) == [("incident", 1), ("quota-compute", 2)]
    assert offered(house, RequestKind.CHANGE) == [("quota-compute", 2)]
    publish(house, otherwise(QUOTA, offered=False))
    assert offered(house) == [("incident", 1)]
    with pytest.raises(NotFound):
        read_form(db=house.db, context=house.by_staff("tenancy.get_form"), form="quota-compute")


def test_one_that_is_refused_keeps_the_others_back(house: House) -> None:
    with pytest.raises(Invalid):
        publish(house, INCIDENT, otherwise(QUOTA, catalogue=None))
    assert offered(house) == []


def test_a_form_keeps_its_kind(house: House) -> None:
    publish(house, INCIDENT)
    with pytest.raises(Invalid) as refused:
        publish(house, otherwise(INCIDENT, kind="termination"))
    assert refused.value.details["fields"] == {"forms.0.kind": ["form-kind-fixed"]}


def test_a_file_is_reported_on_line_by_line(house: House, tmp_path: Path) -> None:
    unworded = otherwise(INCIDENT, title={"fr": "Incident"})
    assert loaded(house, tmp_path, {"forms": [unworded, 7]}) == Report(
        ["forms.0.title.en (incident): required", "forms.1._schema: object"], refused=True
    )
    misplaced = otherwise(QUOTA, catalogue=None)
    assert loaded(house, tmp_path, {"forms": [INCIDENT, misplaced]}) == Report(
        ["forms.1.catalogue (quota-compute): required"], refused=True
    )
    assert loaded(house, tmp_path, "{").refused
    assert loaded(house, tmp_path, [INCIDENT]).refused
    assert offered(house) == []
    assert loaded(house, tmp_path, {"forms": [INCIDENT]}).lines == ["incident: version 1"]
    assert loaded(house, tmp_path, {"forms": [INCIDENT]}).lines == ["incident: unchanged"]
