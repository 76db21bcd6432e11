/// The lines of a log and its rotated files, as they stand, with what stands between them.
struct ChainReader {
  struct Line {
    var file: String
    var number: Int
    var link: Link
    var hash: Digest
    /// What is no line between the line before and this one; more than one only over two files.
    var gaps: [Gap]
    var isFirstOfFile: Bool
  }

  /// Bytes that are no line.
  struct Gap {
    var file: String
    var number: Int
    /// How many rows they fill.
    var rows: Int
    var cut: Link.Cut
  }

  private(set) var lines: [Line] = []
  /// What follows the last line.
  private(set) var gaps: [Gap] = []
  private(set) var files: [String] = []
  private(set) var note: Head.Note?

  /// Reads a log that may be written to at the same time: as far as it was when the lock was held.
  ///
  /// Takes memory for one file (`Rotation.limit`) and about 200 bytes a line.
  init(_ path: String, patience: Int) throws(JournalError) {
    var sources: [(file: OpenFile, size: Int)] = []
    let head = try Head(reading: path)
    try head?.lock(patience: patience)
    defer { head?.unlock() }
    note = try head?.note()
    for name in Rotation.files(of: path) + [path] {
      guard let file = try OpenFile.readingAsIs(name) else { continue }
      sources.append((file, try file.status().size))
    }
    // The files are open: they can be renamed and grow while they are read.
    head?.unlock()
    for (file, size) in sources {
      let content = try file.unpacked()
      let end = content === file ? size : try content.status().size
      read(file.path, try content.read(at: 0, count: end))
    }
  }

  private mutating func read(_ file: String, _ bytes: [UInt8]) {
    files.append(file)
    let newline = UInt8(ascii: "\n")
    var number = 0
    var start = bytes.startIndex
    var gapStart: (index: Int, number: Int)?
    var isFirst = true

    func gap(to end: Int) -> Gap? {
      guard let gapStart else { return nil }
      let content = bytes[gapStart.index..<end]
      return Gap(
        file: file, number: gapStart.number, rows: number - gapStart.number,
        cut: Link.Cut(bytes: content.count, sha256: Digest(of: content)))
    }

    while start < bytes.endIndex {
      number += 1
      let end = bytes[start...].firstIndex(of: newline) ?? bytes.endIndex
      let row = bytes[start..<end]
      if let link = Link.read(row) {
        if let gap = gap(to: start - 1) { gaps.append(gap) }
        lines.append(
          Line(
            file: file, number: number, link: link, hash: Digest(of: row), gaps: gaps,
            isFirstOfFile: isFirst))
        (gaps, gapStart, isFirst) = ([], nil, false)
      } else if gapStart == nil {
        gapStart = (start, number)
      }
      start = end + 1
    }
    number += 1
    if let gap = gap(to: bytes.last == newline ? bytes.endIndex - 1 : bytes.endIndex) { gaps.append(gap) }
  }
}
