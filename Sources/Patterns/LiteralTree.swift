/// The literals as a tree of their bytes, from which `LiteralIndex` makes its table.
struct LiteralTree {
  /// What `LiteralIndex` needs beside the tree itself.
  struct Walk {
    /// The nodes, the nearer to the root the earlier.
    var order: [Int] = []
    /// The node for the longest end of what was read that is in the tree, by node times classes plus class.
    var next: ContiguousArray<Int32>
    /// For each node the nearest on its way of ever shorter ends at which a literal ends, or -1.
    var shorterHit: [Int32]
  }

  private(set) var nodes: [[UInt8: Int32]] = [[:]]
  /// The owners of the literals that end at each node, each once.
  private(set) var owners: [[UInt32]] = [[]]
  /// The class of each byte; 0 is that of all bytes that are in no literal.
  let columns: ContiguousArray<UInt8>
  let classCount: Int

  init(classesFor literals: [[[UInt8]]]) {
    var isUsed = [Bool](repeating: false, count: 256)
    for literal in literals.joined() {
      for byte in literal { isUsed[Int(RequiredLiterals.lowercased(byte))] = true }
    }
    var columns = ContiguousArray<UInt8>(repeating: 0, count: 256)
    var count = 1
    for byte in 0..<256 where isUsed[byte] {
      columns[byte] = UInt8(count)
      count += 1
    }
    for byte in 0x41...0x5A { columns[byte] = columns[byte | 0x20] }
    self.columns = columns
    classCount = count
  }

  /// Returns false if there is no room for even a byte of the literal.
  mutating func insert(_ literal: [UInt8], owner: Int) -> Bool {
    var node = 0
    for byte in literal {
      let column = columns[Int(byte)]
      if let child = nodes[node][column] {
        node = Int(child)
        continue
      }
      guard nodes.count < LiteralIndex.maximumStates else { break }
      nodes[node][column] = Int32(nodes.count)
      node = nodes.count
      nodes.append([:])
      owners.append([])
    }
    guard node != 0 else { return false }
    if owners[node].last != UInt32(owner) { owners[node].append(UInt32(owner)) }
    return true
  }

  /// Completes the tree to an automaton, breadth first: a node's shorter ends are nearer to the root.
  func linked() -> Walk {
    var walk = Walk(
      next: ContiguousArray(repeating: 0, count: nodes.count * classCount),
      shorterHit: [Int32](repeating: -1, count: nodes.count))
    var shorter = [Int](repeating: 0, count: nodes.count)
    walk.order.reserveCapacity(nodes.count)
    walk.order.append(0)
    var done = 0
    while done < walk.order.count {
      let node = walk.order[done]
      done += 1
      for column in 0..<classCount {
        let otherwise = node == 0 ? 0 : walk.next[shorter[node] * classCount + column]
        guard let child = nodes[node][UInt8(column)] else {
          walk.next[node * classCount + column] = otherwise
          continue
        }
        let end = Int(otherwise)
        shorter[Int(child)] = end
        walk.shorterHit[Int(child)] = owners[end].isEmpty ? walk.shorterHit[end] : Int32(end)
        walk.next[node * classCount + column] = child
        walk.order.append(Int(child))
      }
    }
    return walk
  }
}
