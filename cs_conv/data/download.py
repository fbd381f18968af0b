"""Downloads the archive of CIFAR-10, whole or not at all.

This is a module of its own, so that Python's network libraries are imported only to download.
"""

from __future__ import annotations

from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from rich.progress import DownloadColumn, Progress

from cs_conv.data.cifar import HOME, verify_archive

CHUNK = 2**20


def download_cifar10(folder: str | Path, name: str = "cifar-10-binary.tar.gz", home: str = HOME) -> Path:
    """Download the archive (170 MB) into a folder, unless it is there already, and return its path.

    If the connection breaks, the part that has arrived is kept: call this again to go on from there.
    ConnectionError if there is no network, ValueError if the file that arrived is damaged.
    """
    path = Path(folder).expanduser() / name
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(name + ".part")
    try:
        _fetch(f"{home}/{name}", part)
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise ConnectionError(
            f"{home}/{name} cannot be fetched ({reason}). Offline? Have someone bring you the file, and pass "
            "its path to cifar10(); or use fashion_mnist(), which comes with the course."
        ) from error
    try:
        verify_archive(part, name)
    except ValueError:
        part.unlink()  # going on from damaged bytes would never end well
        raise
    return part.replace(path)


def _fetch(url: str, part: Path) -> None:
    """Append the missing rest of the url's content to `part`."""
    have = part.stat().st_size if part.exists() else 0
    request = Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urlopen(request, timeout=60)
    except HTTPError as error:
        if error.code == 416:  # nothing lies beyond what we have
            return
        raise
    with (
        response,
        part.open("ab" if response.status == 206 else "wb") as file,
        Progress(*Progress.get_default_columns(), DownloadColumn()) as bar,
    ):
        length = response.headers["Content-Length"]
        total = None if length is None else file.tell() + int(length)
        task = bar.add_task(part.stem, total=total, completed=file.tell())
        while chunk := response.read(CHUNK):
            file.write(chunk)
            bar.advance(task, len(chunk))
        if total is not None and file.tell() < total:
            raise OSError(
                f"the connection broke after {file.tell():,} of {total:,} bytes; call again to go on"
            )
