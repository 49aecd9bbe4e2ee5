#!/usr/bin/env python3
"""Writes what three runs of a made-up forest model would write, in the layout of Utopia: one parameter with
texts for values, grids that are hexagonal, in C order and of three axes, points in time as groups, labels of
every kind, and a dataset that one run lacks.

    python make_data.py DATA        # needs numpy and h5py
"""
import os
import sys

import h5py
import numpy as np

OUT = sys.argv[1]
TEXT = h5py.string_dtype()


def text(path, content):
    path = os.path.join(OUT, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(content)


def dataset(group, name, data, options=None, **attrs):
    made = group.create_dataset(name, data=data, **(options or {}))
    for key, value in attrs.items():
        if isinstance(value, list) and isinstance(value[0], str):
            made.attrs.create(key, value, dtype=TEXT)
        else:
            made.attrs[key] = value


def forest(group, factor, is_full, rng):
    n, nx, ny = 11, 12, 10
    dataset(
        group,
        "biomass",
        (rng.random((n, nx * ny)) * factor).astype("f4"),
        dict(chunks=(2, nx * ny), compression=3),
        content="grid",
        grid_shape=np.array([nx, ny]),
        space_extent=np.array([6.0, 4.5]),
        grid_structure="hexagonal",
        index_order="C",
        dim_names=["time", "ids"],
        coords_mode__time="start_and_step",
        coords__time=np.array([0, 3]),
        units="t",
    )
    dataset(
        group,
        "kind",
        rng.integers(0, 3, (n, nx * ny)).astype("u1"),
        content="grid",
        grid_shape=np.array([nx, ny]),
        dim_name__0="time",
        coords_mode__time="trivial",
    )
    dataset(
        group,
        "soil",
        rng.random(4 * 3 * 5),
        content="grid",
        grid_shape=np.array([4, 3, 5]),
        space_extent=np.array([1.0, 1.0, 2.0]),
    )
    dataset(
        group,
        "mean_height",
        np.cumsum(rng.random(n)) * factor,
        dim_names=["month"],
        coords__month=[f"2001-{month:02d}" for month in range(1, 12)],
        units="m",
    )
    dataset(
        group,
        "trees",
        rng.integers(0, 50, (n, 3)),
        content="labelled_data",
        dim_names=["time", "species"],
        coords__time=np.arange(n) * 3,
        coords__species=["oak", "ash", "elm"],
        long_name="number of trees",
    )
    if is_full:
        dataset(
            group,
            "spectrum",
            rng.random(5) * factor,
            dim_names=["frequency"],
            coords_mode__frequency="logspace",
            coords__frequency=np.array([0, 2, 5]),
        )
    transects = group.create_group("transects")
    transects.attrs["content"] = "time_series"
    for time in [0, 5, 20]:
        dataset(
            transects,
            str(time),
            rng.random(8) * factor + time,
            dim_names=["x"],
            coords_mode__x="linspace",
            coords__x=np.array([0, 7, 8]),
        )
    ages = group.create_group("ages")
    ages.attrs["content"] = "time_series"
    for time, ids in [(0, [1, 2, 3]), (1, [2, 3]), (2, [3, 4])]:
        dataset(ages, str(time), np.array(ids) * 10 + time, dim_names=["id"], coords__id=np.array(ids))


def main():
    text(
        "config/parameter_space.yml",
        "!pspace\nForest:\n"
        "  rule: !sweep {default: slow, values: [slow, fast, wild]}\n"
        "  depth: !coupled-sweep {target_name: rule, default: 1, values: [1, 2, 3]}\n",
    )
    text("config/meta_cfg.yml", "base: &base {share: 0.25, name: run}\nmore: {<<: *base, steps: [1, 2, 3]}\n")
    text("config/species.csv", "code,mean_height\n1,10.5\n2,7.25\n5,3.0\n")
    rng = np.random.default_rng(3)
    for universe, (rule, factor) in enumerate([("slow", 1.0), ("fast", 2.0), ("wild", 4.0)], start=1):
        text(f"data/uni{universe}/config.yml", f"rule: {rule}\nseed: {universe}\n")
        with h5py.File(os.path.join(OUT, f"data/uni{universe}/data.h5"), "w") as file:
            forest(file.create_group("Forest"), factor, universe != 2, rng)


main()
