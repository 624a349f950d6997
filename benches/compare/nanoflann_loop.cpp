// Neighbours by nanoflann and shape features by Eigen on top: the loop that one writes in C++ when there is no library,
// in the fastest form known. Queries go in the order of the tree, rows are written in the order of the input.
//
// usage: nanoflann_loop POINTS.f32 THREADS
//
// POINTS.f32 holds x, y, z of every point. The program says `ready`, then answers each line of standard input,
// `knn K` or `features K`, by one line of `name=value`: seconds, and means of the answer by which it is checked.

#include <Eigen/Dense>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <memory>
#include <nanoflann.hpp>
#include <string>
#include <thread>
#include <vector>

namespace {

// Measured: 16 beats nanoflann's own 10 where the queries come in the order of the tree.
constexpr size_t kLeafPoints = 16;
// Queries that a thread takes at once: few enough to balance, many enough that handing them out costs nothing.
constexpr size_t kBlock = 1024;
constexpr size_t kMostNeighbors = 64;
constexpr size_t kFeatures = 14;
constexpr size_t kLinearity = 0, kNormalZ = 11;

struct Points {
  std::vector<float> xyz;

  size_t size() const { return xyz.size() / 3; }
  const float *operator[](size_t point) const { return &xyz[3 * point]; }

