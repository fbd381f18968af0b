"""What honest answers use of Python's library: the body of each function is a cell to run in a sandbox."""

from __future__ import annotations


def arrays() -> None:
    import numpy as np

    a = np.random.default_rng(0).normal(size=(300, 300))
    assert np.allclose(np.linalg.inv(a) @ a, np.eye(300))
    assert np.fft.rfft(a).shape == (300, 151)
    np.save("a.npy", a)
    assert np.array_equal(np.load("a.npy", mmap_mode="r"), a)
    np.savetxt("a.txt", a[:2])
    big = np.zeros(30_000_000)
    big += 1


def pictures() -> None:
    import io

    import matplotlib.pyplot as plt

    plt.imshow([[1, 2], [3, 4]])
    plt.title("café $x^2$")
    for kind in ("png", "svg", "pdf"):
        plt.savefig(io.BytesIO(), format=kind)
    plt.savefig("picture.png")
    plt.close("all")


def threads() -> None:
    import queue
    import threading
    import time
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda n: n * n, range(50))) == [n * n for n in range(50)]
    said, barrier = queue.Queue(), threading.Barrier(3)

    def speak(n):
        barrier.wait(10)
        said.put(n)

    threads = [threading.Thread(target=speak, args=(n,), name="a thread of mine") for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said.queue) == [0, 1, 2]
    timer = threading.Timer(0.01, said.put, (3,))
    timer.start()
    timer.join()
    assert not threading.Event().wait(0.01) and threading.get_native_id()
    with threading.Lock(), threading.Semaphore(2):
        time.sleep(0.001)


def temporary_files() -> None:
    import os
    import pathlib
    import tempfile

    with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile("w+") as named:
        (pathlib.Path(folder) / "x").write_text("x")
        named.write("y")
        named.flush()
        assert os.path.getsize(named.name) == 1
    with tempfile.TemporaryFile() as file, tempfile.SpooledTemporaryFile(2) as spooled:
        file.write(b"abc")
        spooled.write(b"abc")
        file.seek(0)
        assert file.read() == b"abc"


def files() -> None:
    import filecmp
    import glob
    import os
    import pathlib
    import shutil

    os.makedirs("d/e", exist_ok=True)
    place = pathlib.Path("d/one")
    place.write_text("one\n")
    place.chmod(0o640)
    os.utime(place, (1, 2))
    shutil.copy2(place, "d/two")
    shutil.copytree("d", "c", dirs_exist_ok=True)
    shutil.move("d/two", "d/e/two")
    os.symlink("one", "d/link")
    os.link("d/one", "d/hard")
    os.rename("d/hard", "d/harder")
    os.replace("d/harder", "d/hardest")
    os.truncate("d/hardest", 2)
    assert sorted(glob.glob("d/**", recursive=True))[0] == "d/" and filecmp.cmp("c/one", "c/two")
    assert [entry.name for entry in os.scandir("c") if entry.is_file()] and os.access("d", os.W_OK)
    assert list(os.walk("d")) and shutil.disk_usage(".").total and place.stat().st_size == 2
    with open("d/one", "r+b") as file:
        os.posix_fallocate(file.fileno(), 0, 4096)
        os.fsync(file.fileno())
        os.fdatasync(file.fileno())
        os.pwrite(file.fileno(), b"x", 10)
        assert os.pread(file.fileno(), 1, 10) == b"x"
        os.pwritev(file.fileno(), [b"a", b"b"], 0)
        os.lseek(file.fileno(), 0, 0)
        os.posix_fadvise(file.fileno(), 0, 0, 0)
    with open("d/one", "rb") as a, open("d/four", "wb") as b:
        os.copy_file_range(a.fileno(), b.fileno(), 100)
    with open("d/one", "rb") as a, open("d/five", "wb") as b:
        os.sendfile(b.fileno(), a.fileno(), 0, 100)
    os.listxattr("d/one")
    os.umask(os.umask(0))
    shutil.rmtree("c")
    shutil.rmtree("d")


