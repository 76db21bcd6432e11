import FoundationEssentials

/// Follows an alert log: what was added since the last call, over rotation, truncation and restarts.
///
/// The caller says when to look (`poll`); nothing here waits. A line that is not finished is left for the
/// next time. Holds at most one line (`Alert.Bounds.line`) and what one poll returns.
public struct AlertReader {
  public enum Event: Sendable, Equatable {
    case alert(Alert)
    /// A line that is no alert, told once. The reason is a few words and quotes nothing of it.
    case unreadable(file: String, line: Int, reason: String)
    /// The file is shorter than what was read of it; it is read from its beginning.
    case truncated(file: String)
    /// Files were rotated out before they were read to their end.
    case missed(file: String)
  }

  public enum Start: Sendable {
    /// The oldest rotated file that is there.
    case oldest
    /// The file that is written now.
    case current
    /// Only what comes from now on.
    case end
  }

  public let path: String
  public var filter: AlertFilter
  /// Whether the last poll stopped before the end of what was there.
  public private(set) var isBehind = false

  private let decoder = JSONDecoder()
  private var start: Start
  private var file: OpenFile?
  /// The file was moved; what follows its end is in another.
  private var isLeaving = false
  private var offset = 0
  private var number = 0
  private var partial: [UInt8] = []
  private var isSkipping = false

  private static let chunk = 262_144
  /// Bytes that one poll reads.
  private static let budget = 4 << 20

  public init(_ path: String, from start: Start = .current, filter: AlertFilter = AlertFilter()) {
    self.path = path
    self.start = start
    self.filter = filter
  }

  /// What was added and what the filter lets through, in order; nothing when the log does not exist yet.
  /// Reads at most 4 MiB; `isBehind` tells that there is more.
  public mutating func poll() throws(JournalError) -> [Event] {
    var events: [Event] = []
    var left = Self.budget
    isBehind = false
    if file == nil { try openFirst() }
    while let file {
      guard left > 0 else {
        isBehind = true
        break
      }
      if try file.status().size < offset {
        events.append(.truncated(file: file.path))
        begin(file)
      }
      let bytes = try file.read(at: offset, count: Self.chunk)
      offset += bytes.count
      left -= bytes.count
      take(bytes, into: &events)
      guard bytes.isEmpty else { continue }
      guard isLeaving else {
        // Whoever moved the file may have written to it after it was read: once more, to its end.
        isLeaving = try hasMoved(file)
        if isLeaving { continue }
        break
      }
      guard let next = try next(after: file, &events) else { break }
      if !partial.isEmpty { refuse("it is not finished", into: &events) }
      begin(next)
    }
    return events
  }

  private mutating func openFirst() throws(JournalError) {
    let first: OpenFile?
    switch start {
    case .oldest:
      first = try OpenFile.reading(Rotation.files(of: path).first ?? path)
    case .current, .end:
      first = try OpenFile.reading(path)
    }
    defer { start = .current }
    guard let first else { return }
    begin(first)
    if case .end = start { try skipToEnd(of: first) }
  }

  private mutating func begin(_ next: OpenFile) {
    file = next
    (isLeaving, isSkipping, offset, number, partial) = (false, false, 0, 0, [])
  }

  private mutating func skipToEnd(of file: OpenFile) throws(JournalError) {
    let newline = UInt8(ascii: "\n")
    while true {
      let bytes = try file.read(at: offset, count: Self.chunk)
      guard !bytes.isEmpty else { return }
      offset += bytes.count
      number += bytes.count { $0 == newline }
      // The rest of the line that is being written belongs to the past, too.
      isSkipping = bytes.last != newline
    }
  }

  private func hasMoved(_ file: OpenFile) throws(JournalError) -> Bool {
    guard let there = OpenFile.status(of: path) else { return false }
    return !there.isSameFile(as: try file.status())
  }

  /// The file that was written after this one.
  private func next(after file: OpenFile, _ events: inout [Event]) throws(JournalError) -> OpenFile? {
    let here = try file.status()
    let names = [path] + Rotation.files(of: path).reversed()
    let found = names.firstIndex { name in
      guard let there = OpenFile.status(of: name) else { return false }
      // Compressed meanwhile it is another file, of the same time.
      return there.isSameFile(as: here) || name.hasSuffix(Gzip.suffix) && there.modified == here.modified
    }
    guard let found else {
      let next = try OpenFile.reading(names.count > 1 ? names[names.count - 1] : path)
      if next != nil { events.append(.missed(file: file.path)) }
      return next
    }
    return found == 0 ? nil : try OpenFile.reading(names[found - 1])
  }

  private mutating func take(_ bytes: [UInt8], into events: inout [Event]) {
    var rest = bytes[...]
    while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
      partial += rest[..<newline]
      rest = rest[(newline + 1)...]
      number += 1
      if isSkipping {
        isSkipping = false
      } else {
        read(partial, into: &events)
      }
      partial.removeAll(keepingCapacity: true)
    }
    guard !isSkipping else { return }
    partial += rest
    if partial.count > Alert.Bounds.line {
      refuse("it is longer than \(Alert.Bounds.line) bytes", into: &events)
      partial = []
      isSkipping = true
    }
  }

  private mutating func read(_ line: [UInt8], into events: inout [Event]) {
    guard line.count <= Alert.Bounds.line else {
      events.append(unreadable("it is longer than \(Alert.Bounds.line) bytes", line: number))
      return
    }
    do {
      let alert = try decoder.decode(Alert.self, from: Data(line)).legible()
      if filter.admits(alert) { events.append(.alert(alert)) }
    } catch {
      events.append(unreadable(Self.reason(error), line: number))
    }
  }

  /// Reports the line that is being read.
  private func refuse(_ reason: String, into events: inout [Event]) {
    events.append(unreadable(reason, line: number + 1))
  }

  private func unreadable(_ reason: String, line: Int) -> Event {
    .unreadable(file: file?.path ?? path, line: line, reason: reason)
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _):
      "it has no '\(legible(key.stringValue, bytes: 32))'"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      context.codingPath.last.map { "its '\(legible($0.stringValue, bytes: 32))' is of another kind" }
        ?? "it is no JSON object"
    case DecodingError.dataCorrupted(let context):
      context.codingPath.last.map {
        "its '\(legible($0.stringValue, bytes: 32))' has a value that is unknown"
      }
        ?? "it is no JSON"
    default: "it is no JSON"
    }
  }
}
