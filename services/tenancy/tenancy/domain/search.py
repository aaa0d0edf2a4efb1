"""How contracts are found by a part of their code or of their names.

Every beginning of every word is kept, folded, and looked up by equality. Under forced row-level
security PostgreSQL uses an index only for operators that cannot leak: equality is one, while
LIKE, trigrams and full-text search are not. It also gives the matches in the order of the codes,
so that a page costs the same however many contracts match.
"""

from __future__ import annotations

import re
import unicodedata

from tenancy.domain.contracts import Contract

_WORD = re.compile(r"[^\W_]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})
_LONGEST = 12
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
    return frozenset(word[:end] for word in found for end in range(1, len(word) + 1))


def looked_for(search: str) -> tuple[str, ...]:
    """The beginnings a match must all have, the one that few contracts will have first.

    Empty where the search holds no letter and no digit: nothing matches it.
    """
    return tuple(sorted(words(search)[:_MOST_WORDS], key=_rarity, reverse=True))


def _rarity(word: str) -> tuple[bool, int]:
    """A number tells more apart than a name, a long word more than a short one."""
    return any(char.isdigit() for char in word), len(word)
