"""Who really asks, where proxies stand in front of the gateway.

Each proxy appends to ``X-Forwarded-For`` the address that spoke to it; whatever stands further
left came with the request, and anybody can have written it. So the list is walked from the right,
from the connection itself, for as long as the one who vouches is a proxy of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

from servicekit.setting_kinds import Network

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Address = IPv4Address | IPv6Address

_MOST_HOPS = 20
_SCHEMES = ("http", "https")


def behind_proxies(
    application: WSGIApplication, *, trusted: tuple[Network, ...]
) -> WSGIApplication:
    """``REMOTE_ADDR`` and the scheme as the outermost proxy of ours saw them."""

    def forwarded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        peer = parse_address(environ.get("REMOTE_ADDR", ""))
        if peer is not None and _is_ours(peer, trusted):
            told = environ.get("HTTP_X_FORWARDED_FOR", "")
            environ["REMOTE_ADDR"] = str(asking_address(peer, told, trusted))
            scheme = _last(environ.get("HTTP_X_FORWARDED_PROTO", ""))
            if scheme in _SCHEMES:
                environ["wsgi.url_scheme"] = scheme
        return application(environ, start_response)

    return forwarded


def asking_address(peer: Address, told: str, trusted: tuple[Network, ...]) -> Address:
    """The first address from the right that is no proxy of ours.

    A proxy of ours that wrote no address (``unknown``, a name) is the last that is known.
    """
    known = peer
    for text in reversed(told.split(",")[-_MOST_HOPS:]):
        if not _is_ours(known, trusted):
            return known
        address = parse_address(text)
        if address is None:
            return known
        known = address
    return known


def parse_address(text: str) -> Address | None:
    """Also with a port, as some proxies write it; IPv4 inside IPv6 is IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_ours(address: Address, trusted: tuple[Network, ...]) -> bool:
    return any(address in network for network in trusted)


def _last(told: str) -> str:
    return told.rpartition(",")[2].strip().lower()
