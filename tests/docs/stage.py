"""A local instance as `make dev` starts one, to run the printed commands on, and what their words in capitals stand for."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from app.typed import entry
from photos.album import picture
from runtime.up import DEALER
from support.running import TOKEN, Partners, Worker, wait_until

ADDRESS = re.compile(r"(?:http://)?localhost:8787")
# What is only told, and not done: what would go to Cloudflare, or start and build things.
TOLD_ONLY = ("npx", "make")
RUN_S = 120
SHELL = """
curl() { command curl --silent --show-error --fail-with-body --max-time 60 "$@"; }
set -euo pipefail
"""


class Stage:
    """The instance, its partners, and a folder to run commands in."""

    def __init__(self, worker: Worker, partners: Partners, folder: Path) -> None:
        self.worker = worker
        self.partners = partners
        self.folder = folder
        self._numbers = count(9000)
        tools = folder / "bin"
        tools.mkdir()
        for name in TOLD_ONLY:
            (tools / name).write_text("#!/bin/sh\ncat > /dev/null\n")
            (tools / name).chmod(0o755)
        (folder / "front.jpg").write_bytes(picture(1))
        self._environment = {
            **os.environ,
            "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "ADMIN_TOKEN": TOKEN,
            "WEBHOOK_SECRET": DEALER["WEBHOOK_SECRET"],
        }

    def vehicle(self, **changed: Any) -> dict[str, Any]:
        """A new vehicle that may be on every site."""
        answer = self.worker.client.post("/api/vehicles", json=entry(next(self._numbers), **changed))
        assert answer.status_code == 201, answer.text
        vehicle: dict[str, Any] = answer.json()
        return vehicle

    def shell(self, text: str) -> str:
        """Run a block of the shell as printed, on this instance; what it prints. Each command must succeed."""
        return self._run("bash", "-c", SHELL + self.filled(text))

    def python(self, text: str) -> str:
        """Run a Python program as printed, on this instance."""
        return self._run(sys.executable, "-c", self.filled(text))

    def filled(self, text: str) -> str:
        """A text with what it tells the reader to replace."""
        here = ADDRESS.sub(self.worker.url, text)
        meant = {"VEHICLE_ID": self._vehicle_id, "ID": self._vehicle_id, "SALE_ID": self._sale_id, "RUN_ID": self.worker.pull}
        for word, found in meant.items():
            if re.search(rf"\b{word}\b", here):
                here = re.sub(rf"\b{word}\b", found(), here)
        if "PHOTO" in text:
            (vehicle_id,) = set(re.findall(r"/api/vehicles/(\w+)/photos", here))
            for photo_id in self._photo_ids(vehicle_id):
                here = here.replace('"PHOTO"', f'"{photo_id}"', 1)
        return here

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=RUN_S,
            check=False,
        )
        assert done.returncode == 0, f"{command[-1]}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def _vehicle_id(self) -> str:
        return str(self.vehicle(publishToThirdParty=True)["id"])

    def _sale_id(self) -> str:
        sale = {"vehicleId": self._vehicle_id(), "salePrice": 100, "saleDate": "2026-02-03"}
        answer = self.worker.client.post("/api/sales", json=sale)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def _photo_ids(self, vehicle_id: str) -> list[str]:
        """The photos that a vehicle has once the block's own is there: that one, and those that it had."""
        answer = self.worker.client.post(
            f"/api/vehicles/{vehicle_id}/photos", content=picture(1), headers={"content-type": "image/jpeg"}
        )
        assert answer.status_code == 201, answer.text
        return [photo["id"] for photo in self.worker.client.get(f"/api/vehicles/{vehicle_id}").json()["photos"]]

    @contextmanager
    def troubled(self) -> Iterator[dict[str, str]]:
        """One site refuses a car for good and another is away: the ids of a dead task and of a waiting one, by their words."""
        refusal = {"fault": "status", "status": 422, "body": {"error": {"code": "no", "message": "No."}}, "method": "PUT"}
        self.partners.sim("PUT", "faults/cargurus", {"script": [refusal]})
        self.partners.sim("PUT", "faults/kbb", {"outage": True})
        try:
            self._vehicle_id()
            yield {"DEAD_TASK_ID": self._task("cargurus", "dead"), "PENDING_TASK_ID": self._task("kbb", "pending")}
        finally:
            for site in ("cargurus", "kbb"):
                self.partners.sim("DELETE", f"faults/{site}")

    def _task(self, target: str, state: str) -> str:
        found: list[str] = []

        def is_there() -> bool:
            tasks = self.worker.client.get("/api/integrations/tasks", params={"target": target, "state": state}).json()["tasks"]
            found[:] = [task["id"] for task in tasks if task["error"]]
            return bool(found)

        wait_until(is_there, 60, f"a task of {target} that is {state}")
        return found[0]

    def status(self) -> Any:
        """The status as the API shows it."""
        return json.loads(self.worker.client.get("/api/integrations/status").text)
