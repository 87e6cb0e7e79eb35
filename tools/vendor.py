"""Refresh the vendored static files from npm by pinned version.

Run `make vendor` after changing a version here, then the paths in the templates that name it.
Each package lies in a folder with its version in the name, so that a stale copy is never served,
and beside it its licence. MANIFEST.json records what was taken and its SHA-256.
Source map comments are cut: the maps are not shipped, and a hashing storage would look for them.
"""

import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

VENDOR = Path(__file__).resolve().parent.parent / "yuanqi" / "web" / "static" / "vendor"
SOURCE_MAP = re.compile(rb"\s*(?://[#@] ?sourceMappingURL=\S+|/\*# ?sourceMappingURL=[^*]*\*/)\s*$")


class Package(NamedTuple):
    folder: str
    name: str
    version: str
    files: tuple[str, ...]
    licences: tuple[str, ...] = ()
    holders: str = ""  # for an MIT package without a licence file: the copyright of its banner


MIT = """\
MIT License

{holders}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


PACKAGES = (
    Package(
        "tabler",
        "@tabler/core",
        "1.6.1",
        ("dist/css/tabler.min.css",),
        holders="Copyright 2018-2026 The Tabler Authors\n"
        "Copyright 2018-2026 codecalm.net Paweł Kuna\n"
        "Copyright 2011-2026 The Bootstrap Authors",
    ),
    Package("htmx", "htmx.org", "2.0.11", ("dist/htmx.min.js",), ("LICENSE",)),
    Package("echarts", "echarts", "6.1.0", ("dist/echarts.min.js",), ("LICENSE", "NOTICE")),
)


def fetch(package: Package, into: Path) -> Path:
    """Download and unpack one package with npm; return the folder of its files."""
    into.mkdir()
    packed = subprocess.run(
        ["npm", "pack", "--silent", f"{package.name}@{package.version}"],
        cwd=into,
        check=True,
        capture_output=True,
        text=True,
    )
    with tarfile.open(into / packed.stdout.split()[-1]) as archive:
        archive.extractall(into, filter="data")
    return into / "package"


def take(package: Package, source: Path) -> dict:
    """Replace the package's folder under the vendored files; return its manifest entry."""
    for stale in VENDOR.glob(f"{package.folder}-*"):
        shutil.rmtree(stale)
    target = VENDOR / f"{package.folder}-{package.version}"
    target.mkdir(parents=True)
    contents = {
        Path(path).name: SOURCE_MAP.sub(b"\n", (source / path).read_bytes())
        for path in (*package.files, *package.licences)
    }
    if package.holders:
        contents["LICENSE"] = MIT.format(holders=package.holders).encode()
    for name, content in contents.items():
        (target / name).write_bytes(content)
    licence = json.loads((source / "package.json").read_text("utf-8"))["license"]
    return {
        "package": package.name,
        "folder": target.name,
        "version": package.version,
        "licence": licence,
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
    }


def main() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        entries = [
            take(package, fetch(package, Path(temporary) / package.folder)) for package in PACKAGES
        ]
    manifest = json.dumps(entries, indent=2, ensure_ascii=False) + "\n"
    (VENDOR / "MANIFEST.json").write_text(manifest, "utf-8")
    for entry in entries:
        print(f"{entry['package']} {entry['version']} ({entry['licence']})")


if __name__ == "__main__":
    main()
