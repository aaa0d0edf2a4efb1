"""How contracts are found by a part of their code or of their names.

Every beginning of every word is kept, folded, and looked up by equality. Under forced row-level
security PostgreSQL uses an index only for operators that cannot leak: equality is one, while
LIKE, trigrams and full-text search are not. It also gives the matches in the order of the codes,
so that a page costs the same however many contracts match.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from contracts.codes import RequestNumber, TenantCode
from tenancy.domain.contracts import Contract

_WORD = re.compile(r"[^\W_]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})
_LONGEST = 12
_LONGEST_KEY = 64
_MOST_WORDS = 8


def fold(text: str) -> str:
    """Without case and accents: ``Société Générale`` and ``SOCIETE GENERALE`` are one."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", bare.casefold().translate(_LIGATURES))


def words(text: str) -> tuple[str, ...]:
    """The distinct words of a text, folded, in order; of a long one, its first letters."""
    return tuple(dict.fromkeys(word[:_LONGEST] for word in _WORD.findall(fold(text))))


def beginnings(contract: Contract) -> frozenset[str]:
    """All by which a contract is found. ``OCB0001234`` is also ``0001234`` and ``1234``."""
    digits = contract.tenant[3:]
    numbers = (digits, digits.lstrip("0"))
    names = (contract.tenant, contract.name, contract.organisation.name)
    found = {*numbers, *(word for name in names for word in words(name))}
    return _beginnings(found)


def beginnings_of_organisation(name: str) -> frozenset[str]:
    """By what an organisation is found; the empty one is every organisation's, for their list."""
    return _beginnings(words(name)) | {""}


def name_key(name: str) -> str:
    """By what organisations are ordered; a cursor carries it."""
    return fold(name)[:_LONGEST_KEY]


def request_beginnings(
    *, number: RequestNumber, tenant: TenantCode, contract_name: str, subject: str
) -> frozenset[str]:
    """All by which a request is found: its number and the contract's code whole, with and without
    their letters and noughts, and the beginnings of the words of both names."""
    codes = (number, number[1:], number[1:].lstrip("0"), tenant, tenant[3:], tenant[3:].lstrip("0"))
    folded = (fold(code) for code in codes)
    return frozenset({*folded, *word_beginnings(contract_name), *word_beginnings(subject)})


def word_beginnings(name: str) -> frozenset[str]:
    return _beginnings(words(name)[:_MOST_WORDS])


def _beginnings(found: Iterable[str]) -> frozenset[str]:
    return frozenset(word[:end] for word in found for end in range(1, len(word) + 1))


def looked_for(search: str) -> tuple[str, ...]:
    """The beginnings a match must all have, the one that few contracts will have first.

    Empty where the search holds no letter and no digit: nothing matches it.
    """
    return tuple(sorted(words(search)[:_MOST_WORDS], key=_rarity, reverse=True))


def _rarity(word: str) -> tuple[bool, int]:
    """A number tells more apart than a name, a long word more than a short one."""
    return any(char.isdigit() for char in word), len(word)
