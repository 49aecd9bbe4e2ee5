#!/usr/bin/env python3
"""Read a leaf of a served arena without copying it, with nothing but numpy and the documented header.

    shmplot arena serve NAME --data DATA... &
    python3 attach.py NAME              # what there is
    python3 attach.py NAME LEAF         # one leaf: its blocks as arrays, and what looking at them costs

The layout is described in docs/memory.md, "Arenas for many runs".
"""

import json
import mmap
import os
import struct
import sys

import numpy as np

HEADER = struct.Struct("<8s I I I I Q Q Q I I Q")  # 64 bytes
SEGMENT = struct.Struct("<I I Q")  # 16 bytes each
READY = 2


def start_time(pid):
    """Field 22 of /proc/PID/stat: with it, a process number means one process for good."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        return int(file.read().rpartition(b")")[2].split()[19])


class Arena:
    """The index of a served arena, and its segments, mapped read-only."""

    def __init__(self, name):
        with open(f"/dev/shm/shmplot-{name}", "rb") as file:
            if HEADER.unpack(file.read(HEADER.size))[2] != READY:
                raise ValueError(f"{name} is still being loaded")
            # Everything is final once it is ready.
            file.seek(0)
            directory = file.read()
        magic, version, _, pid, count, started, _, _, index_fd, _, index_len = HEADER.unpack_from(directory)
        if magic != b"shmplotD" or version != 1:
            raise ValueError(f"{name} is no arena that this program knows")
        if start_time(pid) != started:
            raise ValueError(f"the owner of {name} has ended")
        fds = [SEGMENT.unpack_from(directory, HEADER.size + SEGMENT.size * i) for i in range(count)]
        # The owner may end from here on: what is open stays.
        self.index = json.loads(bytes(self._map(pid, index_fd, index_len)))
        self.segments = [self._map(pid, fd, length) for fd, _, length in fds]
        if start_time(pid) != started:
            raise ValueError(f"the owner of {name} has ended")

    @staticmethod
    def _map(pid, fd, length):
        own = os.open(f"/proc/{pid}/fd/{fd}", os.O_RDONLY | os.O_CLOEXEC)
        try:
            return mmap.mmap(own, length, prot=mmap.PROT_READ)
        finally:
            os.close(own)

    def blocks(self, path):
        """The blocks of a leaf as (start, array): views of the segments, nothing is copied."""
        leaf = self.index["leaves"][path]
        if leaf["type"] == "str":
            raise ValueError(f"{path} is text: see texts()")
        for block in leaf["blocks"]:
            memory = self.segments[block["segment"]]
            yield block["start"], np.ndarray(block["count"], leaf["dtype"], memory, block["offset"])

    def array(self, path):
        """A leaf that is there as a whole and in one block, as one array."""
        (start, array), *more = self.blocks(path)
        if more or list(array.shape) != self.index["leaves"][path]["shape"]:
            raise ValueError(f"{path} is there in pieces: see blocks()")
        return array

    def arrow(self, path):
        """The same as a pyarrow array over the same memory (row-major, flat)."""
        import pyarrow as pa

        array = self.array(path)
        kind = pa.from_numpy_dtype(array.dtype)
        return pa.Array.from_buffers(kind, array.size, [None, pa.py_buffer(array)])

    def texts(self, path):
        """The texts of a leaf, block by block, as lists (these are copies)."""
        for block in self.index["leaves"][path]["blocks"]:
            memory, count = self.segments[block["segment"]], int(np.prod(block["count"], dtype=int))
            offsets = np.ndarray(count + 1, "=i8", memory, block["offset"])
            at = block["texts"]["offset"]
            yield [bytes(memory[at + a : at + b]).decode() for a, b in zip(offsets[:-1], offsets[1:])]


def anonymous_kib():
    """Memory of this process alone."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("RssAnon"))


def main(name, path=None):
    arena = Arena(name)
    if path is None:
        for path, leaf in arena.index["leaves"].items():
            print(path, leaf["type"], dict(zip(leaf["dims"], leaf["shape"])), leaf["attrs"].get("units", ""))
        return
    if arena.index["leaves"][path]["type"] == "str":
        print(json.dumps([text for block in arena.texts(path) for text in block]))
        return
    before = anonymous_kib()
    for start, array in arena.blocks(path):
        flat = array.reshape(-1).view("i8" if array.dtype.kind == "M" else array.dtype)
        print(
            json.dumps(
                {
                    "start": start,
                    "count": list(array.shape),
                    "dtype": array.dtype.str,
                    "owns_data": bool(array.flags.owndata),
                    "writable": bool(array.flags.writeable),
                    "sum": float(flat.sum(dtype="f8")),
                    "first": flat[:3].tolist(),
                    "last": flat[-3:].tolist(),
                }
            )
        )
    print(json.dumps({"grown_by_kib": anonymous_kib() - before}))


if __name__ == "__main__":
    main(*sys.argv[1:])
