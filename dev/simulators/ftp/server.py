"""A real FTP server with faults, in a thread of its own."""

from __future__ import annotations

import errno
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.filesystems import AbstractedFS
from pyftpdlib.handlers import DTPHandler, FTPHandler, TLS_DTPHandler, TLS_FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer as Listener

USER = "dealer"
PASSWORD = "hidden-horse-42"  # noqa: S105  of a server that is simulated


@dataclass
class Faults:
    """Ways in which the server can misbehave; all are off at first.

    `replies` answers a command with a line of its own instead of doing it, `cut_at` ends the connection before a command is done
    and `cut_after` when it is done but before it is answered. `cut_data_at` ends the data connection after so many bytes,
    `disk_bytes` is all the room there is, `slow_s` is a pause at each part of a file.
    """

    password: str = PASSWORD
    replies: dict[str, str] = field(default_factory=dict)
    cut_at: str = ""
    cut_after: str = ""
    cut_data_at: int | None = None
    disk_bytes: int | None = None
    slow_s: float = 0.0


class FtpServer:
    """A server on a free port of 127.0.0.1 whose files are in a folder. `certificate` (a file of key and certificate) makes it
    encrypt: when the client asks for it, or with `implicit` from the start.
    """

    def __init__(self, folder: Path, certificate: Path | None = None, *, implicit: bool = False, port: int = 0) -> None:
        self.folder = folder
        self.faults = Faults()
        self.commands: list[str] = []
        self.arrived: list[tuple[str, bytes]] = []
        """Every file that got its name by renaming, oldest first: the name, and what was in it."""
        self._loop = IOLoop()
        handler = _handler(self, certificate, implicit=implicit)
        self._listener = Listener(("127.0.0.1", port), handler, ioloop=self._loop)
        self.port = int(self._listener.socket.getsockname()[1])
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def url(self, name: str = "inventory.csv", *, tls: bool = False, password: str = PASSWORD) -> str:
        """The address of a file on the server."""
        return f"{'ftps' if tls else 'ftp'}://{USER}:{password}@127.0.0.1:{self.port}/{name}"

    def read(self, name: str = "inventory.csv") -> bytes | None:
        """What is in a file now; `None`: there is none."""
        path = self.folder / name
        return path.read_bytes() if path.exists() else None

    def stop(self) -> None:
        """End, with every connection."""
        self._stopping.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._loop.loop(timeout=0.01, blocking=False)
        self._listener.close_all()


class _Authorizer(DummyAuthorizer):  # type: ignore[misc]
    """One user, whose password the faults can change."""

    def __init__(self, server: FtpServer) -> None:
        super().__init__()
        self._server = server
        self.add_user(USER, PASSWORD, str(server.folder), perm="elradfmwMT")

    def validate_authentication(self, username: str, password: str, handler: Any) -> None:
        self.user_table[USER]["pwd"] = self._server.faults.password
        super().validate_authentication(username, password, handler)


def _handler(server: FtpServer, certificate: Path | None, *, implicit: bool) -> type[FTPHandler]:
    """The class of a server's control connections."""
    base: Any = TLS_FTPHandler if certificate else FTPHandler

    class Control(base):  # type: ignore[misc]
        authorizer = _Authorizer(server)
        banner = "Ready."
        dtp_handler = _data(server, TLS_DTPHandler if certificate else DTPHandler)
        abstracted_fs = _files(server)
        auth_failed_timeout = 0
        certfile = str(certificate) if certificate else None

        def handle(self) -> None:
            if implicit:
                self.secure_connection(self.ssl_context)
            super().handle()

        def pre_process_command(self, line: str, cmd: str, arg: str) -> None:
            faults = server.faults
            server.commands.append(f"PASS {len(arg)} letters" if cmd == "PASS" else line)
            if cmd == faults.cut_at:
                self.close()
            elif cmd in faults.replies:
                self.respond(faults.replies[cmd])
            else:
                super().pre_process_command(line, cmd, arg)

        def respond(self, resp: str, *more: Any, **named: Any) -> None:
            if server.faults.cut_after and server.commands and server.commands[-1].split(" ")[0] == server.faults.cut_after:
                self.close()
            else:
                super().respond(resp, *more, **named)

    return Control


def _data(server: FtpServer, base: Any) -> Any:
    """The class of a server's data connections."""

    class Data(base):  # type: ignore[misc]
        def recv(self, size: int) -> bytes:
            faults = server.faults
            if faults.slow_s:
                time.sleep(faults.slow_s)
            if faults.cut_data_at is not None and self.get_transmitted_bytes() >= faults.cut_data_at:
                raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
            content: bytes = super().recv(size)
            return content

    return Data


def _files(server: FtpServer) -> type[AbstractedFS]:
    """The file system, on a disk that can be full."""

    class Files(AbstractedFS):  # type: ignore[misc]
        def open(self, filename: str, mode: str) -> Any:
            opened = super().open(filename, mode)
            return _Limited(opened, server) if "w" in mode or "a" in mode else opened

        def rename(self, src: str, dst: str) -> None:
            super().rename(src, dst)
            server.arrived.append((Path(dst).name, Path(dst).read_bytes()))

    return Files


class _Limited:
    """A file that is being written, on a disk with so much room."""

    def __init__(self, file: Any, server: FtpServer) -> None:
        self._file = file
        self._server = server
        self._size = 0

    def write(self, content: bytes) -> int:
        self._size += len(content)
        room = self._server.faults.disk_bytes
        if room is not None and self._size > room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return int(self._file.write(content))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
