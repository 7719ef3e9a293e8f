"""Look for bytes that break a parser: `make soak` does it for ten minutes, `python -m fuzz --seconds 60 sheet` for one target.

Guided by coverage (atheris, which is libFuzzer). It has wheels for few systems and so stands in no lock file: it is installed
apart from everything else, at one version.
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ATHERIS = "atheris==3.0.0"
ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / ".runtime" / ATHERIS.replace("==", "-")
TIMEOUT_S = 10
LENGTH = 4096


def install() -> None:
    """atheris, once. Raises: SystemExit where it cannot be had."""
    if not (PACKAGES / "atheris").exists():
        words = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(PACKAGES), ATHERIS]
        if subprocess.run(words, check=False).returncode:
            raise SystemExit(f"[fuzz] {ATHERIS} cannot be installed here (it wants Linux on x86-64 or a compiler)")


def fuzz_here(name: str, flags: list[str]) -> None:
    """Fuzz one target in this process, which libFuzzer ends."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["carlot"], enable_loader_override=False):
        targets = importlib.import_module("fuzz.targets")
    atheris.Setup([sys.argv[0], *flags], targets.TARGETS[name])
    atheris.Fuzz()


def fuzz(name: str, seconds: int, seed: int, *, keep: bool) -> bool:
    """Fuzz one target in a process of its own; say whether nothing was found. `keep`: what it learned goes into the corpus."""
    from fuzz.corpus import read_corpus, write_corpus
    from fuzz.targets import SEEDS

    with tempfile.TemporaryDirectory(prefix="carlot-fuzz-") as folder:
        known, found = Path(folder) / "known", Path(folder) / "found"
        known.mkdir()
        found.mkdir()
        for number, content in enumerate([*SEEDS[name], *read_corpus(name)]):
            (known / str(number)).write_bytes(content)
        flags = [f"-max_total_time={seconds}", f"-timeout={TIMEOUT_S}", f"-max_len={LENGTH}", f"-seed={seed}"]
        flags += ["-rss_limit_mb=1500", "-verbosity=0", "-print_final_stats=1", f"-artifact_prefix={folder}/finding-"]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path[1:], str(PACKAGES)])}
        words = [sys.executable, "-m", "fuzz", "--here", name, *flags, str(found), str(known)]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=seconds + 120, check=False)
        runs = next((line.split()[-1] for line in done.stderr.splitlines() if "number_of_executed_units" in line), "?")
        print(f"[fuzz] {name}: {runs} inputs, {len(list(found.iterdir()))} of them new ways through the code", flush=True)
        if keep:
            write_corpus(name, [path.read_bytes() for path in (*known.iterdir(), *found.iterdir())])
        for finding in Path(folder).glob("finding-*"):
            print(f"[fuzz] FOUND by {name}: {finding.read_bytes()!r}", flush=True)
        if done.returncode:
            print(done.stdout[-2000:] + done.stderr[-6000:], file=sys.stderr)
        return done.returncode == 0


def main() -> int:
    """0: nothing was found."""
    if sys.argv[1:2] == ["--here"]:
        fuzz_here(sys.argv[2], sys.argv[3:])
    install()
    from fuzz.targets import TARGETS

    parser = argparse.ArgumentParser(prog="fuzz", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=int, default=600, help="for all targets together (default 600)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="keep what was learned in tests/fuzz/corpus")
    parser.add_argument("target", nargs="*", help=f"of {', '.join(TARGETS)} (default: all)")
    flags = parser.parse_args()
    names = flags.target or list(TARGETS)
    share = max(1, flags.seconds // len(names))
    print(f"[fuzz] seed {flags.seed}, {share} s for each of {len(names)} targets", flush=True)
    clean = [fuzz(name, share, flags.seed, keep=flags.keep) for name in names]
    return 0 if all(clean) else 1


if __name__ == "__main__":
    sys.exit(main())
