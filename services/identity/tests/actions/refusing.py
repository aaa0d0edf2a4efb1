"""What an act is refused with, as a value to compare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from servicekit.errors import GuichetError


def refusal(act: Callable[[], Any]) -> GuichetError:
    with pytest.raises(GuichetError) as refused:
        act()
    return refused.value
