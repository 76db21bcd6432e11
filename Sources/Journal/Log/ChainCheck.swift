extension AlertLog {
  /// Checks the whole chain, rotated files included, as far as it was written when this is called.
  ///
  /// The chain is not signed: it shows crashes, careless edits and clumsy tampering. Who rewrites all the
  /// lines and the note beside them is not found out; to guard against that, copy the last hash elsewhere.
  ///
  /// - Throws: A file that cannot be read. A log that does not exist has no lines and no findings.
  public static func verify(_ path: String, patience: Int = 2000) throws(JournalError) -> Verification {
    var check = ChainCheck(try ChainReader(path, patience: patience), path: path)
    return check.run()
  }
}

/// Explains a chain that does not hold: each kind of damage by its own name.
struct ChainCheck {
  private typealias Finding = Verification.Finding
  private typealias Line = ChainReader.Line

  private let chain: ChainReader
  private let path: String
  /// With the place in the log, to report in that order.
  private var findings: [(place: Int, finding: Finding)] = []

  init(_ chain: ChainReader, path: String) {
    self.chain = chain
    self.path = path
  }

  mutating func run() -> Verification {
    let sound = orderedLines()
    gaps()
    beginning(sound)
    links(sound)
    ending(sound)
    return Verification(
      lines: chain.lines.count, files: chain.files, first: sound.first?.line.link.seq,
      last: sound.last?.line.link.seq, endIsKnown: chain.note != nil || chain.lines.isEmpty,
      findings: findings.sorted { $0.place < $1.place }.map(\.finding))
  }

  /// The lines by number, each once; reports those that stand elsewhere or twice.
  private mutating func orderedLines() -> [(place: Int, line: Line)] {
    var previous: [Int: Line] = [:]
    var ordered: [(place: Int, line: Line)] = []
    var greatest = 0
    for (place, line) in chain.lines.enumerated() {
      let seq = line.link.seq
      if previous[seq] != nil {
        report(.copied, at: place)
        continue
      }
      previous[seq] = line
      if seq < greatest { report(.moved, at: place) }
      greatest = max(greatest, seq)
      ordered.append((place, line))
    }
    return ordered.sorted { $0.line.link.seq < $1.line.link.seq }
  }

  private mutating func gaps() {
    for (place, line) in chain.lines.enumerated() {
      var announced = line.link.cut
      for gap in line.gaps {
        if gap.cut == announced {
          report(.cutLine, at: place, gap)
          announced = nil
        } else {
          report(.foreign, at: place, gap)
        }
      }
      // The cut line that this one speaks of is not there any more; at the very beginning it stood in a file that
      // has been rotated away.
      if announced != nil, line.gaps.isEmpty, !(place == 0 && line.isFirstOfFile) {
        report(.removed, at: place, count: 1)
      }
    }
  }

  private mutating func beginning(_ sound: [(place: Int, line: Line)]) {
    guard let (place, line) = sound.first else { return }
    let link = line.link
    if link.seq == 1 {
      if link.prev != .none { report(.changed, at: place) }
    } else if !(line.isFirstOfFile && (link.chain == .continued || isBehindCut(line))) {
      removed(link.seq - 1, before: place)
    }
  }

  /// Only the line that its writer was killed at stands before it in the file: that one went on from the file
  /// before, which has been rotated away.
  private func isBehindCut(_ line: Line) -> Bool {
    line.gaps.count == 1 && line.gaps[0].cut == line.link.cut && line.gaps[0].file == line.file
  }

  private mutating func links(_ sound: [(place: Int, line: Line)]) {
    for (before, after) in zip(sound, sound.dropFirst()) {
      let missing = after.line.link.seq - before.line.link.seq - 1
      if missing > 0 {
        removed(missing, before: after.place)
      } else if after.line.link.prev != before.line.hash {
        report(.changed, at: before.place)
      }
    }
  }

  private mutating func ending(_ sound: [(place: Int, line: Line)]) {
    let last = sound.last
    let missing = chain.note.map { $0.end.seq - (last?.line.link.seq ?? 0) } ?? 0
    // A line that was counted as whole is one no more: it was changed or cut short afterwards.
    var explained = 0
    for gap in chain.gaps {
      if missing > explained {
        explained += gap.rows
        report(.foreign, at: chain.lines.count, gap)
      } else {
        report(.cutLine, at: chain.lines.count, gap)
      }
    }
    if missing > explained {
      add(
        Finding(
          kind: .truncated, file: last?.line.file ?? path, line: last?.line.number ?? 0,
          count: missing - explained), at: chain.lines.count)
    } else if missing == 0, let last, let note = chain.note, note.end.hash != last.line.hash {
      report(.changed, at: last.place)
    }
  }

  /// Lines that are not there, unless what is left of them stands in their place.
  private mutating func removed(_ count: Int, before place: Int) {
    let left = chain.lines[place].gaps.filter { $0.cut != chain.lines[place].link.cut }
    let missing = count - left.reduce(0) { $0 + $1.rows }
    if missing > 0 { report(.removed, at: place, count: missing) }
  }

  private mutating func report(_ kind: Finding.Kind, at place: Int, count: Int = 1) {
    let line = chain.lines[place]
    add(Finding(kind: kind, file: line.file, line: line.number, count: count), at: place)
  }

  private mutating func report(_ kind: Finding.Kind, at place: Int, _ gap: ChainReader.Gap) {
    let count = kind == .cutLine ? gap.cut.bytes : gap.rows
    add(Finding(kind: kind, file: gap.file, line: gap.number, count: count), at: place)
  }

  private mutating func add(_ finding: Finding, at place: Int) {
    findings.append((place, finding))
  }
}
