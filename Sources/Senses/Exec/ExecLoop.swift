import CLinux
import Glibc
import Processes

/// What the listening thread does between two waits, and all that it remembers.
struct ExecLoop: ~Copyable {
  typealias Event = ExecListener.Event

  var watchlist = Watchlist()
  var originals = ProgramFiles()
  private let usesConnector: Bool
  private let stop: @Sendable (Int32) -> Int32
  private var stream: ProcessEventStream?
  private var lineage = Lineage()
  private var trees: [Int: Bool] = [:]
  private var pace = Pace()
  private let words: UnsafeMutableBufferPointer<UInt8>
  private let path: UnsafeMutableBufferPointer<UInt8>
  private let batch: UnsafeMutableBufferPointer<process_event>
  private let lives: UnsafeMutableBufferPointer<process_event>
  private var script = ProgramFiles.Place()
  private var counted: UInt64 = 0

  private static let batchSize = 64
  /// How long forks and exits may wait in their socket, in milliseconds. Without privilege it holds some
  /// five hundred.
  private static let patience: Int32 = 25

  init(usesConnector: Bool, stop: @escaping @Sendable (Int32) -> Int32) {
    self.usesConnector = usesConnector
    self.stop = stop
    words = .allocate(capacity: ProcessFiles.longestArguments)
    path = .allocate(capacity: 4096)
    batch = .allocate(capacity: Self.batchSize)
    lives = .allocate(capacity: Self.batchSize)
  }

  deinit {
    words.deallocate()
    path.deallocate()
    batch.deallocate()
    lives.deallocate()
  }

  /// Waits until something was told, it is time to look, or the bell rings; returns what was found.
  mutating func wait(for bell: Int32) -> [Event] {
    var events: [Event] = []
    guard !trees.isEmpty else {
      stream = nil
      poll(bell, -1, timeout: -1)
      return []
    }
    // What could not be opened for want of descriptors or memory may be opened now.
    if usesConnector, stream == nil {
      stream = try? ProcessEventStream()
      if stream != nil { _ = look(at: monotonic_time(), &events) }
    }
    if stream == nil {
      poll(bell, -1, timeout: pace.milliseconds)
      pace.note(hasChanged: look(at: monotonic_time(), &events))
    } else {
      poll(bell, stream?.executions ?? -1, timeout: Self.patience)
      listen(&events)
    }
    count(at: monotonic_time(), &events)
    return events
  }

  /// Counts the processes, once a second.
  private mutating func count(at now: UInt64, _ events: inout [Event]) {
    guard now >= counted + Crowd.interval else { return }
    counted = now
    for (tree, crowd) in lineage.crowds() where crowd.isTold {
      events.append(.crowded(tree: tree, crowd, time: now))
    }
  }

  private func poll(_ one: Int32, _ other: Int32, timeout: Int32) {
    var awaited = [
      pollfd(fd: one, events: Int16(POLLIN), revents: 0),
      pollfd(fd: other, events: Int16(POLLIN), revents: 0),
    ]
    _ = Glibc.poll(&awaited, 2, timeout)
  }

  mutating func follow(_ root: Int32, _ tree: Int, _ isObserved: Bool) -> [Event] {
    // Open before looking, so that nothing falls in between.
    if usesConnector, stream == nil { stream = try? ProcessEventStream() }
    trees[tree] = isObserved
    let now = monotonic_time()
    var events: [Event] = []
    guard let status = ProcessFiles.status(root), !status.isZombie else {
      return [.ended(root, tree: tree, status: nil, time: now)]
    }
    lineage.adopt(
      root, into: tree, parent: status.parent, born: now, start: status.start, image: image(of: root))
    adoptChildren(at: now, isNews: false, &events)
    return events
  }

  mutating func leave(_ tree: Int) {
    trees[tree] = nil
    lineage.leave(tree)
  }

  // MARK: What the kernel tells

  private mutating func listen(_ events: inout [Event]) {
    var hasLost = false
    let executions = stream?.executions ?? -1
    while true {
      let count = process_events_read(executions, batch.baseAddress, Int32(Self.batchSize))
      if count == -ENOBUFS { hasLost = true }
      if count == 0 || (count < 0 && count != -ENOBUFS) { break }
      guard count > 0 else { continue }
      hasLost = !readLives() || hasLost
      for event in batch[..<Int(count)] {
        believe(until: event.time, &events)
        guard let member = lineage.executing(event.process, at: event.time) else { continue }
        execute(event.process, member, at: event.time, &events)
      }
    }
    hasLost = !readLives() || hasLost
    believe(until: monotonic_time(), &events)
    guard hasLost else { return }
    events.append(.lost)
    lineage.dropPending()
    _ = look(at: monotonic_time(), &events)
  }

  /// False when some were lost.
  private mutating func readLives() -> Bool {
    let socket = stream?.lives ?? -1
    var isWhole = true
    while true {
      let count = process_events_read(socket, lives.baseAddress, Int32(Self.batchSize))
      if count == -ENOBUFS { isWhole = false }
      if count == 0 || (count < 0 && count != -ENOBUFS) { return isWhole }
      if count > 0 { lineage.note(lives[..<Int(count)]) }
    }
  }

