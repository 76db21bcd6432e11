import Foundation

/// Lines of a descriptor, in batches: all that one read has completed.
struct LineReader {
  /// A longer line is cut here; nobody types one, and a megabyte is as much as is analysed.
  static let longest = 4 << 20

  struct Line {
    let bytes: [UInt8]
    /// 1-based.
    let number: Int
  }

  private let descriptor: Int32
  private var partial: [UInt8] = []
  private var count = 0
  private var isOver = false

  init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// The lines that the next read completes, perhaps none; nil when the input has ended.
  mutating func next() -> [Line]? {
    guard !isOver else { return nil }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let got = read(descriptor, &buffer, buffer.count)
    if got < 0, errno == EINTR { return [] }
    guard got > 0 else {
      isOver = true
      return partial.isEmpty ? nil : [finish()]
    }
    var lines: [Line] = []
    var start = 0
    for index in 0..<got where buffer[index] == UInt8(ascii: "\n") {
      append(buffer[start..<index])
      lines.append(finish())
      start = index + 1
    }
    append(buffer[start..<got])
    return lines
  }

  private mutating func append(_ bytes: ArraySlice<UInt8>) {
    partial += bytes.prefix(max(0, Self.longest - partial.count))
  }

  private mutating func finish() -> Line {
    defer { partial.removeAll(keepingCapacity: true) }
    count += 1
    return Line(bytes: partial, number: count)
  }
}
