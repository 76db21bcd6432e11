/// Finds in one pass over a text which of many literals it contains, ASCII letters without case.
///
/// An Aho–Corasick automaton as one flat table: a row of next states for each state, a column for each class
/// of bytes that no literal tells apart. States are numbered by the place of their row, and those at which a
/// literal ends come last, so that a byte costs two loads and a comparison, whatever the number of literals.
struct LiteralIndex: Sendable {
  /// Rows that the table may have; then literals are cut to what still fits, which only sifts less.
  static let maximumStates = 65_536

  /// The column of each byte.
  private let columns: ContiguousArray<UInt8>
  /// The place of the next state's row, by the place of a state's row plus the column.
  private let table: ContiguousArray<UInt32>
  /// The base-2 logarithm of the length of a row.
  private let rowShift: UInt32
  /// The place of the first row at which a literal ends.
  private let firstHit: UInt32

  /// By the number of a hit: where its owners begin; the end of the last is added.
  private let ownerStarts: ContiguousArray<UInt32>
  private let owners: ContiguousArray<UInt32>
  /// By the number of a hit: the hit for the longest other literal that ends there too, or -1.
  private let shorterHits: ContiguousArray<Int32>

  /// Owners that have a literal which did not fit at all, and so must be looked at always.
  let unindexed: [Int]

  /// The number of hits, for the size of `SearchScratch`.
  var hitCount: Int { shorterHits.count }

  /// Adds the owners of all literals that the text contains to `candidates`.
  ///
  /// Returns whether there was one.
  func mark(_ text: UnsafeBufferPointer<UInt8>, in scratch: SearchScratch) -> Bool {
    let columns = columns.span
    let table = table.span
    var state: UInt32 = 0
    var found = false
    for byte in text {
      let column = columns[unchecked: Int(byte)]
      state = table[unchecked: Int(state &+ UInt32(column))]
      if state >= firstHit {
        found = true
        mark(hit: Int((state &- firstHit) >> rowShift), in: scratch)
      }
    }
    return found
  }

  /// Each hit once a text, so that a text of nothing but hits costs no more than the literals there are.
  private func mark(hit: Int, in scratch: SearchScratch) {
    var hit = hit
    while hit >= 0, scratch.visit(hit) {
      for index in Int(ownerStarts[hit])..<Int(ownerStarts[hit + 1]) {
        scratch.candidates[Int(owners[index] >> 6)] |= 1 << UInt64(owners[index] & 63)
      }
      hit = Int(shorterHits[hit])
    }
  }
}

extension LiteralIndex {
  /// - Parameter literals: for each owner what it listens to; owners with none are left out.
  init(_ literals: [[[UInt8]]]) {
    var tree = LiteralTree(classesFor: literals)
    unindexed = literals.indices.filter { owner in
      !literals[owner].allSatisfy { tree.insert($0, owner: owner) }
    }
    let walk = tree.linked()

    // Rows in the order of the walk keep what is near the root together; hits go behind.
    let isHit = tree.owners.map { !$0.isEmpty }
    let endsLiteral = tree.nodes.indices.map { isHit[$0] || walk.shorterHit[$0] >= 0 }
    let order = walk.order.filter { !endsLiteral[$0] } + walk.order.filter { endsLiteral[$0] }
    var row = [Int](repeating: 0, count: order.count)
    for (place, node) in order.enumerated() { row[node] = place }
    let plain = order.count - endsLiteral.count { $0 }

    let shift = UInt32(max(0, Int.bitWidth - (tree.classCount - 1).leadingZeroBitCount))
    var table = ContiguousArray<UInt32>(repeating: 0, count: order.count << Int(shift))
    for (place, node) in order.enumerated() {
      for column in 0..<tree.classCount {
        table[place << Int(shift) + column] =
          UInt32(row[Int(walk.next[node * tree.classCount + column])]) << shift
      }
    }
    let hits = order[plain...]
    ownerStarts = hits.reduce(into: [0]) { $0.append($0.last! + UInt32(tree.owners[$1].count)) }
    owners = ContiguousArray(hits.flatMap { tree.owners[$0] })
    shorterHits = ContiguousArray(
      hits.map { walk.shorterHit[$0] < 0 ? -1 : Int32(row[Int(walk.shorterHit[$0])] - plain) })
    columns = tree.columns
    rowShift = shift
    firstHit = UInt32(plain) << shift
    self.table = table
  }
}
