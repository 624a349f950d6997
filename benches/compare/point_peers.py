"""Neighbours and shape features by pgeof, and features by jakteristics, each as its users call it.

usage: point_peers.py pgeof|jakteristics POINTS.f32 THREADS

POINTS.f32 holds x, y, z of every point. The program says `ready`, then answers each line of standard input, `knn K` or
`features K`, by one line of `name=value`: seconds, and means of the answer by which it is checked.
"""

import importlib.metadata
import os
import sys
import time

import numpy

# What Swath computes, by jakteristics' names.
FEATURES = [
    "linearity", "planarity", "sphericity", "omnivariance", "anisotropy", "eigenentropy", "eigenvalue_sum",
    "surface_variation", "verticality", "nx", "ny", "nz", "PCA1", "PCA2",
]  # fmt: skip

# Points that the radius is found with.
SAMPLE = 20_000


class Pgeof:
    """Nearest neighbours in one call with their index, then features of the lists."""

    NORMAL_Z = 6  # the column

    def __init__(self, points, threads):
        # It takes no number of threads and starts one for each CPU that the process may use.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
        import pgeof

        self.pgeof, self.points = pgeof, points

    def knn(self, k):
        start = time.perf_counter()
        _, squared_distances = self.pgeof.knn_search(self.points, self.points, k)
        seconds = time.perf_counter() - start
        return {"index+knn": seconds, "kth_squared_distance": squared_distances[:, -1].mean(dtype="f8")}

    def features(self, k):
        start = time.perf_counter()
        indices, _ = self.pgeof.knn_search(self.points, self.points, k)
        pointers = numpy.arange(len(self.points) + 1, dtype="u4") * numpy.uint32(k)
        found = time.perf_counter()
        features = self.pgeof.compute_features(self.points, indices.reshape(-1), pointers)
        end = time.perf_counter()
        return {
            "index+knn+features": end - start,
            "features": end - found,
            "normal_z": features[:, self.NORMAL_Z].mean(dtype="f8"),
        }


class Jakteristics:
    """Features of the points within a radius, found such that they are k on average: it knows no other neighbourhood."""

    def __init__(self, points, threads):
        import jakteristics

        self.jakteristics, self.points, self.threads = jakteristics, points.astype("f8"), threads
        self.radii = {}

    def compute(self, points, radius, names, tree=None):
        return self.jakteristics.compute_features(
            points, radius, kdtree=tree, num_threads=self.threads, feature_names=names
        )

    def radius(self, k):
        """The radius about which a sample of the points has k neighbours on average, and how many it has."""
        tree = self.jakteristics.cKDTree(self.points)
        sample = self.points[:: max(1, len(self.points) // SAMPLE)]

        def found(radius):
            return self.compute(sample, radius, ["number_of_neighbors"], tree).mean(dtype="f8")

        # What a flat cloud of even density would need, then far enough for this one, then halfway again and again.
        low, high = 0.0, (numpy.ptp(self.points[:, :2], axis=0).prod() * k / len(self.points)) ** 0.5
        while found(high) < k:
            low, high = high, 2 * high
        while high - low > 1e-4 * high:
            middle = (low + high) / 2
            low, high = (middle, high) if found(middle) < k else (low, middle)
        return high, found(high)

    def features(self, k):
        if k not in self.radii:
            self.radii[k] = self.radius(k)
        radius, neighbors = self.radii[k]
        start = time.perf_counter()
        self.compute(self.points, radius, FEATURES)
        return {"index+knn+features": time.perf_counter() - start, "neighbors": neighbors}


def main():
    name, path, threads = sys.argv[1:]
    points = numpy.fromfile(path, dtype="f4").reshape(-1, 3)
    peer = {"pgeof": Pgeof, "jakteristics": Jakteristics}[name](points, int(threads))
    print("ready", name, importlib.metadata.version(name), flush=True)
    for line in sys.stdin:
        work, k = line.split()
        try:
            reply = getattr(peer, work)(int(k))
            print(*(f"{key}={value:.12g}" for key, value in reply.items()), flush=True)
        except Exception as error:
            print("error", error, flush=True)


if __name__ == "__main__":
    main()
