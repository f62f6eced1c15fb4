"""A Release as a signed folder, and the same folder zipped.

The folder is named by its hash: SHA-256 of `manifest.json`, which lists the hash of every other
file; `manifest.sig` is the officers' Ed25519 signature of the manifest. Written once, never edited:
a correction is a new Release that names the one it replaces. The same Release signed with the same
key is the same bytes whenever it is written.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from analysis import strict_json, zipped
from analysis.errors import ReleaseError
from analysis.release import certificates, laid_out, tables
from analysis.release.consistency import check
from analysis.release.metadata import metadata
from analysis.release.model import Manifest, Release
from analysis.release.proving import prove

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
CERTIFICATES = "certificates.json"
FORMAT = 6
"""Goes up whenever a file, a column or a name in the manifest comes or goes."""

_PARTIAL = ".partial"
_LONGEST = 400
"""Characters of what is said of a Release."""
_STUMBLES = (
    *(ArithmeticError, AttributeError, LookupError, TypeError, ValueError),
    *(RecursionError, RuntimeError, StopIteration),
)
"""What a check that expects another kind of file ends with."""

_SIGNED_AS = b"candour/release/1\n"
_TABLE_FILES = frozenset(
    file for name in tables.ROWS for file in (f"{name}.csv", f"{name}-metadata.json")
)
_HASHED = _TABLE_FILES | {CERTIFICATES}
_FILES = _HASHED | {MANIFEST, SIGNATURE}


def write(release: Release, folder: Path, signer: Ed25519PrivateKey) -> str:
    """Write `release` as `folder/<hash>`, whole or not at all, and return the hash.

    Raises:
        ReleaseError: if the Release holds a value that it says is not shown, if its certificates
            do not hold, or if a folder of that name is there with other content.
    """
    files = _written(release, signer)
    name = hashlib.sha256(files[MANIFEST]).hexdigest()
    target = folder / name
    if not target.exists():
        _make(target, files)
    if _folder_files(target) != files:
        raise ReleaseError(f"{target} was tampered with: move it away and write it again.")
    for partial in folder.glob(f".{name}.*{_PARTIAL}"):  # of writings that were interrupted
        shutil.rmtree(partial, ignore_errors=True)
    return name


def _make(target: Path, files: Mapping[str, bytes]) -> None:
    partial = target.with_name(f".{target.name}.{os.getpid()}{_PARTIAL}")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        for file, content in files.items():
            with (partial / file).open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        partial.rename(target)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        if not target.exists():  # else another process has just made it
            raise ReleaseError(
                f"The Release could not be written to {target.parent}: {error}."
            ) from error


def read(folder: Path, verifier: Ed25519PublicKey | None) -> Release:
    """Read a Release folder, checking every hash, every name, the signature and certificates.

    Args:
        folder: what `write` made; a folder whose name is a hash must have the right one.
        verifier: the officers' public key; None checks the hashes but not who signed.

    Raises:
        ReleaseError: if it is missing, damaged or was tampered with, or its certificates do not
            hold.
    """
    files = _folder_files(folder)
    release = _checked(files, verifier)
    name = folder.resolve().name
    if len(name) == 64 and name != hashlib.sha256(files[MANIFEST]).hexdigest():
        raise _tampered("the folder's name is not the hash of its manifest")
    return release


def pack(folder: Path) -> bytes:
    """The folder as one zip, the same bytes each time: sorted names, no dates, no owners."""
    return zipped.pack(_folder_files(folder))


def packed(release: Release, signer: Ed25519PrivateKey) -> bytes:
    """What `pack` makes of the folder that `write` would write.

    Raises:
        ReleaseError: as `write`.
    """
    return zipped.pack(_written(release, signer))


def unpack(content: bytes, verifier: Ed25519PublicKey | None) -> Release:
    """Read what `pack` made, with the same checks as `read`.

    Raises:
        ReleaseError: if it is not a packed Release, unpacks to too much, or was tampered with.
    """
    if verifier is not None:
        files = _packed_files(content)
        _check_signature(files, _manifest_json(files[MANIFEST]), verifier)
    return _unpacked(content)


@lru_cache(maxsize=8)
def _unpacked(content: bytes) -> Release:
    """The same Releases of a line are asked for again and again, and are never changed."""
    return _checked(_packed_files(content), None)


def hash_of(content: bytes) -> str:
    """The hash (hex) that names a packed Release; `unpack` is what checks it."""
    return hashlib.sha256(_packed_files(content)[MANIFEST]).hexdigest()


def signer_of(content: bytes) -> str:
    """The fingerprint of the key that a packed Release says it is signed with, unchecked."""
    return str(_manifest_json(_packed_files(content)[MANIFEST])["verifier"])


def fingerprint(verifier: Ed25519PublicKey) -> str:
    """SHA-256 (hex) of a public key's 32 bytes, as manifests carry it."""
    return hashlib.sha256(verifier.public_bytes_raw()).hexdigest()


