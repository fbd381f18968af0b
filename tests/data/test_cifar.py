"""The CIFAR-10 reader on small archives in both published formats, and the download from a server of ours."""

import hashlib
import http.server
import io
import os
import pickle
import pickletools
import tarfile
import threading
from functools import partial
from typing import ClassVar

import numpy as np
import pytest

from cs_conv.data import cifar, cifar10
from cs_conv.data.download import download_cifar10

CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
NAME = "cifar-10-binary.tar.gz"


def write(path, files):
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def batches():
    """Five batches and a test batch of three images each: (pixels (3, 3072), labels)."""
    rng = np.random.default_rng(0)
    return [(rng.integers(256, size=(3, 3072), dtype=np.uint8), rng.integers(10, size=3)) for _ in range(6)]


def binary(path, batches):
    names = [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"]
    files = {"cifar-10-batches-bin/batches.meta.txt": ("\n".join(CLASSES) + "\n\n").encode()}
    for name, (pixels, labels) in zip(names, batches, strict=True):
        records = np.column_stack([labels.astype(np.uint8), pixels])
        files[f"cifar-10-batches-bin/{name}"] = records.tobytes()
    return write(path, files)


# Python 3 keeps bytes and text apart; Python 2 wrote both as strings, each under a code of its own.
AS_PYTHON_2 = {"SHORT_BINBYTES": b"U", "BINBYTES": b"T", "BINUNICODE": b"T", "PROTO": b"\x80\x02"}


def old_pickle(value):
    """A pickle as Python 2 and its numpy wrote it."""
    content = bytearray(pickle.dumps(value, protocol=3))
    for code, _, position in pickletools.genops(bytes(content)):
        old = AS_PYTHON_2.get(code.name, b"")
        content[position : position + len(old)] = old
    return bytes(content).replace(b"numpy._core.multiarray", b"numpy.core.multiarray")


def pickled(path, batches):
    names = [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]
    meta = {b"label_names": [name.encode() for name in CLASSES]}
    files = {"cifar-10-batches-py/batches.meta": old_pickle(meta)}
    for name, (pixels, labels) in zip(names, batches, strict=True):
        files[f"cifar-10-batches-py/{name}"] = old_pickle({b"data": pixels, b"labels": labels.tolist()})
    return write(path, files)


@pytest.mark.parametrize("make", [binary, pickled])
def test_both_formats_give_the_same(make, batches, tmp_path):
    data = cifar10(make(tmp_path / "cifar.tar.gz", batches), verify=False)
    assert data.train_images.shape == (15, 3, 32, 32)
    assert data.test_images.shape == (3, 3, 32, 32)
    assert data.classes == tuple(CLASSES)
    pixels, labels = batches[1]
    np.testing.assert_array_equal(data.train_labels[3:6], labels)
    red_of_row_1 = pixels[0, 32:64]  # red comes first, row by row
    np.testing.assert_allclose(data.train_images[3, 0, 1] * 255, red_of_row_1, atol=1e-4)
    np.testing.assert_allclose(data.test_images[2, 2, 31, 31] * 255, batches[5][0][2, 3071], atol=1e-4)


def test_another_archive_is_not_believed(batches, tmp_path):
    with pytest.raises(ValueError, match=r"its MD5 sum is .* published is .*verify=False"):
        cifar10(binary(tmp_path / NAME, batches))


def test_no_file_says_where_to_get_it(tmp_path):
    with pytest.raises(FileNotFoundError, match="download_cifar10"):
        cifar10(tmp_path / "nothing.tar.gz")


def test_damaged_and_foreign_archives(batches, tmp_path):
    whole = binary(tmp_path / NAME, batches).read_bytes()
    (tmp_path / "half.tar.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="not a whole archive"):
        cifar10(tmp_path / "half.tar.gz", verify=False)
    garbled = bytearray(whole)
    garbled[len(whole) // 2 : len(whole) // 2 + 99] = bytes(99)
    (tmp_path / "garbled.tar.gz").write_bytes(garbled)
    with pytest.raises(ValueError, match="is not"):
        cifar10(tmp_path / "garbled.tar.gz", verify=False)
    with pytest.raises(ValueError, match="holds no 'data_batch_1'"):
        cifar10(write(tmp_path / "other.tar.gz", {"readme": b""}), verify=False)


class _Acts:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (self.path,))


def test_a_pickle_cannot_act(batches, tmp_path):
    path = pickled(tmp_path / "cifar.tar.gz", batches)
    hostile = {"p/batches.meta": pickle.dumps({}), "p/test_batch": b""}
    hostile |= {f"p/data_batch_{i}": pickle.dumps(_Acts(str(tmp_path / "made"))) for i in range(1, 6)}
    with pytest.raises(ValueError, match=r"this one asks for posix\.mkdir"):
        cifar10(write(path, hostile), verify=False)
    assert not (tmp_path / "made").exists()


class _Server(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; answers ranges; the first answer breaks off halfway."""

    broken: ClassVar[set[str]] = set()

    def do_GET(self):
        content = open(self.translate_path(self.path), "rb").read()  # noqa: PTH123, SIM115
        start = int(self.headers.get("Range", "bytes=0-")[6:-1])
        if start >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if "Range" in self.headers else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        half = self.path not in self.broken
        self.broken.add(self.path)
        self.wfile.write(content[start : len(content) // 2 if half else None])

    def log_message(self, *arguments):
        pass


@pytest.fixture
def home(tmp_path):
    (tmp_path / "served").mkdir()
    _Server.broken = set()
    handler = partial(_Server, directory=tmp_path / "served")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_broken_download_goes_on_where_it_broke(home, batches, tmp_path, monkeypatch):
    content = binary(tmp_path / "served" / NAME, batches).read_bytes()
    monkeypatch.setitem(cifar.MD5, NAME, hashlib.md5(content).hexdigest())
    with pytest.raises(ConnectionError, match="cannot be fetched"):
        download_cifar10(tmp_path / "mine", home=home)
    assert (tmp_path / "mine" / f"{NAME}.part").stat().st_size == len(content) // 2
    assert not (tmp_path / "mine" / NAME).exists()
    path = download_cifar10(tmp_path / "mine", home=home)
    assert path.read_bytes() == content
    assert not path.with_name(f"{NAME}.part").exists()
    assert len(cifar10(path).train_images) == 15


def test_what_is_damaged_is_not_kept(home, batches, tmp_path):
    binary(tmp_path / "served" / NAME, batches)
    _Server.broken.add(f"/{NAME}")
    with pytest.raises(ValueError, match="damaged"):
        download_cifar10(tmp_path / "mine", home=home)
    assert list((tmp_path / "mine").iterdir()) == []


def test_offline_says_what_to_do(tmp_path):
    with pytest.raises(ConnectionError, match=r"Offline.*fashion_mnist"):
        download_cifar10(tmp_path, home="http://127.0.0.1:1")
