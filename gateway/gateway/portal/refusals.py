"""What a form can answer for itself; the rest (nobody there, nobody signed in) goes further up."""

from __future__ import annotations

from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, TooMany

REFUSALS = (Conflict, Forbidden, Invalid, NotFound, TooMany)
