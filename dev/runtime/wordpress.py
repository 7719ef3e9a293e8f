"""Pack the WordPress plugin: `make wordpress` writes dist/carlot-inventory.zip. The same sources give the same bytes.

It first generates the translation files: the template (.pot) with every text of the plugin, and of each translation (.po) a
binary (.mo) for PHP and a .json for the block in the editor. `--check` only reports whether these are up to date;
`--packages` installs a WordPress for the tests, and `--newest` unpacks the newest one beside it. Packing needs only Python.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from runtime import setup
from runtime.paths import MADE, ROOT

PLUGIN = ROOT / "wordpress" / "carlot-inventory"
LANGUAGES = PLUGIN / "languages"
TEMPLATE = LANGUAGES / "carlot-inventory.pot"
PACKAGE = ROOT / "dist" / "carlot-inventory.zip"
HEAD = """# Texts of the WordPress plugin CarLot Inventory. Made by `make wordpress`.
msgid ""
msgstr ""
"Project-Id-Version: CarLot Inventory\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"X-Domain: carlot-inventory\\n"
"""
# The Debian packages that tests/wordpress/real_site.py needs, with the path of one file of each.
PACKAGES = {
    "wordpress": "usr/share/wordpress/wp-load.php",
    "wordpress-theme-twentytwentythree": "usr/share/wordpress/wp-content/themes/twentytwentythree",
    "mariadb-server": "usr/sbin/mariadbd",
    "php-cli": "usr/bin/php",
    "php-mysql": "usr/share/php*-mysql",
    # For WordPress' sitemap.
    "php-xml": "usr/share/php*-xml",
}
# The newest WordPress, with the packages whose files it links to.
NEWEST = MADE / "wordpress"
NEWEST_PACKAGES = [
    *("wordpress", "wordpress-theme-twentytwentyfive", "libphp-phpmailer", "php-getid3"),
    *("libjs-cropper", "libjs-jquery-ui", "libjs-lodash", "libjs-underscore"),
]
# The name under which WordPress knows the block's script; it is in the name of the file with the script's translations.
EDITOR = "carlot-inventory-block"
# The texts of block.json that WordPress translates, with the context of each. Source: WordPress, block-i18n.json.
IN_BLOCK = {"title": "block title", "description": "block description", "keywords": "block keyword"}
# In a .mo file, this character is between the context of a text and the text. Source: GNU gettext manual.
CONTEXT = "\x04"
# The earliest time that a zip file can contain.
EPOCH = (1980, 1, 1, 0, 0, 0)

_COMMENT = re.compile(r"/\*\s*(translators:.*?)\s*\*/", re.DOTALL)
_CALL = re.compile(
    r"""(?<![\w$])(?:__|esc_html__|esc_attr__)\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\$]|\\.)*)"),\s*'carlot-inventory'\s*\)"""
)
_ENTRY = re.compile(r'^(?:msgctxt ((?:".*"\s*)+)^)?msgid ((?:".*"\s*)+)^msgstr ((?:".*"\s*)+)', re.MULTILINE)


def main(arguments: Sequence[str]) -> int:
    """Run `dev/wordpress`. Return 1 when --check finds a file that is out of date."""
    if unknown := [argument for argument in arguments if argument not in ("--check", "--packages", "--newest")]:
        raise SystemExit(f"[wordpress] Unknown argument {unknown[0]}. The flags are --check, --packages and --newest.")
    if "--packages" in arguments or "--newest" in arguments:
        install()
        if "--newest" in arguments:
            unpack_newest()
        return 0
    made: dict[Path, bytes] = {TEMPLATE: template().encode()}
    for source in sorted(LANGUAGES.glob("*.po")):
        translations = read_po(source.read_text(encoding="utf-8"))
        made[source.with_suffix(".mo")] = binary(translations)
        made[source.with_name(f"{source.stem}-{EDITOR}.json")] = for_editor(translations)
    if "--check" in arguments:
        stale = [path.name for path, content in made.items() if not path.exists() or path.read_bytes() != content]
        for name in stale:
            print(f"[wordpress] {name} is out of date: run make wordpress", file=sys.stderr)
        return 1 if stale else 0
    LANGUAGES.mkdir(exist_ok=True)
    for path, content in made.items():
        path.write_bytes(content)
    pack(PACKAGE)
    print(f"[wordpress] {PACKAGE.relative_to(ROOT)}: {PACKAGE.stat().st_size:,} bytes")
    return 0


def install() -> None:
    """Install a real WordPress for the tests. Raises: SystemExit when it is missing and cannot be installed."""
    missing = [package for package, file in PACKAGES.items() if not any(Path("/").glob(file))]
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SystemExit(f"[wordpress] These tests need the Debian packages {' '.join(missing)}. Install them as root.")
    print(f"[wordpress] installing {' '.join(missing)} ...", flush=True)
    setup.run("apt-get", "update", "-q", DEBIAN_FRONTEND="noninteractive")
    setup.run("apt-get", "install", "-q", "-y", "--no-install-recommends", *missing, DEBIAN_FRONTEND="noninteractive")


