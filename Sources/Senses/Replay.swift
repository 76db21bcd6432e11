import Rulebook

/// A recording read as a pane would have been, by a clock of its own.
public struct Replay {
  private let recording: Recording
  private let reader: PaneReader

  public init(_ recording: Recording, reader: PaneReader) {
    self.recording = recording.withInferredSizes()
    self.reader = reader
  }

  /// Calls `body` with the facts of each moment that has any, in order.
  public func run(_ body: ([Fact]) throws -> Void) rethrows {
    var last: Instant?
    for (index, timed) in recording.events.enumerated() {
      if let last, timed.time - last >= PaneReader.quiet {
        let isForced = timed.time - last >= PaneReader.patience
        try emit(reader.settle(isForced: isForced, at: last), body)
      }
      switch timed.event {
      case .resize(let rows, let columns): reader.resize(rows: rows, columns: columns)
      case .output(let bytes): try emit(reader.feed(bytes, at: timed.time), body)
      }
      let isEndOfRead =
        index + 1 == recording.events.count || recording.events[index + 1].time != timed.time
      if isEndOfRead { try emit(reader.endOfRead(at: timed.time), body) }
      last = timed.time
    }
    if let last { try emit(reader.settle(isForced: true, at: last), body) }
  }

  private func emit(_ facts: [Fact], _ body: ([Fact]) throws -> Void) rethrows {
    if !facts.isEmpty { try body(facts) }
  }
}
