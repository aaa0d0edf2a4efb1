"""How somebody proved who he is: words of RFC 8176 (``amr``) and a class of them (``acr``)."""

from __future__ import annotations

from collections.abc import Collection

PASSWORD = "pwd"  # noqa: S105 - a word of RFC 8176
TWO_FACTORS = "mfa"
# What one has: with the password it makes two factors.
_POSSESSED = frozenset({"otp", "hwk", "swk", "pop"})

ONE_FACTOR_CLASS = "urn:guichet:acr:one-factor"
TWO_FACTORS_CLASS = "urn:guichet:acr:two-factors"


def together(amr: Collection[str], more: Collection[str]) -> tuple[str, ...]:
    """``mfa`` stands among them once they are of two kinds."""
    known = frozenset(amr) | frozenset(more)
    if PASSWORD in known and known & _POSSESSED:
        known |= {TWO_FACTORS}
    return tuple(sorted(known))


def acr_of(amr: Collection[str]) -> str:
    return TWO_FACTORS_CLASS if TWO_FACTORS in amr else ONE_FACTOR_CLASS
