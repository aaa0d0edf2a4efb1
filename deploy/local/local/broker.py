"""A RabbitMQ node of our own: its ports, folders, cookie and user, on the loopback only."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from local.broker_home import find_epmd, find_server, slim_home
from local.ports import LOOPBACK, answers
from local.process import Command, Process, Watchdog
from local.waiting import GaveUpError, wait_until

USER = "guichet"
START_SECONDS = 90.0
STOP_SECONDS = 20.0

MANAGEMENT = "rabbitmq_management"


@dataclass(frozen=True, slots=True)
class BrokerPlan:
    folder: Path
    log: Path
    port: int
    dist_port: int
    epmd_port: int
    password: str
    management_port: int | None = None
    """With it the management plug-in is loaded; tests make their virtual hosts through it."""


class Broker:
    name = "rabbitmq"

    def __init__(self, plan: BrokerPlan, *, watchdog: Watchdog) -> None:
        self.plan = plan
        self._watchdog = watchdog
        self._epmd: Process | None = None
        self._node: Process | None = None

    @property
    def url(self) -> str:
        return f"amqp://{USER}:{quote(self.plan.password, safe='')}@{LOOPBACK}:{self.plan.port}/"

    @property
    def running(self) -> bool:
        return self._node is not None and self._node.running

    @property
    def pid(self) -> int | None:
        return self._node.pid if self._node is not None else None

    def start(self) -> None:
        if self.running:
            return
        server, epmd = find_server(), find_epmd()
        if server is None or epmd is None:
            raise GaveUpError(
                "rabbitmq-server is not installed: run make install, or set AMQP_URL to a broker"
            )
        env = self._prepare(server)
        if self._epmd is None or not self._epmd.running:
            self._epmd = self._start_epmd(epmd, env)
        scripts = Path(env["RABBITMQ_SCRIPTS_DIR"])
        self._node = Process(
            # RABBITMQ_ALLOW_INPUT makes the script become the Erlang machine instead of its
            # parent, which gives us the process to signal; -noinput takes the input away again.
            self._command((str(scripts / "rabbitmq-server"), "-noinput"), env=env),
            watchdog=self._watchdog,
        )
        self._node.start()

    def wait_ready(self) -> None:
        assert self._node is not None
        wait_until(
            lambda: _speaks_amqp(self.plan.port),
            seconds=START_SECONDS,
            what="RabbitMQ to accept",
            lost=self._node.lost,
        )
        if self.plan.management_port is not None:
            wait_until(
                lambda: answers(self.plan.management_port or 0),
                seconds=START_SECONDS,
                what="RabbitMQ's management to answer",
                lost=self._node.lost,
            )

    def stop(self) -> None:
        for process in (self._node, self._epmd):
            if process is not None:
                process.stop()

    def kill(self) -> None:
        """The node alone, as a crash would; the name server goes with `stop()`."""
        if self._node is not None:
            self._node.kill()

    def lost(self) -> str | None:
        return "it was never started" if self._node is None else self._node.lost()

    def _start_epmd(self, epmd: Path, env: dict[str, str]) -> Process:
        """Ours, in the foreground: left to RabbitMQ it would become a daemon that stays behind."""
        argv = (str(epmd), "-address", LOOPBACK, "-port", str(self.plan.epmd_port))
        process = Process(self._command(argv, env=env), watchdog=self._watchdog)
        process.start()
        wait_until(
            lambda: answers(self.plan.epmd_port),
            seconds=10,
            what="epmd to answer",
            lost=process.lost,
        )
        return process

    def _prepare(self, server: Path) -> dict[str, str]:
        folder = self.plan.folder
        for part in ("home", "db"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        plugins = (MANAGEMENT,) if self.plan.management_port is not None else ()
        (folder / "enabled_plugins").write_text(f"[{','.join(plugins)}].\n")
        config = folder / "rabbitmq.conf"
        config.touch(mode=0o600)
        config.write_text(self._config())
        slim = slim_home(server, at=folder / "slim", plugins=plugins)
        env = {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(folder / "home"),
            "RABBITMQ_SCRIPTS_DIR": str(slim or server.parent),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "no-environment-file"),
            "RABBITMQ_NODENAME": "guichet@localhost",
            "RABBITMQ_DIST_PORT": str(self.plan.dist_port),
            "ERL_EPMD_PORT": str(self.plan.epmd_port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_MNESIA_BASE": str(folder / "db"),
            "RABBITMQ_LOG_BASE": str(self.plan.log.parent),
            "RABBITMQ_CONFIG_FILE": str(config),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_PID_FILE": str(folder / "node.pid"),
            "RABBITMQ_ALLOW_INPUT": "1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none"
            ),
            "ERL_CRASH_DUMP_SECONDS": "0",
        }
        if slim is not None:
            env["RABBITMQ_PLUGINS_DIR"] = str(slim.parent / "plugins")
        return env

    def _config(self) -> str:
        lines = [
            f"listeners.tcp.local = {LOOPBACK}:{self.plan.port}",
            f"default_user = {USER}",
            f"default_pass = {self.plan.password}",
            "log.console = false",
            f"log.file = {self.plan.log}",
            "log.file.level = info",
        ]
        if self.plan.management_port is not None:
            lines += [
                f"management.tcp.ip = {LOOPBACK}",
                f"management.tcp.port = {self.plan.management_port}",
            ]
        return "\n".join(lines) + "\n"

    def _command(self, argv: tuple[str, ...], *, env: dict[str, str]) -> Command:
        return Command(
            name=Path(argv[0]).name,
            argv=argv,
            log=self.plan.log,
            env=env,
            cwd=self.plan.folder,
            stop_seconds=STOP_SECONDS,
        )


def _speaks_amqp(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=2) as probe:
            probe.sendall(b"AMQP\x00\x00\x09\x01")
            return bool(probe.recv(1))
    except OSError:
        return False
