"""Shape features by PDAL's covariance filter, as a pipeline on a file.

usage: pdal_peer.py POINTS.f32 THREADS

POINTS.f32 holds x, y, z of every point. The program says `ready`, then answers each line of standard input,
`features K`, by one line of `name=value`: the seconds of a pipeline with the filter, less those of one without it.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy


def pdal(*stages):
    """Runs a pipeline and gives its seconds."""
    start = time.perf_counter()
    pipeline = json.dumps(list(stages)).encode()
    subprocess.run(["pdal", "pipeline", "--stdin"], input=pipeline, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def converted(points, folder):
    """The points as a file that PDAL reads fast and whose coordinates are floating-point numbers."""
    table, file = str(folder / "points.txt"), str(folder / "points.bpf")
    numpy.savetxt(table, numpy.fromfile(points, dtype="f4").reshape(-1, 3), "%.9g", ",", header="X,Y,Z", comments="")
    pdal({"type": "readers.text", "filename": table}, {"type": "writers.bpf", "filename": file, "output_dims": "X,Y,Z"})
    return {"type": "readers.bpf", "filename": file}


def features(reader, k, threads):
    # PDAL's k leaves the point itself out, and its covariance takes it in. Every version knows these four features.
    knn = {
        "type": "filters.covariancefeatures",
        "feature_set": "Dimensionality",
        "knn": k - 1,
        "threads": threads,
    }
    writer = {"type": "writers.null"}
    seconds = pdal(reader, knn, writer) - pdal(reader, writer)
    return f"index+knn+features={seconds:.6f}"


def main():
    points, threads = sys.argv[1:]
    version = subprocess.run(["pdal", "--version"], check=True, capture_output=True, text=True).stdout
    with tempfile.TemporaryDirectory() as folder:
        reader = converted(points, pathlib.Path(folder))
        print("ready PDAL", next(word for word in version.split() if word[0].isdigit()), flush=True)
        for line in sys.stdin:
            _, k = line.split()
            try:
                print(features(reader, int(k), int(threads)), flush=True)
            except Exception as error:
                print("error", error, flush=True)


if __name__ == "__main__":
    main()
