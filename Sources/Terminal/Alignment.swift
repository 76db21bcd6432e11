/// Which lines of a new screen are which lines of an old one, in order: the heaviest common subsequence.
///
/// A line that is there once on both sides weighs more than one that is repeated, so that rulers and equal
/// output follow the lines around them. What is equal at both ends is not looked at again. Cost is the product
/// of what is left, at most 500 x 500 steps.
enum Alignment {
  private static let uniqueWeight: Int32 = 16
  private static let repeatedWeight: Int32 = 4

  /// - Parameters:
  ///   - old, new: hashes of lines; 0 stands for a blank line, which is never matched.
  ///   - home: For each new line the index of the old one that stood in its place, or -1; wins ties.
  /// - Returns: For each new line the index of the old line that it is, or -1.
  static func align(old: [UInt64], new: [UInt64], home: [Int]) -> [Int] {
    var result = [Int](repeating: -1, count: new.count)
    var counts: [UInt64: (old: Int, new: Int)] = [:]
    for hash in old { counts[hash, default: (0, 0)].old += 1 }
    for hash in new { counts[hash, default: (0, 0)].new += 1 }
    let width = new.count + 1
    var best = [Int32](repeating: 0, count: (old.count + 1) * width)
    for i in 0..<old.count {
      for j in 0..<new.count {
        var value = max(best[i * width + j + 1], best[(i + 1) * width + j])
        if old[i] == new[j], old[i] != 0 {
          value = max(value, best[i * width + j] + weight(counts[old[i]], isHome: home[j] == i))
        }
        best[(i + 1) * width + j + 1] = value
      }
    }
    var (i, j) = (old.count, new.count)
    while i > 0, j > 0 {
      let value = best[i * width + j]
      if old[i - 1] == new[j - 1], old[i - 1] != 0,
        value == best[(i - 1) * width + j - 1] + weight(counts[old[i - 1]], isHome: home[j - 1] == i - 1)
      {
        result[j - 1] = i - 1
        i -= 1
        j -= 1
      } else if value == best[(i - 1) * width + j] {
        i -= 1
      } else {
        j -= 1
      }
    }
    return result
  }

  private static func weight(_ count: (old: Int, new: Int)?, isHome: Bool) -> Int32 {
    (count?.old == 1 && count?.new == 1 ? uniqueWeight : repeatedWeight) + (isHome ? 1 : 0)
  }
}
