"""Caught mails in the JSON that Mailpit's API speaks, so that Mailpit can stand in their place.

Shapes: https://mailpit.axllent.org/docs/api-v1/ (read calls only).
"""

import shlex
from collections.abc import Iterable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any, cast

from local.mailstore import Caught

SNIPPET_LENGTH = 250


def parse(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def summary(note: Caught, raw: bytes) -> dict[str, Any]:
    message = parse(raw)
    return {
        **_envelope(note, message),
        "Created": _instant(note.received),
        "Attachments": len(list(message.iter_attachments())),
        "Snippet": " ".join(text_of(message).split())[:SNIPPET_LENGTH],
        "Read": note.read,
        "Username": "",
    }


def whole(note: Caught, raw: bytes) -> dict[str, Any]:
    message = parse(raw)
    return {
        **_envelope(note, message),
        "Date": _date(note, message),
        "ReturnPath": note.sender,
        "Text": text_of(message),
        "HTML": html_of(message),
        "Inline": [],
        "Attachments": [
            {
                "PartID": str(number),
                "FileName": part.get_filename() or "",
                "ContentType": part.get_content_type(),
                "ContentID": part.get("Content-ID", "").strip("<>"),
                "Size": len(cast("bytes", part.get_payload(decode=True) or b"")),
            }
            for number, part in enumerate(message.iter_attachments(), start=1)
        ],
        "ListUnsubscribe": {"Header": "", "Links": [], "Errors": "", "HeaderPost": ""},
        "Username": "",
    }


def headers_of(raw: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in parse(raw).items():
        found.setdefault(name, []).append(str(value))
    return found


def text_of(message: EmailMessage) -> str:
    return _body(message, "plain")


def html_of(message: EmailMessage) -> str:
    return _body(message, "html")


def matches(mail: dict[str, Any], query: str) -> bool:
    """`to:` `from:` `subject:` `message-id:` and plain words; all of them must be found."""
    return all(_word_matches(mail, word) for word in _words(query))


def _words(query: str) -> list[str]:
    try:
        return shlex.split(query)
    except ValueError:  # a quotation mark without its second half, as one types
        return query.split()


def _word_matches(mail: dict[str, Any], word: str) -> bool:
    field, colon, wanted = word.partition(":")
    places = {
        "to": _people(mail["To"] + mail["Cc"] + mail["Bcc"]),
        "from": _people([mail["From"]]),
        "subject": mail["Subject"],
        "message-id": mail["MessageID"],
    }
    if colon and field.casefold() in places:
        return wanted.casefold() in places[field.casefold()].casefold()
    everything = " ".join((*places.values(), mail["Snippet"]))
    return word.casefold() in everything.casefold()


def _people(people: list[dict[str, str]]) -> str:
    return " ".join(f"{one['Name']} {one['Address']}" for one in people)


def _envelope(note: Caught, message: EmailMessage) -> dict[str, Any]:
    to, cc = _addresses(message, "To"), _addresses(message, "Cc")
    seen = {one["Address"].casefold() for one in to + cc}
    senders = _addresses(message, "From")
    return {
        "ID": note.id,
        "MessageID": str(message.get("Message-ID", "")).strip().strip("<>"),
        "From": senders[0] if senders else {"Name": "", "Address": note.sender},
        "To": to,
        "Cc": cc,
        "Bcc": [
            {"Name": "", "Address": address}
            for address in note.recipients
            if address.casefold() not in seen
        ],
        "ReplyTo": _addresses(message, "Reply-To"),
        "Subject": str(message.get("Subject", "")),
        "Size": note.size,
        "Tags": [],
    }


def _addresses(message: EmailMessage, header: str) -> list[dict[str, str]]:
    found = message.get(header)
    addresses = cast("Iterable[Address]", getattr(found, "addresses", ()))
    return [{"Name": one.display_name, "Address": one.addr_spec} for one in addresses]


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):  # a charset nobody knows: show what can be shown
        return cast("bytes", part.get_payload(decode=True) or b"").decode("utf-8", "replace")


def _date(note: Caught, message: EmailMessage) -> str:
    try:
        return parsedate_to_datetime(str(message.get("Date", ""))).isoformat()
    except ValueError:
        return _instant(note.received)


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
