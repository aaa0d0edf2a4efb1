"""Where an answer may be sent: what may be registered, and what matches what was registered."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from gateway.oauth.outside import is_public
from gateway.store.clients import ClientKind

_PLAIN = re.compile(r"[\x21-\x7e]{1,2000}")
_BROKEN = re.compile(r"[\\\"<>^`{|}*]")
# Reverse domain names (RFC 8252, section 7.1): a scheme without a dot may belong to anybody.
_PRIVATE_USE = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")


def registration_fault(uri: str, kind: ClientKind) -> str | None:
    """The code of why ``uri`` may not be registered; None where it may."""
    if not _PLAIN.fullmatch(uri) or _BROKEN.search(uri):
        return "uri-not-plain"
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return "uri-not-plain"
    if "#" in uri:
        return "uri-fragment"
    if parts.username is not None or parts.password is not None:
        return "uri-user"
    if parts.scheme == "https":
        return None if parts.hostname else "uri-no-host"
    if parts.scheme == "http":
        return None if _is_loopback(parts) else "uri-http"
    if kind is ClientKind.PUBLIC and _PRIVATE_USE.fullmatch(parts.scheme):
        return None
    return "uri-scheme"


def fetching_fault(uri: str, *, private_allowed: bool) -> str | None:
    """Of an address that we ask ourselves. What its name stands for is looked at each time anew
    (``gateway/oauth/outside.py``); what can be seen to be ours is refused at once.
    """
    fault = registration_fault(uri, ClientKind.CONFIDENTIAL)
    if fault is not None or private_allowed:
        return fault
    host = urlsplit(uri).hostname or ""
    return "uri-private" if urlsplit(uri).scheme != "https" or _is_private(host) else None


def _is_private(host: str) -> bool:
    try:
        return not is_public(host)
    except ValueError:
        name = host.rstrip(".")
        return "." not in name or name.endswith((".localhost", ".local", ".internal"))


def matches(registered: str, requested: str, kind: ClientKind) -> bool:
    """Character by character. Only a native app on a loopback IP address may come from another
    port (RFC 8252, section 7.3): it takes whichever is free.
    """
    if registered == requested:
        return True
    if kind is not ClientKind.PUBLIC or not _PLAIN.fullmatch(requested):
        return False
    loopback = _without_port(registered)
    return loopback is not None and loopback == _without_port(requested)


def _is_loopback(parts: SplitResult) -> bool:
    return parts.hostname == "localhost" or _is_loopback_host(parts.hostname)


def _is_loopback_host(host: str | None) -> bool:
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


# The literal's own text, then a port: nothing of the rest is parsed, so nothing is parsed twice
# in two ways.
_LOOPBACK_URI = re.compile(r"http://(127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?(/[^#]*)?")


def _without_port(uri: str) -> tuple[str, str] | None:
    match = _LOOPBACK_URI.fullmatch(uri)
    return None if match is None else (match[1], match[2] or "")