  private mutating func believe(until time: UInt64, _ events: inout [Event]) {
    lineage.advance(to: time) { process, member, status, time in
      events.append(.ended(process, tree: member.tree, status: status, time: time))
    }
  }

  // MARK: A program that was executed

  private mutating func execute(
    _ process: Int32, _ member: Lineage.Member, at time: UInt64, _ events: inout [Event]
  ) {
    var count = process_read(process, "cmdline", words.baseAddress, Int32(words.count))
    for _ in 0..<3 where count == 0 {
      sched_yield()
      count = process_read(process, "cmdline", words.baseAddress, Int32(words.count))
    }
    let bytes = UnsafeBufferPointer(rebasing: words[..<max(0, Int(count))])
    var outcome = ExecListener.Stop.none
    if !bytes.isEmpty, watchlist.looksAt(bytes) || looksAtFile(of: process, bytes) {
      outcome = trees[member.tree] ?? true ? .observed : stopped(process)
    }
    let level = lineage.execute(process, Self.image(bytes))
    events.append(
      .executed(
        .init(
          tree: member.tree, process: process, parent: member.parent, level: level,
          isByFirst: member.isCopyOfFirst, time: time, arguments: Array(bytes),
          directory: outcome == .none ? directory(of: process) : nil, stop: outcome)))
  }

  private func directory(of process: Int32) -> String? {
    let count = process_link(process, "cwd", path.baseAddress, Int32(path.count))
    return count > 0 ? String(decoding: path[..<Int(count)], as: UTF8.self) : nil
  }

  private func stopped(_ process: Int32) -> ExecListener.Stop {
    let failure = stop(process)
    return failure == 0 ? .stopped(at: monotonic_time()) : .refused(failure)
  }

  private mutating func looksAtFile(of process: Int32, _ words: UnsafeBufferPointer<UInt8>) -> Bool {
    let count = process_link(process, "exe", path.baseAddress, Int32(path.count))
    guard count > 0 else { return false }
    let file = UnsafeBufferPointer(rebasing: path[..<Int(count)])
    if watchlist.looksAt(executable: file) || watchlist.looksAt(words, of: file) { return true }
    guard !originals.isEmpty else { return false }
    return isCopy(process, "exe") || (script.set(words) && isCopy(process, script.pointer))
  }

  private func isCopy(_ process: Int32, _ place: UnsafePointer<CChar>) -> Bool {
    var identity = file_identity()
    return process_file_identity(process, place, &identity) == 0 && originals.mayHave(size: identity.size)
  }

  // MARK: Looking

  /// Reads the trees again: who is gone, who is new, who runs another program now. Whether anything changed.
  private mutating func look(at now: UInt64, _ events: inout [Event]) -> Bool {
    let before = events.count
    for (process, member) in lineage.members where member.died == nil {
      guard let status = ProcessFiles.status(process), !status.isZombie, member.isSame(as: status) else {
        lineage.forget(process)
        events.append(.ended(process, tree: member.tree, status: nil, time: now))
        continue
      }
      if image(of: process) != member.image { execute(process, member, at: now, &events) }
    }
    adoptChildren(at: now, isNews: true, &events)
    return events.count != before
  }

  /// Takes in whatever is below the members and not one of them yet.
  private mutating func adoptChildren(at now: UInt64, isNews: Bool, _ events: inout [Event]) {
    var parents = lineage.members.filter { $0.value.died == nil }.map { ($0.key, $0.value) }
    while let (process, member) = parents.popLast() {
      for child in ProcessFiles.children(process) where lineage.members[child] == nil {
        let own = image(of: child)
        // Until it has executed something of its own, it is a copy of its parent.
        let isCopy = own == member.image
        // What is news executes now; else it has done so before.
        lineage.adopt(
          child, below: process, born: now, start: ProcessFiles.status(child)?.start,
          image: isNews && !isCopy ? 0 : own, isCopy: isNews || isCopy)
        guard let adopted = lineage.members[child] else { continue }
        parents.append((child, adopted))
        if isNews, !isCopy, own != 0 { execute(child, adopted, at: now, &events) }
      }
    }
  }

  private func image(of process: Int32) -> UInt64 {
    let count = process_read(process, "cmdline", words.baseAddress, Int32(words.count))
    return Self.image(UnsafeBufferPointer(rebasing: words[..<max(0, Int(count))]))
  }

  /// A number that tells one command line from another; 0 is none.
  private static func image(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    guard !bytes.isEmpty else { return 0 }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes.prefix(1024) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash | 1
  }
}

/// How often the trees are read where the kernel does not tell: often while something happens in them.
struct Pace {
  /// The longest and the shortest time between two looks.
  static let range: ClosedRange<Int32> = 4...40
  private static let calm = 25
  private(set) var milliseconds = range.upperBound
  private var quiet = 0

  mutating func note(hasChanged: Bool) {
    quiet = hasChanged ? 0 : quiet + 1
    if hasChanged {
      milliseconds = Self.range.lowerBound
    } else if quiet > Self.calm {
      milliseconds = min(Self.range.upperBound, milliseconds * 2)
    }
  }
}
