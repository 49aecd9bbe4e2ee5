"""Fills corpus/ with seeds: the fixtures of the tests that are not larger than 64 KiB."""
import hashlib
import os
import shutil

here = os.path.dirname(os.path.abspath(__file__))
fixtures = os.path.join(here, "..", "tests", "fixtures")
seeds = os.path.join(here, "corpus", "open_and_read")
os.makedirs(seeds, exist_ok=True)
for folder, _, files in os.walk(fixtures):
    for name in files:
        path = os.path.join(folder, name)
        if os.path.getsize(path) <= 64 << 10 and not name.endswith((".py", ".md")):
            with open(path, "rb") as file:
                digest = hashlib.sha1(file.read()).hexdigest()
            shutil.copy(path, os.path.join(seeds, digest))
print(len(os.listdir(seeds)), "seeds in", seeds)
