"""Files both ways: the DMS's export in beside the API's pull of the same lot, the whole lot to a site, and the memory of both."""

import csv
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from harness import servers
from harness.feeds import mark_all
from harness.imports import RUN_LIMIT_S, alternating, pages_of, time_import, wait_for_run
from harness.memory import MIB, Watch
from harness.report import Line, Outcome, Target
from harness.servers import BenchError, Server

COLUMNS = (
    *(
        "stock_number",
        "vin",
        "year",
        "make",
        "model",
        "trim",
        "mileage",
        "price",
        "cost",
        "date_acquired",
        "location",
        "body_style",
    ),
    *("exterior_color", "interior_color", "transmission", "fuel_type", "drivetrain", "engine", "description", "photos", "status"),
)
AT_ONCE = 8
UPLOAD_BYTES = 10 * MIB
LARGEST_BYTES = 50 * MIB - 64 * 1024
FTP = "from simulators.ftp import FtpServer; import sys, time, pathlib\nserver = FtpServer(pathlib.Path(sys.argv[1]))"
SERVE = f"{FTP}\nprint(server.url('lot.csv'), flush=True)\ntime.sleep(3600)"


def measure_files(size: int, repetitions: int, largest: int) -> Outcome:
    """CarLot alone, for the peer knows no files: ratios to its own pull, and the isolate's memory."""
    seconds: dict[str, list[float]] = {"file": [], "api": []}
    with servers.simulators(size) as dms_url:
        records = [record for page in pages_of(dms_url) for record in page["vehicles"]]
        content = export(records)
        for repetition in range(repetitions):
            for road in alternating(list(seconds), repetition):
                with servers.carlot(dms_url) as server:
                    took = time_import(server, size).seconds if road == "api" else _read_file(server, content, size)
                seconds[road].append(took)
            print(f"  {size:,} in: file {seconds['file'][-1]:.2f} s, API {seconds['api'][-1]:.2f} s", flush=True)
        out_s, out_peak, out_bytes = _to_site(dms_url, content, size)
        peaks = _memory(dms_url, records, largest)
    by_file, by_api = median(seconds["file"]), median(seconds["api"])
    lines = [
        Line(f"{size:,} in by file, over the API", f"{by_file:.2f} s", "", by_api / by_file),
        Line(f"{size:,} to a site's file", f"{out_s:.2f} s", "", out_s),
        Line("  isolate's peak, MiB", f"{out_peak:.0f}", "", out_peak, Target("<", 128)),
        *(Line(f"isolate's peak, {name}, MiB", f"{peak:.0f}", "", peak, Target("<", 128)) for name, peak in peaks.items()),
    ]
    raw = {"size": size, "seconds": seconds, "out_s": out_s, "out_bytes": out_bytes, "peaks_mib": {"out": out_peak, **peaks}}
    return Outcome("files", lines, raw)


def export(records: list[dict[str, Any]], description: str = "") -> bytes:
    """A CSV file of a lot, everything that the API tells of a car in it; `description` is added to each car's."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    for record in records:
        more = {"photos": "|".join(record["photos"]), "description": f"{record['description']}{description}"}
        writer.writerow(record | more)
    return text.getvalue().encode()


def _send(server: Server, content: bytes) -> str:
    """Send a file to the upload address; answer its run."""
    with httpx.Client(base_url=server.url, timeout=120) as http:
        path = httpx.URL(http.get("/api/inventory-files").raise_for_status().json()["url"]).path
        run_id: str = http.put(path, content=content, headers={"content-type": "text/csv"}).raise_for_status().json()["runId"]
    return run_id


def _read_file(server: Server, content: bytes, size: int) -> float:
    """Seconds from sending a file until all its cars are in. Raises: BenchError."""
    began = time.perf_counter()
    run_id = _send(server, content)
    seconds = wait_for_run(server, run_id, began)[-1][0]
    with httpx.Client(base_url=server.url, timeout=60) as http:
        run = http.get(f"/api/integrations/runs/{run_id}").raise_for_status().json()
    if run["status"] != "completed" or run["created"] != size or run["rejected"]:
        raise BenchError(f"the file of {size} vehicles ended as {run}")
    return seconds


def _to_site(dms_url: str, content: bytes, size: int) -> tuple[float, float, int]:
    """Seconds until a whole lot is on the server of a new site; the isolate's peak in MiB; the bytes of the file."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, tempfile.TemporaryDirectory(prefix="bench-ftp-") as there:
        folder = Path(name)
        with servers.carlot(dms_url, folder=folder) as server:
            _read_file(server, content, size)
            mark_all(server, size)
        with (
            _ftp_server(there) as url,
            servers.carlot(dms_url, {"KBB_FTP_URL": url}, folder) as server,
            Watch(server, collect=True) as watch,
        ):
            began = time.perf_counter()
            while not (Path(there) / "lot.csv").exists():
                if time.perf_counter() - began > RUN_LIMIT_S:
                    raise BenchError("no file came to the site")
                httpx.get(f"{server.url}/cdn-cgi/handler/scheduled", params={"cron": "* * * * *"}, timeout=60)
                time.sleep(0.1)
            took = time.perf_counter() - began
        came = (Path(there) / "lot.csv").read_bytes()
    cars = sum(1 for _ in csv.DictReader(io.StringIO(came.decode(), newline=""), strict=True))
    if cars != size:
        raise BenchError(f"the site's file has {cars} cars of {size}")
    print(f"  {size:,} out: {took:.2f} s, {len(came) / MIB:.1f} MiB, isolate {watch.peak() / MIB:.0f} MiB", flush=True)
    return took, watch.peak() / MIB, len(came)


@contextmanager
def _ftp_server(folder: str) -> Iterator[str]:
    """A real FTP server whose files are in a folder; answers the address of a file there."""
    environment = {**os.environ, "PYTHONPATH": str(servers.ROOT / "dev")}
    command = [sys.executable, "-W", "ignore", "-c", SERVE, folder]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield (running.stdout or io.StringIO()).readline().strip()
        finally:
            running.terminate()


def _memory(dms_url: str, records: list[dict[str, Any]], largest: int) -> dict[str, float]:
    """The isolate's peak in MiB: files of 10 MB sent at once, and the largest file, sent and read to its end."""
    lot = [{**records[number % len(records)], "stock_number": f"L{number}"} for number in range(largest)]
    filler = "It runs. " * max(0, (LARGEST_BYTES - len(export(lot))) // (9 * largest))
    whole = export(lot, filler)
    ten = whole[: whole.rindex(b"\r\n", 0, UPLOAD_BYTES) + 2]
    peaks: dict[str, float] = {}
    with servers.carlot(dms_url) as server, Watch(server, collect=True) as watch, ThreadPoolExecutor(AT_ONCE) as pool:
        # A file that is sent twice is taken once, so each is another one.
        sent = list(pool.map(lambda number: _send(server, ten + b"X,,,,,\r\n" * number), range(AT_ONCE)))
        if len(set(sent)) != AT_ONCE:
            raise BenchError(f"{len(set(sent))} runs of {AT_ONCE} files")
    peaks[f"{AT_ONCE} uploads of {len(ten) / MIB:.0f} MiB at once"] = watch.peak() / MIB
    with servers.carlot(dms_url) as server, Watch(server, collect=True) as watch:
        began = time.perf_counter()
        took = wait_for_run(server, _send(server, whole), began)[-1][0]
    peaks[f"{len(whole) / MIB:.0f} MiB, {largest:,} cars"] = watch.peak() / MIB
    print(f"  {len(whole) / MIB:.0f} MiB read in {took:.1f} s; peaks {peaks}", flush=True)
    return peaks
