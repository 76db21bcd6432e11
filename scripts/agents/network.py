"""A network namespace in which there is nothing but a loopback."""

import ctypes
import fcntl
import os
import queue
import socket
import struct
import threading
from pathlib import Path

NEW_NETWORK = 0x40000000
SET_INTERFACE_FLAGS = 0x8914
UP_AND_RUNNING = 0x41


class Network:
    """It lasts as long as this object or a process in it. A thread stays inside: a socket belongs to the
    namespace of the thread that makes it."""

    def __init__(self):
        self.tasks = queue.Queue()
        self.thread = threading.Thread(target=self.live, daemon=True)
        self.thread.start()
        self.file = self.inside(self.enter)

    def live(self):
        while task := self.tasks.get():
            task()

    def inside(self, work):
        """The result of `work`, done in the namespace; what it raises is raised here."""
        outcome = queue.Queue()

        def task():
            try:
                outcome.put((work(), None))
            except Exception as error:
                outcome.put((None, error))

        self.tasks.put(task)
        result, error = outcome.get()
        if error:
            raise error
        return result

    def enter(self):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(NEW_NETWORK) != 0:
            raise OSError(ctypes.get_errno(), "a network namespace cannot be made here; be root, outside of containers")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as loopback:
            fcntl.ioctl(loopback, SET_INTERFACE_FLAGS, struct.pack("16sh14x", b"lo", UP_AND_RUNNING))
        return os.open(f"/proc/self/task/{threading.get_native_id()}/ns/net", os.O_RDONLY)

    @property
    def path(self):
        """How another program enters it: nsenter --net=PATH."""
        return f"/proc/{os.getpid()}/fd/{self.file}"

    def processes(self):
        """Those that are in it."""
        own = os.stat(self.file)
        pids = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and os.path.samestat(os.stat(entry / "ns/net"), own):
                    pids.append(int(entry.name))
            except OSError:
                continue
        return pids

    def close(self):
        self.tasks.put(None)
        self.thread.join()
        os.close(self.file)
