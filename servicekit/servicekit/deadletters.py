"""What listeners gave up: look at it, and let it be heard again once the cause is repaired.

    python -m servicekit.deadletters list   --amqp-url amqp://…
    python -m servicekit.deadletters show   QUEUE [--limit 20]
    python -m servicekit.deadletters replay QUEUE [--id EVENT_ID]

QUEUE is the listener's queue (``notifications.guichet.tenancy.TenantOpened.v1``). The URL is
AMQP_URL's where not given. Replaying twice is harmless: listeners know events by their id.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from contracts.registry import EVENTS
from servicekit.broker import ConfirmedSender, connect, discard
from servicekit.errors import NotFound, Unavailable
from servicekit.logs import redacted
from servicekit.parking import Letter
from servicekit.topology import REASON_HEADER, dead_queue, declare_listener, work_queue


@dataclass(frozen=True, slots=True)
class DeadQueue:
    """``queue`` is the listener's own; ``letters`` lie in its dead-letter queue."""

    queue: str
    letters: int


def list_queues(amqp_url: str) -> list[DeadQueue]:
    """Every listener's queue that gave something up, by name."""
    found = []
    with _channel(amqp_url) as channel:
        for event in EVENTS.values():
            for listener in event.heard_by:
                queue = declare_listener(channel, listener=listener, event=event)
                count = _count(channel, queue)
                if count:
                    found.append(DeadQueue(queue, count))
    return sorted(found, key=lambda one: one.queue)


def list_letters(amqp_url: str, queue: str, *, limit: int = 20) -> list[Letter]:
    """The oldest letters; they stay where they are."""
    letters: list[Letter] = []
    with _channel(amqp_url) as channel:
        _demand(queue)
        while len(letters) < limit:
            message = channel.basic_get(dead_queue(queue))
            if message is None:
                break
            letters.append(Letter.of(message))
    return letters  # never acknowledged: the broker put them back when the connection closed


def replay_letters(amqp_url: str, queue: str, *, message_id: str | None = None) -> int:
    """Put letters back into the listener's queue, counting from no attempt; how many."""
    _demand(queue)
    replayed = 0
    sender = ConfirmedSender(amqp_url, name="dead letters")
    try:
        with _channel(amqp_url) as channel:
            for _ in range(_count(channel, queue)):
                message = channel.basic_get(dead_queue(queue))
                if message is None:
                    break
                letter = Letter.of(message)
                if message_id not in (None, letter.message_id):
                    continue
                if sender.send([letter.outgoing(to=queue, attempts=0, reason="replayed")]):
                    raise Unavailable("broker", {"retry_after": 1})
                channel.basic_ack(message.delivery_tag)
                replayed += 1
    finally:
        sender.close()
    return replayed


@contextmanager
def _channel(amqp_url: str) -> Iterator[Any]:
    connection = connect(amqp_url, name="dead letters", heartbeat=0)
    try:
        yield connection.channel()
        connection.close()
    finally:
        discard(connection)


def _count(channel: Any, queue: str) -> int:
    return int(channel.queue_declare(dead_queue(queue), passive=True).message_count)


def _demand(queue: str) -> None:
    known = {work_queue(one, event) for event in EVENTS.values() for one in event.heard_by}
    if queue not in known:
        raise NotFound("queue-unknown", {"queue": queue})


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    if not options.amqp_url:
        sys.stderr.write("AMQP_URL is not set: give --amqp-url\n")
        return 2
    try:
        options.run(options)
    except NotFound:
        sys.stderr.write(f"no listener has a queue {options.queue}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--amqp-url", default=os.environ.get("AMQP_URL"))
    parser = argparse.ArgumentParser(prog="python -m servicekit.deadletters")
    commands = parser.add_subparsers(required=True)
    listing = commands.add_parser("list", parents=[shared], help="queues that gave something up")
    listing.set_defaults(run=_print_queues)
    showing = commands.add_parser("show", parents=[shared], help="what lies there, oldest first")
    showing.add_argument("queue")
    showing.add_argument("--limit", type=int, default=20)
    showing.set_defaults(run=_print_letters)
    replaying = commands.add_parser("replay", parents=[shared], help="let it be heard again")
    replaying.add_argument("queue")
    replaying.add_argument("--id", help="only the event with this id")
    replaying.set_defaults(run=_replay)
    return parser


def _print_queues(options: argparse.Namespace) -> None:
    for one in list_queues(options.amqp_url):
        sys.stdout.write(f"{one.letters:>6}  {one.queue}\n")


def _print_letters(options: argparse.Namespace) -> None:
    for letter in list_letters(options.amqp_url, options.queue, limit=options.limit):
        line = {
            "id": letter.message_id,
            "attempts": letter.attempts,
            "reason": letter.headers.get(REASON_HEADER),
            "event": _shown(letter.body),
        }
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


def _shown(body: bytes) -> Any:
    try:
        return redacted(json.loads(body))
    except ValueError:
        return f"{len(body)} bytes that are not JSON"


def _replay(options: argparse.Namespace) -> None:
    count = replay_letters(options.amqp_url, options.queue, message_id=options.id)
    sys.stdout.write(f"{count} put back into {options.queue}\n")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
