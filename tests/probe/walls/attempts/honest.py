"""What honest models and TensorFlow do, and must be able to. For old Pythons, standard library."""

import asyncio
import concurrent.futures
import faulthandler
import getpass
import locale
import mimetypes
import mmap
import multiprocessing
import multiprocessing.pool
import os
import platform
import resource
import shutil
import signal
import sqlite3
import ssl
import subprocess
import tempfile
import threading
import time
import uuid
import zipfile


def read_the_model(place):
    folder = os.path.join(place, "model")
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as file:
            file.read()


def map_the_model(place):
    with open(os.path.join(place, "model", "weights"), "rb") as file:
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ).close()


def copy_the_model(place):
    # With modes, times and attributes, as a layer with assets does.
    target = os.path.join(place, "scratch", "copied")
    shutil.copytree(os.path.join(place, "model"), target)
    os.mkdir(os.path.join(place, "scratch", "other"))
    os.rename(os.path.join(target, "weights"), os.path.join(place, "scratch", "other", "weights"))
    shutil.move(target, os.path.join(place, "scratch", "moved"))
    shutil.rmtree(os.path.join(place, "scratch", "moved"))


def temporary_files(_place):
    with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile(dir=folder) as file:
        file.write(b"x" * 100000)
        file.truncate(10)


def zip_files(place):
    path = os.path.join(place, "scratch", "some.zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(os.path.join(place, "model", "weights"), "weights")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(os.path.join(place, "scratch", "unzipped"))


def data_bases(place):
    with sqlite3.connect(os.path.join(place, "scratch", "some.db")) as base:
        base.execute("create table t (x)")
    base.close()


def home_and_user(_place):
    getpass.getuser()
    os.path.expanduser("~root")
    os.path.expanduser("~")


def the_machine(_place):
    platform.platform()
    platform.processor()
    platform.architecture()
    os.cpu_count()
    os.getloadavg()
    with open("/proc/meminfo") as file:
        file.read()
    with open("/proc/self/status") as file:
        file.read()
    os.sched_setaffinity(0, os.sched_getaffinity(0))


def the_language(_place):
    locale.setlocale(locale.LC_ALL, "C")
    mimetypes.init()
    time.tzset()
    uuid.uuid1()


def certificates(_place):
    ssl.create_default_context()


def threads(_place):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(abs, range(100)))
    with multiprocessing.pool.ThreadPool(4) as pool:
        pool.map(abs, range(100))


def locks(_place):
    lock, recursive = multiprocessing.Lock(), multiprocessing.RLock()
    with lock:
        assert not lock.acquire(block=False)
        assert not lock.acquire(timeout=0.01)
    with recursive, recursive:
        assert recursive.acquire(block=False)
        recursive.release()
    bounded = multiprocessing.BoundedSemaphore(2)
    with bounded, bounded:
        assert bounded.get_value() == 0
    try:
        bounded.release()
    except ValueError:
        pass
    else:
        raise AssertionError("released more often than acquired")
    event = multiprocessing.Event()
    threading.Thread(target=event.set).start()
    assert event.wait(10)


def event_loop(_place):
    loop = asyncio.new_event_loop()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


def signals_to_oneself(_place):
    heard = []
    before = signal.signal(signal.SIGUSR1, lambda *_: heard.append(1))
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)
    assert heard == [1, 1]


def tracebacks(place):
    with open(os.path.join(place, "scratch", "traceback"), "w") as file:
        faulthandler.dump_traceback(file)


def limits_of_oneself(_place):
    resource.getrlimit(resource.RLIMIT_STACK)
    resource.getrusage(resource.RUSAGE_SELF)


def devices(_place):
    with open(os.devnull, "r+b", buffering=0) as file:
        file.write(b"x")
    with open("/dev/urandom", "rb") as file:
        file.read(4)
    os.isatty(0)


def programs_that_may_be_missing(_place):
    # Whoever asks git or nvidia-smi takes an OSError for "there is none".
    try:
        subprocess.run(["true"], check=True)
    except OSError:
        return
