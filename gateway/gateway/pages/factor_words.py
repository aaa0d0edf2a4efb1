"""What pages say and show of second factors, before a session and within one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from urllib.parse import quote

import segno
from flask_babel import gettext
from markupsafe import Markup

from contracts.codes import FactorKind

_DIGITS = 6
_GROUP = 4


def kind_of(code: str, kinds: Collection[str]) -> FactorKind:
    """Six digits are an app's; recovery codes are longer."""
    digits = "".join(code.split())
    by_app = FactorKind.TOTP in kinds and len(digits) <= _DIGITS and digits.isdigit()
    return FactorKind.TOTP if by_app else FactorKind.RECOVERY_CODE


def qr_code(uri: str) -> Markup:
    """Drawn here: no foreign script, no other server sees the secret."""
    drawn = segno.make_qr(uri, error="m").svg_inline(
        scale=5, border=4, dark="#000", light="#fff", title=gettext("QR code"), omitsize=False
    )
    return Markup(drawn)  # noqa: S704 - drawn by us, from our own address


def spelt(secret: str) -> str:
    """In groups of four, to be typed."""
    return " ".join(secret[at : at + _GROUP] for at in range(0, len(secret), _GROUP))


def codes_file(codes: Sequence[str]) -> str:
    """The codes as the address of a text file that never was on a server."""
    head = gettext("Recovery codes. Each serves once.")
    return "data:text/plain;charset=utf-8," + quote("\n".join([head, "", *codes, ""]))
