"""Every event has its listeners, every listener his handler, and facts are named as facts."""

from __future__ import annotations

import importlib
import inspect
import re

import pytest

from contracts.declare import Event
from contracts.registry import CALLS, EVENTS, events_heard_by

pytestmark = pytest.mark.unit

SERVICES = ("identity", "tenancy", "subscriptions", "notifications")
ALL = list(EVENTS.values())


@pytest.mark.parametrize("event", ALL, ids=[event.type for event in ALL])
def test_event_is_a_fact_with_known_listeners(event: Event) -> None:
    assert re.search(r"(ed|drawn|Left|Kept|HandedOver|Sent|Set|Reset|Effect)$", event.name), (
        "past tense"
    )
    assert set(event.heard_by) <= {*SERVICES, "gateway"}
    assert event.service not in event.heard_by, "a service does not tell itself"


@pytest.mark.parametrize("listener", SERVICES)
def test_service_answers_every_call_and_hears_every_event(listener: str) -> None:
    edge = importlib.import_module(f"{listener}.service")
    classes = [
        thing
        for thing in vars(edge).values()
        if isinstance(thing, type) and getattr(thing, "name", None) == listener
    ]
    assert len(classes) == 1
    answered, heard = set(), set()
    for _, method in inspect.getmembers(classes[0], inspect.isfunction):
        if hasattr(method, "answers_call"):
            answered.add(method.answers_call.full_name)
        if hasattr(method, "hears_event"):
            heard.add(method.hears_event.type)
    assert answered == {call.full_name for call in CALLS.values() if call.service == listener}
    assert heard == {event.type for event in events_heard_by(listener)}
