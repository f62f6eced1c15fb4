"""Writes what is installed with Candour as a CycloneDX list: `make sbom`.

Made from requirements.txt, package-lock.json and pyproject.toml alone, so the same lock gives the
same bytes: no date, no machine, and a serial number that follows from what is listed.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import tomllib
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
MARKER = "candour:marker"


def components(lock: str) -> list[Component]:
    """One for each line of a lock file, with the hashes of its files and where it is installed."""
    lines = re.sub(r"^\s*#.*\n", "", lock, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    found = []
    for line in filter(str.strip, lines):
        wanted = Requirement(line.split("--hash", 1)[0].strip())
        name, version = wanted.name, str(wanted.specifier).removeprefix("==")
        address = PackageURL("pypi", name=name, version=version)
        found.append(
            Component(
                type=ComponentType.LIBRARY,
                name=name,
                version=version,
                purl=address,
                bom_ref=str(address),
                hashes=[
                    HashType(alg=HashAlgorithm.SHA_256, content=one)
                    for one in re.findall(r"--hash=sha256:([0-9a-f]{64})", line)
                ],
                properties=[Property(name=MARKER, value=str(wanted.marker))]
                if wanted.marker
                else [],
            )
        )
    return found


def from_npm(lock: str) -> list[Component]:
    """What scripts and styles are built from; a package for one system only is left out."""
    found = []
    for path, one in json.loads(lock)["packages"].items():
        if not path or one.get("optional"):
            continue
        space, _, name = path.rpartition("node_modules/")[2].rpartition("/")
        address = PackageURL("npm", space or None, name, one["version"])
        sha512 = base64.b64decode(one["integrity"].removeprefix("sha512-")).hex()
        found.append(
            Component(
                type=ComponentType.LIBRARY,
                group=space or None,
                name=name,
                version=one["version"],
                purl=address,
                bom_ref=str(address),
                hashes=[HashType(alg=HashAlgorithm.SHA_512, content=sha512)],
            )
        )
    return found


def written(lock: str, npm: str, pyproject: str) -> str:
    """The list as JSON.

    Raises:
        ValueError: it does not follow the schema of CycloneDX 1.6.
    """
    project = tomllib.loads(pyproject)["project"]
    whole = Component(
        type=ComponentType.APPLICATION,
        name=project["name"],
        version=project["version"],
        description=project["description"],
        bom_ref=project["name"],
    )
    inside = [*components(lock), *from_npm(npm)]
    bom = Bom(components=inside, serial_number=uuid5(NAMESPACE_URL, pyproject + lock + npm))
    bom.metadata.component = whole
    bom.register_dependency(whole, inside)
    plain = json.loads(JsonV1Dot6(bom).output_as_string())
    del plain["metadata"]["timestamp"]
    text = json.dumps(plain, indent=2, sort_keys=True) + "\n"
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong is not None:
        raise ValueError(f"The list does not follow CycloneDX 1.6: {wrong}")
    return text


def main(out: Path) -> None:
    """Write the list of this checkout to a file."""
    out.parent.mkdir(parents=True, exist_ok=True)
    names = ("requirements.txt", "package-lock.json", "pyproject.toml")
    text = written(*((ROOT / name).read_text() for name in names))
    out.write_text(text)
    print(f"{out}: {len(json.loads(text)['components'])} packages")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