def locks_and_mapped_files() -> None:
    import fcntl
    import mmap

    with open("locked", "w+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        fcntl.lockf(file, fcntl.LOCK_EX)
        fcntl.lockf(file, fcntl.LOCK_UN)
        file.write(bytes(8192))
        file.flush()
        with mmap.mmap(file.fileno(), 0) as view:
            view[:3] = b"abc"
            view.flush()
            assert view.find(b"bc") == 1
            view.madvise(mmap.MADV_WILLNEED)
    shared = mmap.mmap(-1, 1 << 20)
    shared[:2] = b"ok"


def databases() -> None:
    import shelve
    import sqlite3

    for place, mode in ((":memory:", "memory"), ("data.db", "wal"), ("other.db", "delete")):
        with sqlite3.connect(place) as base:
            assert base.execute(f"pragma journal_mode={mode}").fetchone()[0] == mode
            base.execute("create table t (x integer, y text)")
            base.execute("pragma mmap_size=1000000")
            base.executemany("insert into t values (?, ?)", [(n, "y" * n) for n in range(500)])
            assert base.execute("select sum(x), max(length(y)) from t").fetchone() == (124750, 499)
        base.close()
    with shelve.open("shelf") as shelf:
        shelf["x"] = [1]


def asyncio() -> None:
    import asyncio

    async def main():
        async with asyncio.timeout(20):
            assert await asyncio.gather(*(asyncio.sleep(0.001, n) for n in range(20))) == list(range(20))
            assert await asyncio.to_thread(sum, [1, 2]) == 3
            box = asyncio.Queue()
            await box.put(1)
            return await box.get()

    assert asyncio.run(main()) == 1


def waiting() -> None:
    import os
    import select
    import selectors
    import socket
    import time

    here, there = socket.socketpair()
    with selectors.DefaultSelector() as waiting, here, there:
        waiting.register(here, selectors.EVENT_READ)
        there.sendall(b"x")
        assert waiting.select(5) and here.recv(1) == b"x" and here.fileno() > 0
        here.setblocking(False)
        there.shutdown(socket.SHUT_WR)
        assert here.recv(1) == b""
    reader, writer = os.pipe()
    os.write(writer, b"x")
    assert select.select([reader], [], [], 5)[0]
    poll = select.poll()
    poll.register(reader)
    assert poll.poll(10)
    event = os.eventfd(0)
    os.eventfd_write(event, 3)
    assert os.eventfd_read(event) == 3
    os.set_blocking(reader, False)
    assert not os.get_inheritable(reader)
    assert not os.isatty(reader)
    time.sleep(0.001)
    time.monotonic_ns()
    time.process_time()
    time.thread_time()


def signals() -> None:
    import os
    import resource
    import signal
    import threading

    came = []
    before = signal.signal(signal.SIGUSR1, lambda number, frame: came.append(number))
    signal.raise_signal(signal.SIGUSR1)
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
    os.kill(os.getpid(), signal.SIGUSR2)
    assert signal.sigwait({signal.SIGUSR2}) == signal.SIGUSR2 and signal.sigpending() == set()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR2})
    alarm = signal.signal(signal.SIGALRM, lambda number, frame: came.append(number))
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    signal.pause()
    signal.alarm(0)
    signal.signal(signal.SIGALRM, alarm)
    signal.signal(signal.SIGUSR1, before)
    assert came == [signal.SIGUSR1] * 3 + [signal.SIGALRM]
    resource.getrusage(resource.RUSAGE_CHILDREN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.sched_getaffinity(0)
    os.cpu_count()
    os.times()
    os.uname()
    os.getpgid(0)
    os.getpriority(0, 0)


def c() -> None:
    import ctypes
    import ctypes.util

    libc = ctypes.CDLL(None)
    assert libc.strlen(b"abc") == 3
    compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
    numbers = (ctypes.c_int * 3)(3, 1, 2)
    libc.qsort(numbers, 3, 4, compare(lambda a, b: a[0] - b[0]))
    assert list(numbers) == [1, 2, 3]


def dates() -> None:
    import calendar
    import datetime
    import locale
    import time
    import zoneinfo

    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    assert datetime.datetime(2026, 7, 1, tzinfo=berlin).utcoffset() == datetime.timedelta(hours=2)
    datetime.datetime.now()
    time.localtime()
    time.strftime("%c")
    calendar.month(2026, 11)
    locale.getlocale()


def chance() -> None:
    import hashlib
    import hmac
    import os
    import random
    import secrets
    import uuid

    random.random()
    random.SystemRandom().random()
    secrets.token_hex()
    uuid.uuid4()
    uuid.uuid1()
    os.urandom(9)
    os.getrandom(9)
    open("/dev/urandom", "rb").read(4)
    assert hashlib.scrypt(b"x", salt=b"y", n=2, r=1, p=1) and hmac.digest(b"k", b"m", "sha256")


def archives_and_formats() -> None:
    import bz2
    import csv
    import gzip
    import json
    import lzma
    import pickle
    import tarfile
    import xml.etree.ElementTree as tree
    import zipfile

    open("x.txt", "w").write("hello")
    with zipfile.ZipFile("x.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.write("x.txt")
    zipfile.ZipFile("x.zip").extractall("unzipped")
    with tarfile.open("x.tar.xz", "w:xz") as archive:
        archive.add("x.txt")
    with tarfile.open("x.tar.xz") as archive:
        archive.extractall("untarred", filter="data")
    for module in (gzip, bz2, lzma):
        assert module.decompress(module.compress(b"x")) == b"x"
    assert pickle.loads(pickle.dumps({1: [2]})) == {1: [2]} and json.loads("[1.5]") == [1.5]
    assert next(csv.reader(["a,b"])) == ["a", "b"] and tree.fromstring("<a><b/></a>")[0].tag == "b"


def tools() -> None:
    import cProfile
    import faulthandler
    import gc
    import logging
    import logging.handlers
    import platform
    import timeit
    import tracemalloc
    import unittest

    handler = logging.handlers.RotatingFileHandler("log.txt", maxBytes=100, backupCount=2)
    logging.getLogger("x").addHandler(handler)
    logging.getLogger("x").error("one")
    handler.close()
    assert (
        unittest.FunctionTestCase(lambda: None).run().wasSuccessful()
        and timeit.timeit("1 + 1", number=10) > 0
    )
    tracemalloc.start()
    tracemalloc.take_snapshot()
    tracemalloc.stop()
    profile = cProfile.Profile()
    profile.runcall(sum, [1])
    platform.platform()
    gc.collect()
    with open("trace.txt", "w") as file:
        faulthandler.dump_traceback(file)


def numbers() -> None:
    import array
    import decimal
    import fractions
    import math
    import statistics

    assert decimal.Decimal("0.1") * 3 == decimal.Decimal("0.3") and fractions.Fraction(1, 3) * 3 == 1
    assert statistics.median([1, 3, 2]) == 2 and math.comb(5, 2) == 10 and array.array("d", [1.0])[0] == 1


def blas_with_threads() -> None:
    import subprocess
    import sys

    code = "import sys; sys.path[:] = {!r}; import numpy as n; a = n.ones((900, 900)); print((a @ a)[0, 0])"
    found = subprocess.run(
        [sys.executable, "-S", "-c", code.format(sys.path[1:])],
        capture_output=True,
        env={"OPENBLAS_NUM_THREADS": "4"},
        text=True,
    )
    assert found.stdout == "900.0\n", found.stderr


def processes() -> None:
    import multiprocessing

    fork = multiprocessing.get_context("fork")

    def square(box, n):
        box.put(n * n)

    box = fork.Queue()
    children = [fork.Process(target=square, args=(box, n)) for n in range(3)]
    for child in children:
        child.start()
    assert sorted(box.get(timeout=20) for _ in children) == [0, 1, 4]
    for child in children:
        child.join(20)
    number, lock, (here, there) = fork.Value("i", 3), fork.RLock(), fork.Pipe()
    with lock:
        number.value += 1
    there.send([number.value])
    assert here.recv() == [4]


def subprocess() -> None:
    import os
    import subprocess
    import sys

    python = [sys.executable, "-S", "-c"]
    assert subprocess.check_output([*python, "print(40 + 2)"]) == b"42\n"
    assert subprocess.run([*python, "raise SystemExit(3)"]).returncode == 3
    with subprocess.Popen([*python, "print(input())"], stdin=-1, stdout=-1, start_new_session=True) as child:
        assert child.communicate(b"hello", 20)[0] == b"hello\n"
    import asyncio

    async def ask():
        child = await asyncio.create_subprocess_exec(*python, "print(1)", stdout=-1)
        return (await child.communicate())[0]

    assert asyncio.run(ask()) == b"1\n"
    child = os.posix_spawn(sys.executable, [*python, "pass"], {})
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    child = os.fork()
    if child == 0:
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def pools_and_signals_to_children() -> None:
    import multiprocessing
    import signal
    import subprocess
    import sys
    from concurrent.futures import ProcessPoolExecutor

    fork = multiprocessing.get_context("fork")
    with fork.Pool(3) as pool:
        assert pool.map(abs, [-1, 2, -3]) == [1, 2, 3]
    with ProcessPoolExecutor(2, mp_context=fork) as pool:
        assert list(pool.map(abs, [-1, 2])) == [1, 2]
    child = subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=-1)
    child.terminate()
    assert child.wait(20) == -signal.SIGTERM


def memory_with_a_name() -> None:
    from multiprocessing import shared_memory

    import numpy as np

    memory = shared_memory.SharedMemory(create=True, size=8000)
    np.ndarray(1000, buffer=memory.buf)[:] = 1
    memory.close()
    memory.unlink()


EVERYWHERE = (
    arrays,
    pictures,
    threads,
    temporary_files,
    files,
    locks_and_mapped_files,
    databases,
    asyncio,
    waiting,
    signals,
    c,
    dates,
    chance,
    archives_and_formats,
    tools,
    numbers,
)
"""What works in every sandbox."""

WITH_BUBBLEWRAP = (
    blas_with_threads,
    processes,
    subprocess,
    pools_and_signals_to_children,
    memory_with_a_name,
)
"""What needs a process namespace, files in memory, or a Python that another user may run."""
