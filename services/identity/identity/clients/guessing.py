"""How guessable a password is: zxcvbn's estimate, and its list of the 30,000 commonest.

The lists take 15 MiB and 70 ms to load: a process that sets no password does without them.
"""

from __future__ import annotations

from collections.abc import Sequence

from identity.domain.passwords import Guessable

# The estimate takes up to 0.2 s of a processor for so many characters, and grows with their square
# and more. What follows them makes a password no easier to guess.
_LOOKED_AT = 48


def estimate(password: str, *, names: Sequence[str]) -> Guessable:
    """``names``: the person's own, which make a password no better."""
    from zxcvbn.matching import RANKED_DICTIONARIES, build_ranked_dict, omnimatch
    from zxcvbn.scoring import most_guessable_match_sequence
    from zxcvbn.time_estimates import guesses_to_score

    # Not zxcvbn.zxcvbn(): it keeps the names it is given in a dictionary of the whole process,
    # where another thread's password would meet them.
    own = build_ranked_dict([part for name in names for part in _parts(name)])
    begin = password[:_LOOKED_AT]
    matches = omnimatch(begin, {**RANKED_DICTIONARIES, "user_inputs": own})
    guesses = most_guessable_match_sequence(begin, matches)["guesses"]
    common = password.casefold() in RANKED_DICTIONARIES["passwords"]
    return Guessable(breached=common, score=guesses_to_score(guesses))


def _parts(name: str) -> list[str]:
    """``John.Doe@example.com`` whole, before its ``@``, and word by word."""
    whole = name.lower()
    local = whole.partition("@")[0]
    words = "".join(char if char.isalnum() else " " for char in local).split()
    return [whole, local, *words]
