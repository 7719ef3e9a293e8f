"""Every text of the desk stands in a file of words, where it can be read through; the checker itself is checked."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from runtime.paths import NODE, ROOT

CHECKER = ROOT / "tests" / "rules" / "visible_texts.mjs"
SCRIPTS = ROOT / "public" / "js"
WORDS = SCRIPTS / "desk" / "words"
NOT_YET: dict[str, int] = {}
"""Scripts that still have texts of their own, with how many. It only shrinks: move the texts, and take the script out."""


def texts(*scripts: Path) -> dict[Path, list[str]]:
    """The visible texts of scripts."""
    told = subprocess.run([str(NODE), str(CHECKER), *map(str, scripts)], cwd=ROOT, capture_output=True, text=True, check=True)
    seen: dict[Path, list[str]] = {script: [] for script in scripts}
    for found in json.loads(told.stdout):
        seen[Path(found["file"])].append(found["text"])
    return seen


def test_every_text_stands_in_a_file_of_words() -> None:
    """Texts of the desk belong in public/js/desk/words, those of the public page in public/words."""
    formats = SCRIPTS / "desk" / "words.js"
    scripts = [
        each for each in SCRIPTS.rglob("*.js") if WORDS not in each.parents and each != formats and each.parent.name != "api"
    ]
    # The public page sorts bodies into these kinds; what it says for them are the terms of its files of words.
    kinds = set(json.loads((ROOT / "public" / "words" / "en.json").read_text())["terms"])
    found = {str(each.relative_to(ROOT)): [text for text in said if text not in kinds] for each, said in texts(*scripts).items()}
    astray = {script: said for script, said in found.items() if len(said) > NOT_YET.get(script, 0)}
    assert not astray, "move these texts to the page's file in public/js/desk/words"
    assert not {script for script, left in NOT_YET.items() if len(found.get(script, [])) < left}, "lower the numbers"


def test_files_of_words_have_nothing_but_words() -> None:
    """Each begins with a comment for readers, and imports at most how numbers are written."""
    files = sorted(WORDS.glob("*.js"))
    assert all(texts(*files).values())
    for script in files:
        source = script.read_text()
        assert source.startswith("/**"), script
        assert "html`" not in source, script
        assert {line for line in source.splitlines() if line.startswith("import")} <= {'import { number } from "../words.js";'}, (
            script
        )


SAMPLES: list[tuple[str, list[str]]] = [
    ("html`<p>Sold today</p>`", ["Sold today"]),
    ("html`<p>${count} cars</p>`", ["cars"]),
    ("html`<b class='x'>in</b>`", ["in"]),
    ('html`<input class="Big one" placeholder="Name" title="Full name" />`', ["Name", "Full name"]),
    ('html`<${Field} label="Cost" unit="$" hint=${late ? "too late" : ok} />`', ["Cost", "too late"]),
    ('html`<i>${done ? "yes" : "no"}</i>${open && "open"}${name ?? "nobody"}`', ["yes", "no", "open", "nobody"]),
    ("html`<i>${rows.map((row) => html`<b>each ${row}</b>`)}</i>`", ["each"]),
    ("html`<i onClick=${() => toast({ words: `${name} is gone` })} />`", ["… is gone"]),
    ('toast({ words: "saved", undo })', ["saved"]),
    ('throw new BadText("how much?")', ["how much?"]),
    ('many(3, "car")', ["car"]),
    ('const title = "Sales";', ["Sales"]),
    ("say(`${a} added, ${b} updated`)", ["… added, … updated"]),
    ('const FACTS = ["this is so."];', ["this is so."]),
    ('html`<${Partner} purpose="Sales become invoices." />`', ["Sales become invoices."]),
    # What nobody sees.
    ('import { html } from "./Html thing.js";', []),
    ('html`<p class="Big one" id="Title" href=${`#/car/${id}`} type="button">${TEXT.sold} · ${TEXT.count(3)}, $12</p>`', []),
    ('html`<i class=${on ? "dialog wide" : "dialog"} data-photo=${id}><${Icon} name="cross" /></i>`', []),
    ('if (event.key === "Escape") call("POST", `/api/sales/${id}/void`, body, { "Idempotency-Key": id });', []),
    ('const SHORTCUTS = { "g i": run }; put({ kind: "sale", lane: `edit/${id}` });', []),
]
"""Sources with the texts in them that a person sees."""


def test_the_checker_sees_what_a_person_sees(tmp_path: Path) -> None:
    scripts = [tmp_path / f"{number}.js" for number in range(len(SAMPLES))]
    for script, (source, _) in zip(scripts, SAMPLES, strict=True):
        script.write_text(source)
    assert texts(*scripts) == {script: seen for script, (_, seen) in zip(scripts, SAMPLES, strict=True)}
