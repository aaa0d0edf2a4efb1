"""Which exchanges and queues there are, under which names. Every process declares the same.

    guichet.events            topic exchange; routing key = event type
    <listener>.<event type>   one durable queue for each listener of each event
    <queue>.retry.<seconds>   messages waiting to be tried again; exists only while needed
    <queue>.dead              messages given up: see ``python -m servicekit.deadletters``
    nameko-rpc                topic exchange of calls; queue rpc-<service>

Queues carry no type of their own: a cluster sets quorum as its virtual host's default.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from contracts.declare import Event
from contracts.registry import CONTRACTS

EVENTS_EXCHANGE = "guichet.events"
CALLS_EXCHANGE = "nameko-rpc"
CONTEXT_HEADER = "guichet-context"  # the signed context of a call
ATTEMPTS_HEADER = "x-guichet-attempts"
REASON_HEADER = "x-guichet-reason"

# Seconds between tries: over an hour in all, so that a database can be repaired meanwhile.
DELAYS: tuple[float, ...] = (1, 2, 5, 15, 60, *[300] * 13)
_LEAVE_AFTER_MS = 600_000


def work_queue(listener: str, event: Event) -> str:
    return f"{listener}.{event.type}"


def dead_queue(queue: str) -> str:
    return f"{queue}.dead"


def calls_queue(service: str) -> str:
    return f"rpc-{service}"


def events_of(service: str) -> tuple[Event, ...]:
    contract = CONTRACTS.get(service)
    return () if contract is None else tuple(contract.events.values())


def declare_exchange(channel: Any) -> None:
    channel.exchange_declare(EVENTS_EXCHANGE, "topic", durable=True, auto_delete=False)


def declare_calls_exchange(channel: Any) -> None:
    channel.exchange_declare(CALLS_EXCHANGE, "topic", durable=True, auto_delete=False)


def declare_listener(channel: Any, *, listener: str, event: Event) -> str:
    """The queue of one listener of one event, with its dead-letter queue; its name."""
    queue = work_queue(listener, event)
    declare_exchange(channel)
    channel.queue_declare(queue, durable=True, auto_delete=False)
    channel.queue_bind(queue, EVENTS_EXCHANGE, event.type)
    channel.queue_declare(dead_queue(queue), durable=True, auto_delete=False)
    return queue


def declare_emitter(channel: Any, *, events: Iterable[Event]) -> None:
    """All that listens to these events, so that nothing is said into the void."""
    declare_exchange(channel)
    for event in events:
        for listener in event.heard_by:
            declare_listener(channel, listener=listener, event=event)


def declare_delay(channel: Any, *, queue: str, seconds: float) -> str:
    """Where a message waits before it goes back to ``queue``; its name.

    One queue for each delay: in one of mixed delays a short one would wait behind a long one.
    It leaves by itself, long after the last message that could still be in it.
    """
    name = f"{queue}.retry.{seconds:g}"
    milliseconds = max(1, int(seconds * 1000))
    channel.queue_declare(
        name,
        durable=True,
        auto_delete=False,
        arguments={
            "x-message-ttl": milliseconds,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": queue,
            "x-expires": milliseconds + _LEAVE_AFTER_MS,
        },
    )
    return name
