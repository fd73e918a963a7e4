"""The server's port."""

import asyncio
import os
import socket

import pytest

from local_workspace.server import ports


def test_port_zero_takes_a_free_one() -> None:
    with ports.listen("127.0.0.1", 0) as listener:
        assert listener.getsockname()[1] > 0


def test_a_port_in_use_is_refused_with_its_holder() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ports.PortInUseError, match=rf"port {port} is in use by .*pid {os.getpid()}"):
            ports.listen("127.0.0.1", port)


def test_the_default_port_gives_way_to_the_next_free_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with ports.listen("127.0.0.1", 0) as taken:
        monkeypatch.setattr(ports, "DEFAULT_PORT", taken.getsockname()[1])
        with ports.listen("127.0.0.1", None) as listener:
            assert listener.getsockname()[1] > taken.getsockname()[1]


def test_only_this_machine_can_reach_it() -> None:
    with ports.listen("127.0.0.1", 0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_an_answer_is_not_delayed_by_nagle_s_algorithm() -> None:
    async def accepted_without_delay() -> int:
        accepted = asyncio.Event()
        delays: list[int] = []

        def on_connection(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            delays.append(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()
            accepted.set()

        async with await asyncio.start_server(on_connection, sock=ports.listen("127.0.0.1", 0)) as server:
            _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            await accepted.wait()
            writer.close()
        return delays[0]

    assert asyncio.run(accepted_without_delay()) != 0
