/// The newest lines that left the screen, oldest first: at most 500, and 64 KiB of text.
struct History {
  static let capacity = 500
  static let byteCapacity = 65_536
  static let longestLine = 4096

  struct Entry {
    let id: LineID
    let revision: Int
    let hash: UInt64
    let utf8: [UInt8]
    /// The line that stood below it.
    let below: LineID?
  }

  private var storage: [Entry] = []
  private var first = 0
  private var bytes = 0

  var entries: ArraySlice<Entry> { storage[first...] }

  mutating func push(_ line: Line, below: LineID?) {
    guard !line.isBlank else { return }
    let text = line.utf8.count > Self.longestLine ? Array(line.utf8.prefix(Self.longestLine)) : line.utf8
    storage.append(
      Entry(id: line.id, revision: line.revision, hash: line.hash, utf8: text, below: below))
    bytes += text.count
    while storage.count - first > Self.capacity || bytes > Self.byteCapacity {
      bytes -= storage[first].utf8.count
      first += 1
    }
    if first > Self.capacity {
      storage.removeFirst(first)
      first = 0
    }
  }

  /// These lines are on the screen again.
  mutating func forget(_ ids: Set<LineID>) {
    let kept = entries.filter { !ids.contains($0.id) }
    guard kept.count < entries.count else { return }
    storage = Array(kept)
    first = 0
    bytes = kept.reduce(0) { $0 + $1.utf8.count }
  }

  /// The newest entry with this text that stood above `anchor`.
  func index(of utf8: [UInt8], hash: UInt64, above anchor: LineID) -> Int? {
    entries.lastIndex { $0.below == anchor && $0.hash == hash && $0.utf8 == utf8 }
  }

  func matches(_ index: Int, _ utf8: [UInt8], _ hash: UInt64) -> Bool {
    storage[index].hash == hash && storage[index].utf8 == utf8
  }

  subscript(index: Int) -> Entry { storage[index] }
}
