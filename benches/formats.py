"""Writes one file of a case, or reads it as its own library does: formats.py write|read CASE PATH MIB."""

import sys
import time

import numpy as np


def values(mib):
    """A smooth field with noise in its last bits, float32 (steps, 512, 512)."""
    rng = np.random.default_rng(1)
    steps = mib
    i, j = np.mgrid[0:512, 0:512]
    base = np.sin(i * 0.03) * np.cos(j * 0.02)
    field = np.empty((steps, 512, 512), "f4")
    for k in range(steps):
        field[k] = np.round(base * (1 + 0.01 * k) + rng.normal(0, 0.01, base.shape), 3)
    return field


def table(mib):
    """Columns of a table: time, integers, floats, a few words."""
    rows = mib * (1 << 20) // 28
    rng = np.random.default_rng(1)
    words = np.array(["north", "south", "east", "west"])
    return {
        "when": np.datetime64("2001-01-01", "us") + np.arange(rows).astype("m8[s]"),
        "count": rng.integers(0, 1000, rows),
        "value": np.round(rng.normal(0, 1, rows), 3),
        "where": words[rng.integers(0, 4, rows)],
    }


def hdf5(path, mib, **options):
    import h5py

    with h5py.File(path, "w") as file:
        file.create_dataset("field", data=values(mib), **options)


def read_hdf5(path):
    import h5py

    with h5py.File(path, "r") as file:
        return file["field"][...].nbytes


def netcdf(path, mib, **options):
    import netCDF4

    field = values(mib)
    with netCDF4.Dataset(path, "w", format=options.pop("format", "NETCDF4")) as file:
        for name, length in zip("tyx", field.shape):
            file.createDimension(name, length)
        file.createVariable("field", "f4", ("t", "y", "x"), **options)[...] = field


def read_netcdf(path):
    import netCDF4

    with netCDF4.Dataset(path) as file:
        file.set_auto_mask(False)
        return file["field"][...].nbytes


def zarr(path, mib, **options):
    import numcodecs
    import zarr

    if options["zarr_format"] == 2:
        options["compressors"] = numcodecs.Blosc()
    zarr.create_array(path, data=values(mib), chunks=(4, 256, 512), **options)


def read_zarr(path):
    import zarr

    return zarr.open_array(path, mode="r")[...].nbytes


def parquet(path, mib, **options):
    import pyarrow
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.table(table(mib)), path, **options)


def read_parquet(path):
    import pyarrow.parquet

    return pyarrow.parquet.read_table(path, use_threads=False).nbytes


def arrow(path, mib, **options):
    import pyarrow.feather

    pyarrow.feather.write_feather(pyarrow.table(table(mib)), path, **options)


def read_arrow(path):
    import pyarrow.feather

    return pyarrow.feather.read_table(path, use_threads=False, memory_map=False).nbytes


def npy(path, mib):
    with open(path, "wb") as file:
        np.save(file, values(mib))


def read_npy(path):
    return np.load(path).nbytes


CHUNK = (4, 256, 512)
CASES = {
    "hdf5-contiguous": (hdf5, {}, read_hdf5),
    "hdf5-deflate": (hdf5, {"chunks": CHUNK, "compression": "gzip"}, read_hdf5),
    "hdf5-deflate-shuffle": (hdf5, {"chunks": CHUNK, "compression": "gzip", "shuffle": True}, read_hdf5),
    "hdf5-lzf": (hdf5, {"chunks": CHUNK, "compression": "lzf"}, read_hdf5),
    "netcdf4-deflate": (netcdf, {"chunksizes": CHUNK, "zlib": True}, read_netcdf),
    "netcdf3": (netcdf, {"format": "NETCDF3_64BIT_OFFSET"}, read_netcdf),
    "zarr2-blosc": (zarr, {"zarr_format": 2}, read_zarr),
    "zarr3-zstd": (zarr, {"zarr_format": 3}, read_zarr),
    "zarr3-sharded": (zarr, {"zarr_format": 3, "shards": (16, 512, 512)}, read_zarr),
    "zarr3-uncompressed": (zarr, {"zarr_format": 3, "compressors": None}, read_zarr),
    "parquet-snappy": (parquet, {}, read_parquet),
    "parquet-zstd": (parquet, {"compression": "zstd"}, read_parquet),
    "arrow-lz4": (arrow, {"compression": "lz4"}, read_arrow),
    "arrow": (arrow, {"compression": "uncompressed"}, read_arrow),
    "npy": (npy, {}, read_npy),
}


def main():
    verb, case, path, mib = sys.argv[1:5]
    write, options, read = CASES[case]
    if verb == "write":
        write(path, int(mib), **dict(options))
        return
    read(path)
    wall, cpu = time.perf_counter(), time.process_time()
    read(path)
    print(time.perf_counter() - wall, time.process_time() - cpu)


main()
