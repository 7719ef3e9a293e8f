"""The FTP client beside a real server: plain and encrypted, and with every fault the file on the server stays whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carlot.errors import AuthExpired, PartnerError, Permanent, Retryable
from carlot.partners.ftp import FtpAddress, ftp_session
from carlot.platform.ports import Connection
from simulators.ftp import Authority, FtpServer
from simulators.ftp.server import PASSWORD, USER
from support.sockets import RealSockets

OLD = b"VIN,StockNumber,Price\r\nthe last one\r\n"
NEW = b"VIN,StockNumber,Price\r\n" + b"a car\r\n" * 40_000


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., FtpServer]]:
    """Starts servers that end with the test."""
    started: list[FtpServer] = []

    def begin(certificate: Path | None = None, *, implicit: bool = False) -> FtpServer:
        started.append(FtpServer(tmp_path, certificate, implicit=implicit))
        return started[-1]

    yield begin
    for server in started:
        server.stop()


@pytest.fixture
def server(start: Callable[..., FtpServer]) -> FtpServer:
    """A plain server with the last file on it."""
    found = start()
    (found.folder / "inventory.csv").write_bytes(OLD)
    return found


def at(server: FtpServer, name: str = "inventory.csv", folder: str = "", tls: str = "no", password: str = PASSWORD) -> FtpAddress:
    return FtpAddress("127.0.0.1", server.port, USER, password, folder, name, tls)


async def parts(content: bytes) -> AsyncIterator[bytes]:
    for first in range(0, len(content), 50_000):
        yield content[first : first + 50_000]


async def bring(address: FtpAddress, content: bytes = NEW, sockets: RealSockets | None = None) -> None:
    """A file goes up under another name, is read back, and gets its name."""
    async with ftp_session(sockets or RealSockets(timeout_s=5), "CarGurus", address) as session:
        assert await session.store(f"{address.name}.part", parts(content)) == len(content)
        assert await session.size(f"{address.name}.part") == len(content)
        await session.rename(f"{address.name}.part", address.name)
        assert await session.size(address.name) == len(content)


async def fetched(address: FtpAddress, most: int = 10_000_000) -> bytes:
    async with ftp_session(RealSockets(timeout_s=5), "Wayne Reeves", address) as session:
        return b"".join([part async for part in session.retrieve(address.name, most)])


@pytest.mark.parametrize("tls", ["no", "explicit", "implicit"])
async def test_a_file_goes_up_and_comes_down(start: Callable[..., FtpServer], authority: Authority, tls: str) -> None:
    server = start(None if tls == "no" else authority.certificate(), implicit=tls == "implicit")
    (server.folder / "in").mkdir()
    sockets = RealSockets(authority.path)
    address = at(server, folder="in", tls=tls)
    await bring(address, sockets=sockets)
    assert server.read("in/inventory.csv") == NEW
    assert server.arrived == [("inventory.csv", NEW)]
    async with ftp_session(sockets, "Wayne Reeves", address) as session:
        assert b"".join([part async for part in session.retrieve("inventory.csv", 10_000_000)]) == NEW
        assert (await session.modified("inventory.csv") or datetime.min.replace(tzinfo=UTC)).year >= 2025
    assert server.commands.count("PROT P") == (0 if tls == "no" else 2)
    assert server.commands.count("EPSV") == 2


async def test_pasv_where_there_is_no_epsv(server: FtpServer) -> None:
    server.faults.replies = {"EPSV": "500 What?"}
    await bring(at(server))
    assert "PASV" in server.commands
    assert server.read() == NEW


async def test_a_server_without_folders_gets_the_whole_path(server: FtpServer) -> None:
    (server.folder / "in").mkdir()
    server.faults.replies = {"CWD": "502 Not implemented."}
    await bring(at(server, folder="in"))
    assert server.read("in/inventory.csv") == NEW


class TestAServerThatDoesNotRenameOntoAFile:
    """As those on Windows: what was there is set aside first, and is there again when the new file gets no name."""

    cut_then = ""

    @pytest.fixture(autouse=True)
    def refusing(self, monkeypatch: pytest.MonkeyPatch, server: FtpServer) -> None:
        rename = Path.rename
        self.refused: set[str] = set()

        def refusing(_fs: object, old: str, new: str) -> None:
            if Path(new).exists() or (Path(old).name in self.refused and Path(new).name == "inventory.csv"):
                raise FileExistsError(17, "Cannot create a file when that file already exists")
            rename(Path(old), new)
            if Path(new).name == "inventory.csv.old":
                server.faults.cut_at, self.cut_then = self.cut_then, ""

        monkeypatch.setattr("pyftpdlib.filesystems.AbstractedFS.rename", refusing)

    async def test_the_last_one_makes_room(self, server: FtpServer) -> None:
        for _ in range(2):
            await bring(at(server))
            assert server.read() == NEW
            assert [path.name for path in server.folder.iterdir()] == ["inventory.csv"]

    async def test_where_neither_way_is_taken_the_last_one_stays(self, server: FtpServer) -> None:
        self.refused = {"inventory.csv.part"}
        with pytest.raises(Permanent, match="refused to rename inventory"):
            await bring(at(server))
        assert server.read() == OLD

    @pytest.mark.parametrize("command", ["RNFR", "DELE"])
    async def test_what_is_cut_between_the_two_is_made_good_by_the_next_try(self, server: FtpServer, command: str) -> None:
        self.cut_then = command
        with pytest.raises(Retryable):
            await bring(at(server))
        assert server.read("inventory.csv.old") == OLD
        server.faults.cut_at = ""
        for _ in range(2):
            await bring(at(server))
            assert server.read() == NEW
        assert [path.name for path in server.folder.iterdir()] == ["inventory.csv"]


REFUSALS: list[tuple[dict[str, str], type[PartnerError], str]] = [
    ({"STOR": "553 No such name."}, Permanent, "refused to take the file: No such name (553)"),
    ({"STOR": "452 No room."}, Retryable, "No room (452)"),
    ({"STOR": "552 Over quota."}, Retryable, "Over quota (552)"),
    ({"USER": "421 Too many here."}, Retryable, "Too many here (421)"),
    ({"PASS": "332 Account?"}, AuthExpired, "more than a user and a password"),
    ({"TYPE": "hello"}, Retryable, "does not speak FTP"),
    ({"CWD": "550 No such folder."}, Permanent, "the folder in"),
    ({"EPSV": "229 Go (|||99999|)"}, Retryable, "names no port"),
    ({"PASS": f"530 User {USER} with {PASSWORD} is nobody."}, AuthExpired, "User [hidden] with [hidden] is nobody (530)"),
]


@pytest.mark.parametrize(("replies", "kind", "words"), REFUSALS, ids=[str(each[0]) for each in REFUSALS])
async def test_what_a_refusal_means(server: FtpServer, replies: dict[str, str], kind: type[PartnerError], words: str) -> None:
    server.faults.replies = replies
    with pytest.raises(PartnerError) as refused:
        await bring(at(server, folder="in" if "CWD" in replies else ""))
    assert type(refused.value) is kind
    assert words in str(refused.value)
    assert PASSWORD not in str(refused.value)
    assert server.read() == OLD


@pytest.mark.parametrize("at_command", ["USER", "PASS", "TYPE", "EPSV", "STOR", "SIZE", "RNFR", "RNTO"])
@pytest.mark.parametrize("done", [False, True])
async def test_a_connection_that_ends_leaves_a_whole_file(server: FtpServer, at_command: str, done: bool) -> None:
    if done:
        server.faults.cut_after = at_command
    else:
        server.faults.cut_at = at_command
    with pytest.raises(Retryable, match="did not answer"):
        await bring(at(server))
    assert server.read() == (NEW if (at_command, done) == ("RNTO", True) else OLD)
    server.faults.cut_at = server.faults.cut_after = ""
    await bring(at(server))
    assert server.read() == NEW


@pytest.mark.parametrize("tls", ["no", "explicit"])
@pytest.mark.parametrize("fault", ["cut", "full"])
async def test_a_part_that_is_not_whole_gets_no_name(
    start: Callable[..., FtpServer], authority: Authority, fault: str, tls: str
) -> None:
    server = start(None if tls == "no" else authority.certificate())
    (server.folder / "inventory.csv").write_bytes(OLD)
    if fault == "cut":
        server.faults.cut_data_at = 60_000
    else:
        server.faults.disk_bytes = 60_000
    with pytest.raises(Retryable):
        await bring(at(server, tls=tls), sockets=RealSockets(authority.path, timeout_s=1))
    assert server.read() == OLD
    assert not [line for line in server.commands if line.startswith("RN")]


async def test_a_wrong_password_is_told_without_it(server: FtpServer) -> None:
    with pytest.raises(AuthExpired) as refused:
        await bring(at(server, password="never-shown-1"))
    assert "never-shown-1" not in str(refused.value)
    assert "(530)" in str(refused.value)


@pytest.mark.parametrize("case", ["expired", "another name", "unknown authority"])
async def test_without_a_certificate_to_trust_nothing_is_sent(
    start: Callable[..., FtpServer], authority: Authority, case: str
) -> None:
    host = "another.test" if case == "another name" else "127.0.0.1"
    server = start(authority.certificate(host, expired=case == "expired"))
    trusted = None if case == "unknown authority" else authority.path
    with pytest.raises(Retryable, match="could not be trusted"):
        await bring(at(server, tls="explicit"), sockets=RealSockets(trusted))
    assert server.commands == ["AUTH TLS"]


async def test_a_server_without_encryption_gets_no_password(server: FtpServer) -> None:
    with pytest.raises(Permanent, match="AUTH TLS"):
        await bring(at(server, tls="explicit"))
    assert server.commands == ["AUTH TLS"]


async def test_a_server_that_says_nothing_is_not_waited_for(server: FtpServer) -> None:
    server.faults.slow_s = 1.0
    with pytest.raises(Retryable, match="did not answer"):
        await bring(at(server), content=NEW * 20, sockets=RealSockets(timeout_s=0.3))
    assert server.read() == OLD


async def test_nobody_there() -> None:
    with pytest.raises(Retryable, match="did not answer"):
        await bring(FtpAddress("127.0.0.1", 9, USER, PASSWORD, "", "x.csv", "no"))


class Said:
    """A server that says what it was given, and then ends."""

    def __init__(self, text: bytes) -> None:
        self.text = text

    async def connect(self, host: str, port: int, *, tls: bool, timeout_s: float) -> Connection:
        return self

    async def read(self) -> bytes:
        part, self.text = self.text[:1000], self.text[1000:]
        return part

    async def write(self, content: bytes) -> None: ...

    async def start_tls(self) -> None: ...

    async def close(self) -> None: ...

    def abort(self) -> None: ...


SIGNED_IN = b"220 hi\r\n331 pw\r\n230 in\r\n200 I\r\n"


async def brought_to(text: bytes) -> None:
    """A file is brought to a server that says this, whatever it is asked."""
    async with ftp_session(Said(text), "CarGurus", FtpAddress("h", 21, USER, PASSWORD, "", "x.csv", "no")) as session:
        await session.store("x.csv.part", parts(b"x"))
        assert await session.size("x.csv.part") is None
        await session.rename("x.csv.part", "x.csv")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"220",
        b"\xff\xfe\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"2" * 100_000,
        b"220-" + b"more\r\n" * 100_000,
        b"120 wait\r\n" * 1000,
        b"220-\r\n 220 not yet\r\n221 nor now\r\n",
        SIGNED_IN + b"229 (|||0|)\r\n",
        SIGNED_IN + b"229 (|||99999999999|)\r\n227 (1,2,3,4)\r\n",
        SIGNED_IN + b"500 no\r\n227 (127,0,0,1,999,999)\r\n",
        SIGNED_IN + b"229 (|||21|)\r\n200 what\r\n",
        SIGNED_IN + b"229 (|||21|)\r\n150 go\r\n226 done\r\n213 -1\r\n",
    ],
    ids=lambda text: repr(text[-40:]),
)
async def test_whatever_a_server_says_it_is_a_failure_by_name(text: bytes) -> None:
    with pytest.raises(PartnerError):
        await brought_to(text)


async def test_a_file_that_is_too_large_or_cut_is_no_file(server: FtpServer) -> None:
    (server.folder / "inventory.csv").write_bytes(NEW)
    assert await fetched(at(server)) == NEW
    with pytest.raises(Permanent, match="larger than"):
        await fetched(at(server), most=1000)
    server.faults.cut_after = "RETR"
    with pytest.raises(Retryable):
        await fetched(at(server))


@pytest.mark.parametrize(
    ("url", "shown", "tls"),
    [
        ("ftps://u:p%40ss@ftp.test/in/cars.csv", "ftps://ftp.test:21/in/cars.csv", "explicit"),
        ("ftps://u:p@ftp.test:990/cars.csv", "ftps://ftp.test:990/cars.csv", "implicit"),
        ("ftp://u:p@ftp.test:2121/a/b/cars.csv", "ftp://ftp.test:2121/a/b/cars.csv", "no"),
        ("ftps://u:p@[::1]/cars.csv", "ftps://[::1]:21/cars.csv", "explicit"),
    ],
)
def test_addresses(url: str, shown: str, tls: str) -> None:
    address = FtpAddress.parse(url)
    assert (address.shown, address.tls, address.user) == (shown, tls, "u")
    assert address.password in ("p", "p@ss")
    assert "p@ss" not in repr(address)


@pytest.mark.parametrize(
    "url", ["", "cars.csv", "sftp://u:p@h/x.csv", "ftp://u:p@h/", "ftp://u:p@h:x/a.csv", "ftp://u:p%0d%0aDELE x@h/a.csv"]
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ValueError, match="it ") as refused:
        FtpAddress.parse(url)
    assert "u:p" not in str(refused.value)
