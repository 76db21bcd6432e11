import Foundation
import Journal

/// The owner of the queue within a process. Others may write the same journal; each change is made against what
/// stands there then.
public actor QueueStore {
  public nonisolated let path: String
  private let file: QueueFile
  private var generator = SystemRandomNumberGenerator()
  private var seen: QueueFile.Stamp?
  private var journal = QueueJournal([])
  private var told: Set<String> = []

  public init(_ path: String) {
    self.path = path
    file = QueueFile(path)
  }

  /// Where the queue is unless told otherwise: `queue.jsonl` beside the alert log; nil without a home.
  public static func defaultPath(environment: [String: String]) -> String? {
    QueueFile.defaultPath(environment: environment)
  }

  /// What waits, read again when the file has changed.
  public func items() throws -> [QueueItem] {
    let now = file.stamp
    if now != seen {
      journal = try file.read()
      seen = now
    }
    return journal.book.items
  }

  /// What is wrong with the journal's lines; each is told once.
  public func takeNotices() -> [String] {
    var notices: [String] = []
    if journal.cut > 0 {
      notices.append(
        "\(path): the last line was cut off after \(journal.cut) bytes, as when a program is killed while it writes; "
          + "what it said was not promised to anybody")
    }
    if let line = journal.unreadable.first {
      notices.append(
        "\(path):\(line): \(journal.unreadable.count) line(s) of the queue cannot be read; they are left out")
    }
    return notices.filter { told.insert($0).inserted }
  }

  /// Queues a text. The same text of the same rule waits once for an agent.
  ///
  /// - Throws: `QueueRefusal`, or why the journal cannot be written.
  public func add(
    _ text: String, for target: QueueTarget, by: String, lifetime: Duration, at now: WallTime
  ) throws -> QueueItem {
    let text = try QueueItem.checked(text)
    let expires = now + lifetime
    var added: QueueItem?
    let roll = generator.next()
    try change(at: now) { (book) throws(QueueRefusal) in
      let own = book.items.filter { target.objection(to: $0.target) == nil }
      if by != QueueItem.human,
        let same = own.first(where: { $0.text == text && $0.by == by && $0.state == .waiting })
      {
        added = same
        return []
      }
      guard own.count < QueueItem.mostEach, book.items.count < QueueItem.most else {
        throw QueueRefusal(
          "\(min(own.count, book.items.count)) texts wait already; see them with `outrider queue` and remove some"
        )
      }
      let item = QueueItem(
        id: Self.id(roll, apartFrom: book), text: text, target: target, queued: now, expires: expires, by: by)
      added = item
      return [QueueEntry(time: now, deed: .queue, id: item.id, item: item)]
    }
    guard let added else { throw QueueRefusal("the text was not queued") }
    return added
  }

  /// Notes how far an item has come, if it is still in one of these states.
  ///
  /// - Returns: Whether it was, and it is on the disk.
  @discardableResult
  public func mark(
    _ id: String, _ state: QueueItem.State, if states: Set<QueueItem.State>, note: String? = nil,
    shownBefore: Int? = nil, target: QueueTarget? = nil, at now: WallTime
  ) throws -> Bool {
    var isMarked = false
    try change(at: now) { (book) throws(QueueRefusal) in
      guard let item = book.item(id), states.contains(item.state) else { return [] }
      isMarked = true
      if item.state == state, item.note == note, state == .waiting { return [] }
      return [
        QueueEntry(
          time: now, deed: .mark, id: id, state: state, note: note, shownBefore: shownBefore, target: target)
      ]
    }
    return isMarked
  }

  /// Ends an item: `delivered`, `expired` or `removed`.
  ///
  /// - Returns: The item; nil when none of that id waits, or when it is in another state than those.
  @discardableResult
  public func end(
    _ id: String, _ how: String, if states: Set<QueueItem.State>? = nil, at now: WallTime
  ) throws -> QueueItem? {
    var ended: QueueItem?
    try change(at: now) { (book) throws(QueueRefusal) in
      guard let item = book.item(id), states?.contains(item.state) ?? true else { return [] }
      ended = item
      return [QueueEntry(time: now, deed: .end, id: id, how: how)]
    }
    return ended
  }

  /// Gives an item another agent, and lets it wait for that one's turn to end.
  @discardableResult
  public func aim(_ id: String, at target: QueueTarget, now: WallTime) throws -> Bool {
    var isAimed = false
    try change(at: now) { (book) throws(QueueRefusal) in
      guard let item = book.item(id), item.state == .waiting else { return [] }
      isAimed = true
      return [QueueEntry(time: now, deed: .aim, id: id, target: target)]
    }
    return isAimed
  }

  private func change(
    at now: WallTime, _ body: (QueueBook) throws(QueueRefusal) -> [QueueEntry]
  ) throws {
    journal = try file.change(at: now, body)
    seen = file.stamp
  }

  private static let letters = Array("23456789abcdefghjkmnpqrstvwxyz")

  private static func id(_ roll: UInt64, apartFrom book: QueueBook) -> String {
    var value = roll
    while true {
      var rest = value
      let id = String(
        (0..<5).map { _ in
          defer { rest /= UInt64(letters.count) }
          return letters[Int(rest % UInt64(letters.count))]
        })
      if book.item(id) == nil { return id }
      value &+= 0x9E37_79B9_7F4A_7C15
    }
  }
}