  // The names that nanoflann asks for.
  size_t kdtree_get_point_count() const { return size(); }
  float kdtree_get_pt(size_t point, size_t axis) const { return xyz[3 * point + axis]; }
  template <class Box> bool kdtree_get_bbox(Box &) const { return false; }
};

using Metric = nanoflann::L2_Simple_Adaptor<float, Points, float, uint32_t>;
using Tree = nanoflann::KDTreeSingleIndexAdaptor<Metric, Points, 3, uint32_t>;
using Nearest = nanoflann::KNNResultSet<float, uint32_t, uint32_t>;

Points read_points(const char *path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw std::runtime_error(std::string("cannot open ") + path);
  const auto bytes = static_cast<size_t>(file.tellg());
  Points points{std::vector<float>(bytes / sizeof(float))};
  file.seekg(0);
  file.read(reinterpret_cast<char *>(points.xyz.data()), static_cast<std::streamsize>(bytes));
  return points;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Calls `query(point)` for every point in the order of the tree, on `threads` threads.
template <class Query> void for_each_in_tree_order(const Tree &tree, unsigned threads, Query query) {
  const auto &order = tree.vAcc_;
  std::atomic<size_t> next{0};
  auto work = [&] {
    for (size_t start; (start = next.fetch_add(kBlock)) < order.size();) {
      const size_t end = std::min(start + kBlock, order.size());
      for (size_t position = start; position < end; ++position) query(order[position]);
    }
  };
  std::vector<std::thread> others;
  for (unsigned thread = 1; thread < threads; ++thread) others.emplace_back(work);
  work();
  for (auto &thread : others) thread.join();
}

// The covariance of the `k` points at `indices`, about their mean, divided by their number.
Eigen::Matrix3f covariance(const Points &points, const uint32_t *indices, size_t k) {
  Eigen::Vector3f mean = Eigen::Vector3f::Zero();
  for (size_t i = 0; i < k; ++i) mean += Eigen::Vector3f::Map(points[indices[i]]);
  mean /= static_cast<float>(k);
  float xx = 0, xy = 0, xz = 0, yy = 0, yz = 0, zz = 0;
  for (size_t i = 0; i < k; ++i) {
    const Eigen::Vector3f d = Eigen::Vector3f::Map(points[indices[i]]) - mean;
    xx += d.x() * d.x(), xy += d.x() * d.y(), xz += d.x() * d.z();
    yy += d.y() * d.y(), yz += d.y() * d.z(), zz += d.z() * d.z();
  }
  Eigen::Matrix3f sums;
  sums << xx, xy, xz, xy, yy, yz, xz, yz, zz;
  return sums / static_cast<float>(k);
}

// The features that Swath computes, in its order: one row of `kFeatures`.
void write_features(const Eigen::Matrix3f &covariance, float *row) {
  Eigen::SelfAdjointEigenSolver<Eigen::Matrix3f> solver;
  solver.computeDirect(covariance);
  const Eigen::Vector3f values = solver.eigenvalues().cwiseMax(0.0f); // ascending
  const float l1 = values[2], l2 = values[1], l3 = values[0], sum = values.sum();
  Eigen::Vector3f normal = solver.eigenvectors().col(0);
  if (normal.z() < 0) normal = -normal;
  auto p_ln_p = [sum](float value) { return value > 0 ? value / sum * std::log(value / sum) : 0.0f; };
  const float entropy = -(p_ln_p(l1) + p_ln_p(l2) + p_ln_p(l3));
  const float features[kFeatures] = {(l1 - l2) / l1, (l2 - l3) / l1,         l3 / l1,    std::cbrt(l1 * l2 * l3),
                                     (l1 - l3) / l1, entropy,                sum,        l3 / sum,
                                     1 - normal.z(), normal.x(),             normal.y(), normal.z(),
                                     l1 / sum,       l2 / sum};
  std::copy(features, features + kFeatures, row);
}

// The mean over every `stride`-th value from `first` on; values that are not numbers are left out.
double mean(const std::vector<float> &values, size_t first, size_t stride) {
  double sum = 0;
  size_t count = 0;
  for (size_t i = first; i < values.size(); i += stride) {
    if (std::isnan(values[i])) continue;
    sum += values[i];
    ++count;
  }
  return sum / static_cast<double>(count);
}

class Loop {
public:
  Loop(Points points, unsigned threads) : points_(std::move(points)), threads_(threads) {}

  // Rows of neighbours. Their memory is there before the clock starts.
  void knn(size_t k) {
    indices_.resize(points_.size() * k);
    squared_distances_.resize(points_.size() * k);
    const auto start = std::chrono::steady_clock::now();
    const auto tree = build();
    const double index = seconds_since(start);
    for_each_in_tree_order(*tree, threads_, [&](uint32_t point) {
      Nearest nearest(static_cast<uint32_t>(k));
      nearest.init(&indices_[point * k], &squared_distances_[point * k]);
      tree->findNeighbors(nearest, points_[point]);
    });
    const double total = seconds_since(start);
    std::cout << "knn=" << total - index << " index+knn=" << total
              << " kth_squared_distance=" << mean(squared_distances_, k - 1, k) << std::endl;
  }

  // Rows of features, in one pass with the neighbours, of which no lists are kept.
  void features(size_t k) {
    features_.resize(points_.size() * kFeatures);
    const auto start = std::chrono::steady_clock::now();
    const auto tree = build();
    for_each_in_tree_order(*tree, threads_, [&](uint32_t point) {
      uint32_t indices[kMostNeighbors];
      float squared_distances[kMostNeighbors];
      Nearest nearest(static_cast<uint32_t>(k));
      nearest.init(indices, squared_distances);
      tree->findNeighbors(nearest, points_[point]);
      write_features(covariance(points_, indices, nearest.size()), &features_[point * kFeatures]);
    });
    const double total = seconds_since(start);
    std::cout << "index+knn+features=" << total << " linearity=" << mean(features_, kLinearity, kFeatures)
              << " normal_z=" << mean(features_, kNormalZ, kFeatures) << std::endl;
  }

private:
  std::unique_ptr<Tree> build() const {
    using nanoflann::KDTreeSingleIndexAdaptorFlags;
    return std::make_unique<Tree>(
        3, points_, nanoflann::KDTreeSingleIndexAdaptorParams(kLeafPoints, KDTreeSingleIndexAdaptorFlags::None, threads_));
  }

  Points points_;
  unsigned threads_;
  std::vector<uint32_t> indices_;
  std::vector<float> squared_distances_, features_;
};

} // namespace

int main(int count, char **arguments) {
  if (count != 3) {
    std::cerr << "usage: nanoflann_loop POINTS.f32 THREADS\n";
    return 2;
  }
  Loop loop(read_points(arguments[1]), static_cast<unsigned>(std::stoul(arguments[2])));
  std::cout.precision(12);
  std::cout << "ready nanoflann " << (NANOFLANN_VERSION >> 8) << '.' << (NANOFLANN_VERSION >> 4 & 15) << '.'
            << (NANOFLANN_VERSION & 15) << ", Eigen " << EIGEN_WORLD_VERSION << '.' << EIGEN_MAJOR_VERSION << '.'
            << EIGEN_MINOR_VERSION << " (g++ " << __VERSION__ << " -O3 -march=native)" << std::endl;
  std::string work;
  for (size_t k; std::cin >> work >> k;) {
    if (k == 0 || k > kMostNeighbors) {
      std::cout << "error k must lie between 1 and " << kMostNeighbors << std::endl;
    } else if (work == "knn") {
      loop.knn(k);
    } else if (work == "features") {
      loop.features(k);
    } else {
      std::cout << "error there is no work called " << work << std::endl;
    }
  }
}
