import Foundation
import Hands
import Journal
import Rulebook
import Testing

@testable import Sidecar

/// A watch that can be killed at any moment, an agent, and a disk that keeps what was flushed.
private struct World {
  /// Ends the watch: nothing after it is done.
  struct Killed: Error {}

  var disk: [UInt8]
  var box = ""
  var transcript: [String] = []
  /// What of the transcript the screen still shows.
  var shows = true
  var sent: [String] = []
  /// Steps that are left until the kill.
  var fuse: Int
  /// Bytes of the line that is being written when the kill comes.
  var torn = 0
  var now = Instant.zero

  /// Something that can be cut short.
  mutating func step() throws {
    fuse -= 1
    if fuse < 0 { throw Killed() }
  }

  mutating func write(_ entry: QueueEntry) throws {
    var line = QueueJournal.line(entry)
    if QueueJournal(disk).needsNewline { line.insert(UInt8(ascii: "\n"), at: 0) }
    do { try step() } catch {
      disk += line.prefix(torn)
      throw error
    }
    disk += line
    try step()
  }

  var view: QueueView {
    var view = QueueView(state: .idle, box: box)
    view.shown = shows ? transcript : []
    return view
  }

  /// One watch, from its start until everything has its end or it is killed.
  mutating func watch() throws {
    for item in QueueJournal(disk).book.items where item.state != .unknown {
      var delivery =
        item.state == .waiting
        ? QueueDelivery(item.text)
        : QueueDelivery(
          resuming: item.text, item.state == .typing ? .typing : .sending, shownBefore: item.shownBefore ?? 0,
          at: now)
      var prompts: [String] = []
      var effects: [QueueDelivery.Effect] = []
      for _ in 0..<64 where delivery.end == nil {
        now = now + .milliseconds(500)
        var view = view
        view.prompts = prompts
        if effects.isEmpty { effects = delivery.advance(view, at: now) }
        let batch = effects
        effects = []
        for effect in batch {
          try step()
          switch effect {
          case .note(.typing):
            try write(QueueEntry(time: wall, deed: .mark, id: item.id, state: .typing))
            effects = delivery.noted(true, view, at: now)
          case .note(.sending):
            try write(
              QueueEntry(
                time: wall, deed: .mark, id: item.id, state: .sending, shownBefore: delivery.shownBefore))
            effects = delivery.noted(true, view, at: now)
          case .paste(let text): box += text
          case .send:
            transcript.append(box)
            sent.append(box)
            prompts.append(box)
            box = ""
          }
        }
      }
      switch delivery.end {
      case .delivered: try write(QueueEntry(time: wall, deed: .end, id: item.id, how: "delivered"))
      case .returned(let why):
        try write(QueueEntry(time: wall, deed: .mark, id: item.id, state: .waiting, note: why))
        // What waits behind it waits.
        return
      case .unknown(let why):
        try write(QueueEntry(time: wall, deed: .mark, id: item.id, state: .unknown, note: why))
        return
      case .handed, nil: Issue.record("it ended as \(String(describing: delivery.end))")
      }
    }
  }

  private var wall: WallTime { WallTime(milliseconds: now.nanoseconds / 1_000_000) }
}

@Suite("A watch that is killed")
struct QueueKillTests {
  private static let texts = ["then merge the dependabot PRs", "then pick up issue #7521"]

  private static var journal: [UInt8] {
    let target = QueueTarget(
      server: "s", instance: "1:1", pane: "%1", agent: "codex", session: "work", cwd: "/shop")
    let zero = WallTime(milliseconds: 0)
    return texts.enumerated().flatMap { number, text in
      let item = QueueItem(
        id: "item\(number)", text: text, target: target, queued: zero,
        expires: WallTime(milliseconds: 1 << 40),
        by: "human")
      return QueueJournal.line(QueueEntry(time: zero, deed: .queue, id: item.id, item: item))
    }
  }

  private static func live(_ world: World) -> [QueueItem] { QueueJournal(world.disk).book.items }

  @Test(
    "at any step, with any part of a line written, leaves each text sent once when the screen shows what was sent"
  )
  func once() throws {
    for (first, second) in (0..<40).flatMap({ a in [0, 4, 9, 99].map { (a, $0) } }) {
      for torn in [0, 40] {
        var world = World(disk: Self.journal, fuse: first, torn: torn)
        try? world.watch()
        world.fuse = second
        try? world.watch()
        world.fuse = .max
        try world.watch()
        try world.watch()
        #expect(
          world.sent == Self.texts, "killed at \(first), then at \(second), \(torn) bytes of a line written")
        #expect(Self.live(world).isEmpty)
      }
    }
  }

  @Test("sends nothing twice even where the screen shows nothing of it, and tells what it does not know")
  func atMostOnce() throws {
    for first in 0..<40 {
      for torn in [0, 1, 40, 200] {
        var world = World(disk: Self.journal, shows: false, fuse: first, torn: torn)
        try? world.watch()
        world.fuse = .max
        try world.watch()
        try world.watch()
        let left = Self.live(world).map(\.text)
        #expect(left.isEmpty || Self.live(world).first?.state == .unknown, "killed at \(first)")
        for text in Self.texts {
          let count = world.sent.count { $0 == text }
          #expect(count <= 1, "killed at \(first)")
          #expect(count == 1 || left.contains(text), "killed at \(first): '\(text)' was lost")
        }
      }
    }
  }

  @Test("keeps every entry of the journal that was whole, wherever the file was cut")
  func cutAnywhere() throws {
    let target = QueueTarget(
      server: "s", instance: "", pane: "%1", agent: "codex", session: "a\nb\u{1B}", cwd: "/")
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<3 {
      var bytes: [UInt8] = []
      var books: [(end: Int, book: QueueBook)] = [(0, QueueBook())]
      for number in 0..<8 {
        let id = "i\(Int.random(in: 0...number, using: &generator))"
        let time = WallTime(milliseconds: Int64(number))
        let entry =
          switch Int.random(in: 0..<4, using: &generator) {
          case 0, 1:
            QueueEntry(
              time: time, deed: .queue, id: "i\(number)",
              item: QueueItem(
                id: "i\(number)", text: "wörter \"\u{1F680}\"\n\(number)", target: target, queued: time,
                expires: time,
                by: "human"))
          case 2: QueueEntry(time: time, deed: .mark, id: id, state: .sending, shownBefore: number)
          default: QueueEntry(time: time, deed: .end, id: id, how: "removed")
          }
        bytes += QueueJournal.line(entry)
        var book = books[number].book
        book.apply(entry)
        books.append((bytes.count, book))
      }
      for length in Array(stride(from: 0, through: bytes.count, by: 3))
        + books.flatMap({ [$0.end - 1, $0.end] }) where length >= 0
      {
        let journal = QueueJournal(Array(bytes[..<length]))
        // A line that lacks only its line break is whole.
        let expected = books.last { $0.end - 1 <= length }
        #expect(journal.book == expected?.book)
        #expect(journal.unreadable.isEmpty)
        // What is appended after the cut is read, whatever stands before it.
        let more = QueueEntry(
          time: .init(milliseconds: 99), deed: .queue, id: "more",
          item: QueueItem(
            id: "more", text: "more", target: target, queued: .init(milliseconds: 1),
            expires: .init(milliseconds: 2),
            by: "human"))
        let lineBreak: [UInt8] = journal.needsNewline ? [10] : []
        let grown = QueueJournal(Array(bytes[..<length]) + lineBreak + QueueJournal.line(more))
        #expect(grown.book.items.map(\.id) == (journal.book.items.map(\.id) + ["more"]))
      }
    }
  }
}
