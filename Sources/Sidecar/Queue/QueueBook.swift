import Foundation
import Journal
import Processes

/// What one line of the queue's journal says.
struct QueueEntry: Codable, Sendable, Equatable {
  enum Deed: String, Codable, Sendable {
    case queue, mark, aim, end
  }

  var v = 1
  var time: WallTime
  var deed: Deed
  var id: String
  /// Of `queue`: all of it.
  var item: QueueItem?
  /// Of `mark`: how far it has come.
  var state: QueueItem.State?
  var note: String?
  var shownBefore: Int?
  /// Of `aim`: whom it is for from now on.
  var target: QueueTarget?
  /// Of `end`: `delivered`, `expired` or `removed`.
  var how: String?

  private enum CodingKeys: String, CodingKey {
    case v, time, id, item, state, note, target, how
    case deed = "do"
    case shownBefore = "shown_before"
  }
}

/// The queue as the lines of its journal make it: a fold, without a file.
struct QueueBook: Sendable, Equatable {
  /// What waits, in the order in which it was queued.
  private(set) var items: [QueueItem] = []
  /// Ids that were used, so that a line that stands twice does not queue anew what has ended.
  private var ended: Set<String> = []

  func item(_ id: String) -> QueueItem? { items.first { $0.id == id } }

  mutating func apply(_ entry: QueueEntry) {
    if entry.deed == .queue {
      if let item = entry.item, self.item(item.id) == nil, !ended.contains(item.id) { items.append(item) }
      return
    }
    guard let index = items.firstIndex(where: { $0.id == entry.id }) else { return }
    switch entry.deed {
    case .queue: break
    case .mark:
      if let state = entry.state { items[index].state = state }
      items[index].note = entry.note
      if let shown = entry.shownBefore { items[index].shownBefore = shown }
      if let target = entry.target { items[index].target = target }
    case .aim:
      if let target = entry.target { items[index].target = target }
    case .end:
      items.remove(at: index)
      ended.insert(entry.id)
    }
  }

  /// The lines that make this book from nothing.
  func entries(at now: WallTime) -> [QueueEntry] {
    items.map { QueueEntry(time: now, deed: .queue, id: $0.id, item: $0) }
  }
}

/// The bytes of a journal, read.
struct QueueJournal: Sendable, Equatable {
  private(set) var book = QueueBook()
  /// Lines that hold no entry, by number from 1. What they said is not known; those around them hold.
  private(set) var unreadable: [Int] = []
  /// Bytes of a last line that was not finished: whoever wrote it was not told that it is kept.
  private(set) var cut = 0
  /// Whether the next line has to begin with a line break.
  private(set) var needsNewline = false

  init(_ bytes: [UInt8]) {
    let decoder = JSONDecoder()
    var number = 0
    var start = bytes.startIndex
    while start < bytes.endIndex {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
      let line = bytes[start..<(end ?? bytes.endIndex)]
      number += 1
      start = end.map { $0 + 1 } ?? bytes.endIndex
      if end == nil { needsNewline = true }
      if line.isEmpty { continue }
      // Whole but for its line break: all that it says is there.
      if let entry = try? decoder.decode(QueueEntry.self, from: Data(line)) {
        book.apply(entry)
      } else if end == nil {
        cut = line.count
      } else {
        unreadable.append(number)
      }
    }
  }

  static func line(_ entry: QueueEntry) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // No value of an entry can fail to be encoded: texts, whole numbers and times.
    return (try? encoder.encode(entry)).map { Array($0) + [UInt8(ascii: "\n")] } ?? []
  }
}