def unpack_newest() -> None:
    """Unpack the WordPress of Debian's unstable distribution into `.runtime/wordpress`; nothing is installed."""
    if (NEWEST / "usr/share/wordpress/wp-load.php").exists():
        return
    mirrors = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Origin: Debian", "Label: Debian", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    if not mirrors:
        raise SystemExit("[wordpress] apt knows no mirror of Debian. Run: apt-get update")
    for folder in ("lists/partial", "cache/archives/partial"):
        (NEWEST / folder).mkdir(parents=True, exist_ok=True)
    sources = NEWEST / "sources.list"
    sources.write_text(f"deb {mirrors[0]} sid main\n", encoding="utf-8")
    places = {
        "Etc::sourcelist": sources,
        "Etc::sourceparts": "/dev/null",
        "State::lists": NEWEST / "lists",
        "Cache": NEWEST / "cache",
    }
    apt = ["apt-get", "-q", *[f"-oDir::{name}={place}" for name, place in places.items()]]
    print("[wordpress] unpacking the newest WordPress ...", flush=True)
    subprocess.run([*apt, "update"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*apt, "download", *NEWEST_PACKAGES], cwd=NEWEST, check=True, stdout=subprocess.DEVNULL)
    for package in sorted(NEWEST.glob("*.deb")):
        subprocess.run(["dpkg-deb", "--extract", package, NEWEST], check=True)


def template() -> str:
    """Return the content of the .pot file."""
    entries = [HEAD]
    for text, (places, comment) in sorted(texts().items(), key=lambda entry: entry[1][0]):
        note = f"#. {comment}\n" if comment else ""
        kind = "#, php-format\n" if re.search(r"%(\d\$)?[ds]", text) else ""
        context, _, words = text.rpartition(CONTEXT)
        context = f"msgctxt {quoted(context)}\n" if context else ""
        entries.append(f'{note}#: {" ".join(places)}\n{kind}{context}msgid {quoted(words)}\nmsgstr ""\n')
    return "\n".join(entries)


def texts() -> Mapping[str, tuple[list[str], str]]:
    """Return every text of the plugin, with the files that it is in and the note for translators."""
    found: dict[str, tuple[list[str], str]] = {}
    for file in sorted([*PLUGIN.rglob("*.php"), *PLUGIN.rglob("*.js")]):
        for text, comment in _in_source(file.read_text(encoding="utf-8")):
            places, known = found.setdefault(text, ([], comment))
            name = file.relative_to(PLUGIN).as_posix()
            if name not in places:
                places.append(name)
            found[text] = (places, known or comment)
    block = json.loads((PLUGIN / "block" / "block.json").read_text(encoding="utf-8"))
    for name, context in IN_BLOCK.items():
        for text in block[name] if isinstance(block[name], list) else [block[name]]:
            found[f"{context}{CONTEXT}{text}"] = (["block/block.json"], "")
    return found


def for_editor(translations: Mapping[str, str]) -> bytes:
    """Return the translations of the block's script, in the form in which WordPress hands them to it. Source: Jed."""
    wanted = {text for text, _ in _in_source((PLUGIN / "block" / "editor.js").read_text(encoding="utf-8"))}
    messages = {text: [translations[text]] for text in sorted(wanted) if text in translations}
    language = re.search(r"^Language: (\w+)", translations.get("", ""), re.MULTILINE)
    header = {"domain": "messages", "lang": language[1] if language else "", "plural-forms": "nplurals=2; plural=n != 1;"}
    content = {"domain": "messages", "locale_data": {"messages": {"": header, **messages}}}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def read_po(content: str) -> dict[str, str]:
    """Return the translations of a .po file, with its header under the empty text and without untranslated texts.

    A text with a context has the context before it, as in a .mo file.
    """
    entries = (
        ((f"{_joined(found[1])}{CONTEXT}" if found[1] else "") + _joined(found[2]), _joined(found[3]))
        for found in _ENTRY.finditer(content)
    )
    return {text: translation for text, translation in entries if translation}


def binary(translations: Mapping[str, str]) -> bytes:
    """Return the content of a .mo file. Source: GNU gettext manual, "The Format of GNU MO Files"."""
    texts_in_order = sorted(translations)
    originals = [text.encode() for text in texts_in_order]
    results = [translations[text].encode() for text in texts_in_order]
    count = len(originals)
    begin = 28 + 16 * count
    tables, strings = b"", b""
    for words in (originals, results):
        for word in words:
            tables += struct.pack("<II", len(word), begin + len(strings))
            strings += word + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, begin) + tables + strings


def pack(target: Path) -> None:
    """Write the zip file: every file of the plugin, in order, without a date."""
    target.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for file in sorted(path for path in PLUGIN.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(PLUGIN.parent).as_posix(), EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            package.writestr(entry, file.read_bytes())


def quoted(text: str) -> str:
    """Return a text as a string of a .po file."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _in_source(content: str) -> Iterator[tuple[str, str]]:
    comments = [(found.end(), found[1]) for found in _COMMENT.finditer(content)]
    for call in _CALL.finditer(content):
        # A note for translators is on the line before the statement.
        near = [words for end, words in comments if end <= call.start() and content.count("\n", end, call.start()) <= 1]
        yield re.sub(r"\\(['\"\\])", r"\1", call[1] or call[2]), near[-1] if near else ""


def _joined(lines: str) -> str:
    return "".join(str(ast.literal_eval(line)) for line in lines.strip().splitlines())
