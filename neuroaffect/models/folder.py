"""A bundle's folder: all files or none, and not one byte other than what was saved."""

import hashlib
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from neuroaffect.errors import ModelError

__all__ = ["FILES", "check_free", "read_folder", "write_folder"]

FILES = ("bundle.json", "network.onnx", "pipeline.toml", "weights.safetensors")
_SUMS = "SHA256SUMS"
_SUMS_LINE = re.compile(r"[0-9a-f]{64}  \S+")


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return the content of every file of a bundle, each proved by its SHA-256.

    Files that are no part of a bundle are not looked at.

    Raises
    ------
    ModelError
        If a file is missing or not as it was saved.
    """
    if not folder.is_dir():
        raise ModelError(f"{folder} is no bundle folder; 'neuroaffect train' writes one")
    sums = _read_sums(folder)
    contents = {}
    for name in FILES:
        contents[name] = _read(folder, name)
        if hashlib.sha256(contents[name]).hexdigest() != sums[name]:
            raise ModelError(
                f"bundle {folder.name}: {name} is not as it was saved, its SHA-256 differs from "
                f"the one in {_SUMS}; copy the bundle again or train anew"
            )
    return contents


def write_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write a bundle under another name beside `folder`, then rename it.

    Raises
    ------
    ModelError
        If `folder` holds anything that is no part of a bundle, or cannot be written.
    """
    check_free(folder)
    fresh = folder.with_name(f".{folder.name}.{uuid4().hex}")
    old = folder.with_name(f"{fresh.name}.old")
    try:
        fresh.mkdir(parents=True)
        for name, content in {**contents, _SUMS: _sums_of(contents)}.items():
            (fresh / name).write_bytes(content)
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
    except OSError as error:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise ModelError(
            f"cannot write bundle {folder}: {error.strerror}; choose a folder you may write to"
        ) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def check_free(folder: Path) -> None:
    """Refuse a place where a new bundle would destroy something that is not one.

    Raises
    ------
    ModelError
        If `folder` is a file, or a folder with anything in it that is no part of a bundle.
    """
    if folder.is_dir():
        names = {path.name for path in folder.iterdir()}
        foreign = sorted(names - {*FILES, _SUMS})
        if not foreign and (not names or _SUMS in names):
            return
        what = f"holds {(foreign or sorted(names))[0]}"
    elif folder.exists():
        what = "is a file"
    else:
        return
    raise ModelError(f"{folder} {what} and is not a bundle; choose another folder")


def _read_sums(folder: Path) -> dict[str, str]:
    text = _read(folder, _SUMS).decode("utf-8", errors="replace")
    lines = text.splitlines()
    wrong = next((line for line in lines if not _SUMS_LINE.fullmatch(line)), None)
    if wrong is not None or text != "".join(f"{line}\n" for line in lines):
        raise ModelError(
            f"bundle {folder.name}: {_SUMS} is damaged; copy the bundle again or train anew"
        )
    listed = [line[66:] for line in lines]
    if listed != list(FILES):
        odd = sorted(set(listed) ^ set(FILES)) or listed
        raise ModelError(
            f"bundle {folder.name}: {_SUMS} must list {', '.join(FILES)} once each, in this order, "
            f"but differs at {odd[0]}; copy the bundle again or train anew"
        )
    return {line[66:]: line[:64] for line in lines}


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError:
        raise ModelError(
            f"bundle {folder.name}: {name} is missing; copy the bundle again or train anew"
        ) from None
    except OSError as error:
        raise ModelError(
            f"bundle {folder.name}: cannot read {name}: {error.strerror}; "
            "make it a file you may read"
        ) from None


def _sums_of(contents: Mapping[str, bytes]) -> bytes:
    lines = [f"{hashlib.sha256(contents[name]).hexdigest()}  {name}\n" for name in FILES]
    return "".join(lines).encode()
