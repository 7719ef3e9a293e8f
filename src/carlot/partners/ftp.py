"""FTP, plain and encrypted, as far as files are brought and fetched: a small client on the `Sockets` port.

Source: RFC 959 (FTP), RFC 2428 (EPSV), RFC 3659 (SIZE, MDTM), RFC 4217 (AUTH TLS, PBSZ, PROT). Data connections are passive and
go to the host that we signed in at, whatever address PASV names: the certificate is valid for that host, and nobody is sent
elsewhere.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from carlot.domain.verdicts import FTP, Meaning, meaning
from carlot.errors import AuthExpired, NetworkFailure, Permanent, Retryable, Untrusted
from carlot.platform.ports import Connection, Sockets

TIMEOUT_S = 30.0
"""How long one step may take: a reply, or a part of a file."""
WHOLE_S = 600.0
"""How long a session may take."""
MAX_LINE = 4096
MAX_LINES = 200
PORTS = {"ftp": 21, "ftps": 21}
IMPLICIT = 990
"""The port on which `ftps` is encrypted from the start."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
_REPLY = re.compile(r"(\d{3})([ -])(.*)")
_EPSV = re.compile(r"\((.)\1\1(\d{1,5})\1\)")
_PASV = re.compile(r"(?:\d{1,3},){4}(\d{1,3}),(\d{1,3})")
_MDTM = re.compile(r"(\d{14})(?:\.\d+)?")

# What a server says of a command that it does not know or take. Source: RFC 959, section 4.2.
_UNKNOWN = (500, 501, 502, 503, 504, 522)


@dataclass(frozen=True, slots=True, repr=False)
class FtpAddress:
    """Where a file is. `folder` is below the folder in which the server starts, empty for that one; `tls` is `no`, `explicit`
    or `implicit`. It has no `repr`: it holds the password.
    """

    host: str
    port: int
    user: str
    password: str
    folder: str
    name: str
    tls: str

    @classmethod
    def parse(cls, url: str) -> FtpAddress:
        """Read `ftp://` or `ftps://user:password@host[:port]/path/file`.

        Raises: `ValueError` in plain words, without the address.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or PORTS.get(parts.scheme, 0)
        except ValueError as failure:
            raise ValueError("it has a port or a host that is none") from failure
        user, password, path = (unquote(text or "") for text in (parts.username, parts.password, parts.path))
        folder, _, name = path.removeprefix("/").rpartition("/")
        if not port or not parts.hostname or not name:
            raise ValueError("it is not like ftps://user:password@host/folder/file.csv")
        if any(_CONTROL.search(text) for text in (user, password, path)):
            raise ValueError("it has a character in it that no name has")
        tls = "no" if parts.scheme == "ftp" else "implicit" if port == IMPLICIT else "explicit"
        return cls(parts.hostname, port, user or "anonymous", password, folder, name, tls)

    @property
    def shown(self) -> str:
        """The address without user and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        path = f"{self.folder}/{self.name}" if self.folder else self.name
        return f"{'ftp' if self.tls == 'no' else 'ftps'}://{host}:{self.port}/{path}"


class Reply(NamedTuple):
    """A server's reply. `text` is its last line."""

    code: int
    text: str


@asynccontextmanager
async def ftp_session(sockets: Sockets, partner: str, address: FtpAddress) -> AsyncIterator[FtpSession]:
    """Sign in at a partner's server, in the folder of the address, and leave at the end.

    Raises: `Retryable` (no answer, trouble that passes, no certificate that can be trusted), `AuthExpired` (it does not let us
    in), `Permanent` (every other refusal).
    """
    try:
        async with asyncio.timeout(WHOLE_S):
            control = await sockets.connect(address.host, address.port, tls=address.tls == "implicit", timeout_s=TIMEOUT_S)
            session = FtpSession(sockets, partner, address, control)
            try:
                await session.sign_in()
                yield session
                await session.leave()
            finally:
                control.abort()
    except Untrusted as failure:
        raise Retryable(
            f"{partner}'s FTP server could not be trusted: its certificate has expired, is for another name, or is signed by no "
            "known authority. Nothing was sent."
        ) from failure
    except TimeoutError as failure:
        raise Retryable(f"{partner}'s FTP server took longer than {WHOLE_S / 60:.0f} minutes.") from failure
    except NetworkFailure as failure:
        raise Retryable(f"{partner}'s FTP server did not answer.") from failure


