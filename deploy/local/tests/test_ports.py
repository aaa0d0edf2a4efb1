import socket

import pytest

from local.ports import LOOPBACK, PortTakenError, Wish, choose, free_port, is_free

pytestmark = pytest.mark.unit


def test_a_remembered_port_is_used_again() -> None:
    port = free_port()
    assert choose((Wish("smtp"),), remembered={"smtp": port}) == {"smtp": port}


def test_a_remembered_port_that_someone_took_is_replaced() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        chosen = choose((Wish("smtp"),), remembered={"smtp": port})
    assert chosen["smtp"] != port
    assert is_free(chosen["smtp"])


def test_a_port_asked_for_and_taken_is_refused_with_the_setting_to_change() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        wish = Wish("gateway", setting="GUICHET_PORT", asked=taken.getsockname()[1])
        with pytest.raises(PortTakenError, match="GUICHET_PORT"):
            choose((wish,), remembered={})


def test_no_port_is_given_twice() -> None:
    port = free_port()
    wishes = tuple(Wish(name) for name in "abcd")
    chosen = choose(wishes, remembered=dict.fromkeys("abcd", port))
    assert len(set(chosen.values())) == len(wishes)