def _written(release: Release, signer: Ed25519PrivateKey) -> dict[str, bytes]:
    check(release)
    if release.certificates is None:
        raise ReleaseError("This Release was not audited: only what `publish` made is written.")
    prove(release)
    files = {CERTIFICATES: certificates.to_json(release.certificates)}
    breakdowns = [breakdown.id for breakdown in release.manifest.breakdowns]
    for name in tables.ROWS:
        headings = tables.columns(name, breakdowns)
        files[f"{name}.csv"] = tables.to_csv(headings, tables.records(release, name))
        files[f"{name}-metadata.json"] = metadata(name, headings)
    manifest = {
        **asdict(release.manifest),
        "format": FORMAT,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        "verifier": fingerprint(signer.public_key()),
    }
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    files[MANIFEST] = text.encode()
    files[SIGNATURE] = signer.sign(_SIGNED_AS + files[MANIFEST])
    return files


def _folder_files(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        raise ReleaseError(f"{folder} is not the folder of a Release.")
    try:
        found = {path.name: path for path in folder.iterdir()}
        _check_names(set(found), (folder / MANIFEST).read_bytes)
        return {name: path.read_bytes() for name, path in found.items()}
    except OSError as error:
        raise ReleaseError(f"{folder} cannot be read: {error}.") from error


def _packed_files(content: bytes) -> dict[str, bytes]:
    try:
        return zipped.unpack(
            content, lambda names: _check_names(names, lambda: zipped.one(content, MANIFEST))
        )
    except zipped.BadPack as error:
        raise ReleaseError(
            f"This is not a packed Release, or was tampered with: {error}."
        ) from error


def _check_names(names: set[str], manifest: Callable[[], bytes]) -> None:
    """Refuse other files than those of a Release; one of another version has others."""
    if MANIFEST not in names:
        raise ReleaseError("There is no manifest.json: this is not a Release.")
    if names != _FILES:
        _manifest_of_this_version(manifest())
        odd = ", ".join(repr(name[:60]) for name in sorted(names ^ _FILES)[:5])
        raise _tampered(f"these files are missing or do not belong: {odd}")


def _checked(files: Mapping[str, bytes], verifier: Ed25519PublicKey | None) -> Release:
    manifest = _manifest_json(files[MANIFEST])
    if verifier is not None:
        _check_signature(files, manifest, verifier)
    hashes = manifest.pop("files")
    for name in sorted(_HASHED):
        if hashes.get(name) != hashlib.sha256(files[name]).hexdigest():
            raise _tampered(f"{name} is not what the manifest says")
    del manifest["verifier"], manifest["format"]
    return _whole(laid_out.manifest(manifest), files)


def _check_signature(
    files: Mapping[str, bytes], manifest: Mapping[str, Any], verifier: Ed25519PublicKey
) -> None:
    if manifest["verifier"] != fingerprint(verifier):
        raise ReleaseError(
            "This Release was signed with another key: it was tampered with, or it belongs to "
            "another wave. Get it again from those who unsealed it."
        )
    try:
        verifier.verify(files[SIGNATURE], _SIGNED_AS + files[MANIFEST])
    except InvalidSignature as error:
        raise _tampered("the signature does not fit the manifest") from error


def _manifest_json(content: bytes) -> dict[str, Any]:
    expected = {field.name for field in fields(Manifest)} | {"format", "files", "verifier"}
    found = _manifest_of_this_version(content)
    if set(found) != expected or not isinstance(found["files"], dict):
        raise _tampered("the manifest is not laid out as one")
    return found


def _manifest_of_this_version(content: bytes) -> dict[str, Any]:
    try:
        found = strict_json.parse(content)
    except (ValueError, RecursionError) as error:
        raise _tampered("the manifest is not JSON") from error
    if not isinstance(found, dict) or "format" not in found:
        raise _tampered("the manifest is not laid out as one")
    if found["format"] != FORMAT:
        raise ReleaseError(
            "This Release was made by another version of Candour than this one: read it with the "
            "version that made it, or ask those who unsealed it to make it again with this one."
        )
    return found


def _whole(manifest: Manifest, files: Mapping[str, bytes]) -> Release:
    """The Release; what no check expects, such as a group of a table that is not there, is none."""
    try:
        return _release(manifest, files)
    except _STUMBLES as error:
        raise _tampered("its files do not fit together") from error
    except ReleaseError as error:
        said = " ".join(str(error).split())
        if said == str(error) and len(said) <= _LONGEST:
            raise
        short = said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"
        raise type(error)(short) from error  # a text of the Release stands in it


def _release(manifest: Manifest, files: Mapping[str, bytes]) -> Release:
    breakdowns = [breakdown.id for breakdown in manifest.breakdowns]
    found: dict[str, Any] = {}
    for name in tables.ROWS:
        file = f"{name}.csv"
        cells = tables.from_csv(files[file], tables.columns(name, breakdowns), file)
        found[name] = tables.rows(name, cells, len(breakdowns))
    found["measures"] = tables.with_categories(found["measures"], found.pop("categories"))
    proofs = certificates.from_json(files[CERTIFICATES])
    release = Release(manifest=manifest, certificates=proofs, **found)
    check(release)
    prove(release)
    return release


def _tampered(how: str) -> ReleaseError:
    return ReleaseError(
        f"This Release was tampered with: {how}. Get it again from those who unsealed it."
    )
