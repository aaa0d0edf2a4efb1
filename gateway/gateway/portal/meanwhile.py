"""Somebody else changed meanwhile what a form was filled in for: he who comes second sees what is
there now beside what he typed, and sends it again or leaves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gateway.pages.forms import Form
from gateway.portal.kept_words import told_back
from servicekit.editions import CHANGED_MEANWHILE
from servicekit.errors import GuichetError

_NOTHING = "—"
_EDITION = "edition"


def overtaken(
    form: Form, error: GuichetError, present: Form, *, known: Mapping[str, str] | None = None
) -> Form:
    """The refused form; ``present``: as the page would show it to who comes now.

    Its edition is the new one: what is sent from here on is sent by somebody who has seen it.
    """
    refused = form.refused(error, known=known)
    if error.code != CHANGED_MEANWHILE:
        return refused
    differing = [
        (name, answer)
        for name in dict.fromkeys((*present.values, *present.many))
        if name != _EDITION and _answers(present, name) != _answers(form, name)
        for answer in _answers(present, name) or [_NOTHING]
    ]
    return replace(
        refused,
        values={**form.values, _EDITION: present.value(_EDITION)},
        meanwhile=tuple(told_back(differing)),
    )


def _answers(form: Form, name: str) -> list[str]:
    given = form.many[name] if name in form.many else [form.value(name)]
    return sorted(line.strip() for one in given for line in one.splitlines() if line.strip())
