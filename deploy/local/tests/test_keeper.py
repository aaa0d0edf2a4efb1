import pytest

from local.keeper import LONGEST_PAUSE_SECONDS, MOST_RESTARTS, Keeper, pause_after

pytestmark = pytest.mark.unit


class Part:
    def __init__(self) -> None:
        self.up = True
        self.starts = 0
        self.stays = True
        self.said: list[str] = []
        self.keeper = Keeper(
            ("part",), running=lambda _: self.up, restart=self.start, say=self.said.append
        )

    def start(self, name: str) -> None:
        self.starts += 1
        self.up = self.stays

    def fall(self) -> None:
        self.up = False


def test_what_stands_is_left_alone() -> None:
    part = Part()
    part.keeper.look("part", now=0.0)
    assert (part.starts, part.said) == (0, [])


def test_what_falls_is_started_again_after_a_pause() -> None:
    part = Part()
    part.fall()
    part.keeper.look("part", now=0.0)
    assert part.starts == 0
    part.keeper.look("part", now=pause_after(1) + 0.01)
    assert part.starts == 1
    assert "unexpectedly" in part.said[0]


def test_what_falls_at_once_again_and_again_is_left_down_in_the_end() -> None:
    part = Part()
    part.stays = False
    part.fall()
    now = 0.0
    for _ in range(200):
        part.keeper.look("part", now=now)
        now += LONGEST_PAUSE_SECONDS
    assert part.starts == MOST_RESTARTS - 1
    assert "left down" in part.said[-1]


def test_falls_long_ago_are_forgotten() -> None:
    part = Part()
    part.fall()
    part.keeper.look("part", now=0.0)
    part.keeper.look("part", now=1.0)
    assert part.keeper.restarts("part") == 1
    part.keeper.look("part", now=1000.0)
    assert part.keeper.restarts("part") == 0


def test_pauses_grow_and_are_bounded() -> None:
    pauses = [pause_after(times) for times in range(1, 30)]
    assert pauses == sorted(pauses)
    assert pauses[0] < 1
    assert pauses[-1] == LONGEST_PAUSE_SECONDS


def test_a_start_that_fails_is_told_and_tried_again() -> None:
    said: list[str] = []

    def refuse(name: str) -> None:
        raise OSError("no room")

    keeper = Keeper(("part",), running=lambda _: False, restart=refuse, say=said.append)
    for second in range(10):
        keeper.look("part", now=float(second))
    assert any("no room" in line for line in said)
    assert keeper.restarts("part") > 1