class FtpSession:
    """A signed-in session. Each call raises as `ftp_session`; `NetworkFailure` becomes `Retryable` where the session ends."""

    def __init__(self, sockets: Sockets, partner: str, address: FtpAddress, control: Connection) -> None:
        self._sockets = sockets
        self._partner = partner
        self._address = address
        self._control = control
        self._read = b""
        self._prefix = ""

    async def sign_in(self) -> None:
        """Greet, encrypt, sign in, and go to the folder."""
        address = self._address
        while (greeting := await self._reply()).code == 120:
            pass
        self._expect(greeting, 220, "to talk to us")
        if address.tls == "explicit":
            self._expect(await self._command("AUTH TLS"), 234, "encryption (AUTH TLS)")
            if self._read:
                raise Retryable(f"{self._partner}'s FTP server says more than it was asked before the connection is encrypted.")
            await self._control.start_tls()
        reply = await self._command(f"USER {address.user}")
        if reply.code == 331:
            reply = await self._command(f"PASS {address.password}")
        if reply.code in (331, 332):
            raise AuthExpired(f"{self._partner}'s FTP server asks for more than a user and a password ({reply.code}).")
        self._expect(reply, (230, 202), "our user and password")
        if address.tls != "no":
            self._expect(await self._command("PBSZ 0"), 200, "encrypted files (PBSZ)")
            self._expect(await self._command("PROT P"), 200, "encrypted files (PROT P)")
        self._expect(await self._command("TYPE I"), 200, "files as they are (TYPE I)")
        if address.folder:
            moved = await self._command(f"CWD {address.folder}")
            if moved.code in _UNKNOWN:
                self._prefix = f"{address.folder}/"
            else:
                self._expect(moved, (250, 200), f"the folder {address.folder}")

    async def leave(self) -> None:
        """Say good-bye. Whatever comes of it, the work is done."""
        with suppress(NetworkFailure):
            await self._command("QUIT")

    async def store(self, name: str, parts: AsyncIterator[bytes]) -> int:
        """Send a file, part by part; answer its bytes. What was there under that name is replaced from the first byte on."""
        size = 0
        data = await self._open_data(f"STOR {self._prefix}{name}", "to take the file")
        try:
            async for part in parts:
                await data.write(part)
                size += len(part)
            await data.close()
        except NetworkFailure:
            # What the server says of it, such as that its disk is full, says more than that the connection ended.
            with suppress(NetworkFailure):
                self._expect(await self._reply(), (226, 250), "the rest of the file")
            raise
        finally:
            data.abort()
        self._expect(await self._reply(), (226, 250), "the file")
        return size

    async def retrieve(self, name: str, max_bytes: int) -> AsyncIterator[bytes]:
        """A file, part by part. Raises also: `Permanent` above `max_bytes`."""
        size = 0
        data = await self._open_data(f"RETR {self._prefix}{name}", "to give us the file")
        try:
            while part := await data.read():
                size += len(part)
                if size > max_bytes:
                    raise Permanent(f"{self._partner}'s file is larger than {max_bytes // 1_000_000} MB.")
                yield part
        finally:
            data.abort()
        # A connection that was cut looks like the end of the file: the server says whether it was.
        self._expect(await self._reply(), (226, 250), "to give us the whole file")

    async def size(self, name: str) -> int | None:
        """The bytes of a file on the server; `None`: it does not say."""
        reply = await self._command(f"SIZE {self._prefix}{name}")
        if reply.code in _UNKNOWN:
            return None
        self._expect(reply, 213, f"to say how large {name} is")
        text = reply.text.strip()
        return int(text) if text.isdecimal() and len(text) < 16 else None

    async def modified(self, name: str) -> datetime | None:
        """When a file on the server was last changed; `None`: it does not say."""
        reply = await self._command(f"MDTM {self._prefix}{name}")
        found = _MDTM.fullmatch(reply.text.strip()) if reply.code == 213 else None
        try:
            return datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if found else None
        except ValueError:
            return None

    async def rename(self, old: str, new: str) -> None:
        """Give a file another name; what had that name is replaced.

        Servers on Windows do not rename onto a file that is there: it makes room under a third name, for the moment between two
        commands, and has its name again when the server takes the new one neither way.
        """
        reply = await self._renamed(old, new)
        aside = f"{new}.old"
        if reply.code in (550, 553) and await self._makes_room(new, aside):
            reply = await self._renamed(old, new)
            await (self._command(f"DELE {self._prefix}{aside}") if reply.code == 250 else self._renamed(aside, new))
        self._expect(reply, 250, f"to rename {old} to {new}")

    async def _makes_room(self, name: str, aside: str) -> bool:
        """Give a file that is in the way a third name, which one that was left behind may have."""
        moved = await self._renamed(name, aside)
        if moved.code in (550, 553) and (await self._command(f"DELE {self._prefix}{aside}")).code == 250:
            moved = await self._renamed(name, aside)
        return moved.code == 250

    async def _renamed(self, old: str, new: str) -> Reply:
        reply = await self._command(f"RNFR {self._prefix}{old}")
        return reply if reply.code != 350 else await self._command(f"RNTO {self._prefix}{new}")

    async def _open_data(self, command: str, what: str) -> Connection:
        reply = await self._command("EPSV")
        if reply.code == 229 and (found := _EPSV.search(reply.text)):
            port = int(found[2])
        else:
            reply = await self._command("PASV")
            self._expect(reply, 227, "a data connection")
            numbers = _PASV.search(reply.text)
            port = int(numbers[1]) * 256 + int(numbers[2]) if numbers else 0
        if not 0 < port < 65536:
            raise Retryable(f"{self._partner}'s FTP server names no port for the file.")
        data = await self._sockets.connect(self._address.host, port, tls=False, timeout_s=TIMEOUT_S)
        ready = False
        try:
            self._expect(await self._command(command), (125, 150), what)
            if self._address.tls != "no":
                await self._encrypt(data)
            ready = True
        finally:
            if not ready:
                data.abort()
        return data

    async def _encrypt(self, data: Connection) -> None:
        """Encrypt the data connection. A server that demands the control connection's TLS session again refuses it."""
        try:
            await data.start_tls()
        except Untrusted:
            with suppress(NetworkFailure):
                what = "the encrypted connection for the file (if it demands TLS session reuse, that has to be switched off)"
                self._expect(await self._reply(), (), what)
            raise

    async def _command(self, line: str) -> Reply:
        if _CONTROL.search(line):
            raise Permanent("The name of the file has a character that an FTP server does not take.")
        await self._control.write(f"{line}\r\n".encode())
        return await self._reply()

    async def _reply(self) -> Reply:
        first = await self._line()
        for _ in range(MAX_LINES):
            if first[1] == " ":
                return Reply(int(first[0]), first[2])
            # The lines of a long reply are anything; the last one begins with its code and a space.
            text = await self._text()
            if (found := _REPLY.match(text)) and found[1] == first[0] and found[2] == " ":
                return Reply(int(found[1]), found[3])
        raise Retryable(f"{self._partner}'s FTP server never finishes its answer.")

    async def _line(self) -> tuple[str, str, str]:
        found = _REPLY.match(f"{await self._text()} ")
        if not found:
            raise Retryable(f"{self._partner}'s FTP server does not speak FTP.")
        return found[1], found[2], found[3]

    async def _text(self) -> str:
        while b"\n" not in self._read:
            if len(self._read) > MAX_LINE:
                raise Retryable(f"{self._partner}'s FTP server never finishes a line of its answer.")
            part = await self._control.read()
            if not part:
                raise NetworkFailure("the connection ended")
            self._read += part
        line, _, self._read = self._read.partition(b"\n")
        return line.decode("utf-8", "replace").rstrip("\r")

    def _expect(self, reply: Reply, codes: int | tuple[int, ...], what: str) -> None:
        """Go on when the reply is one of these codes. Raises: what another code means."""
        if reply.code in ((codes,) if isinstance(codes, int) else codes):
            return
        said = f"{self._partner}'s FTP server refused {what}: {self._shown(reply.text)} ({reply.code})."
        says = meaning(FTP, reply.code)
        if says is Meaning.CREDENTIALS:
            raise AuthExpired(said)
        if says is Meaning.REFUSED:
            raise Permanent(said, reply.code)
        raise Retryable(said)

    def _shown(self, text: str) -> str:
        """A reply as it may be shown: some servers repeat what they were sent."""
        for secret in (self._address.password, self._address.user):
            if len(secret) > 2:
                text = text.replace(secret, "[hidden]")
        return " ".join(_CONTROL.sub(" ", text).split())[:200].rstrip(".") or "no reason"
