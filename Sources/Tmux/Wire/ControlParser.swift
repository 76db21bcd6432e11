/// Decodes the byte stream of one `tmux -C` client.
///
/// Pure: bytes in any pieces in, whole messages out.
///
/// Hostile input never traps. Text inside a reply may look like a guard line (a pane can print one, and
/// `capture-pane` brings it here); such a line ends the reply only if it repeats the `%begin` to the digit,
/// and then the true guard that follows has nothing to close, which is reported as `.disorder`.
///
/// Bounds: a line of at most 4 MiB, a reply of at most 16 MiB; more is disorder.
struct ControlParser {
  private static let longestLine = 4 << 20
  private static let largestReply = 16 << 20

  private var partial: [UInt8] = []
  private var guardTail: [UInt8]?
  private var replyLines: [[UInt8]] = []
  private var replySize = 0
  private var outOfStep = false

  /// Takes the next bytes and hands every message they complete to `emit`, in order.
  mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>, _ emit: (Message) -> Void) {
    var rest = bytes[...]
    while !outOfStep, let end = rest.firstIndex(of: 0x0A) {
      if partial.isEmpty {
        read(line: UnsafeBufferPointer(rebasing: rest[rest.startIndex..<end]), emit)
      } else {
        partial.append(contentsOf: rest[rest.startIndex..<end])
        let line = partial
        partial.removeAll(keepingCapacity: line.count <= 1 << 16)
        line.withUnsafeBufferPointer { read(line: $0, emit) }
      }
      rest = rest[(end + 1)...]
    }
    guard !outOfStep else { return }
    partial.append(contentsOf: rest)
    if partial.count > Self.longestLine { stumble("a line of more than 4 MiB", emit) }
  }

  private mutating func read(line: UnsafeBufferPointer<UInt8>, _ emit: (Message) -> Void) {
    if let tail = guardTail {
      readInsideReply(line, tail: tail, emit)
      return
    }
    if line.isEmpty { return }
    guard line[0] == UInt8(ascii: "%") else {
      // A `-CC` client would start with a device control string; `-C` has nothing but % lines here.
      stumble("text outside any reply", emit)
      return
    }
    let space = line.firstIndex(of: 0x20) ?? line.endIndex
    let name = UnsafeBufferPointer(rebasing: line[..<space])
    let rest = line[min(space + 1, line.endIndex)...]
    if name.spells("%output") {
      output(rest, emit)
    } else if name.spells("%extended-output") {
      extendedOutput(rest, emit)
    } else if name.spells("%begin") {
      guardTail = Array(rest)
    } else if name.spells("%end") || name.spells("%error") {
      stumble("the end of a reply that never began", emit)
    } else {
      notice(name, rest, emit)
    }
  }

  private mutating func readInsideReply(
    _ line: UnsafeBufferPointer<UInt8>, tail: [UInt8], _ emit: (Message) -> Void
  ) {
    let failed = line.closes("%error ", tail)
    if failed || line.closes("%end ", tail) {
      let asked = tail.last == UInt8(ascii: "1")
      emit(.reply(Reply(lines: replyLines, failed: failed, asked: asked)))
      guardTail = nil
      replyLines.removeAll()
      replySize = 0
      return
    }
    replySize += line.count + 32
    if replySize > Self.largestReply {
      stumble("a reply of more than 16 MiB", emit)
    } else {
      replyLines.append(Array(line))
    }
  }

  // %3 data
  private func output(_ rest: Slice<UnsafeBufferPointer<UInt8>>, _ emit: (Message) -> Void) {
    guard let space = rest.firstIndex(of: 0x20), let pane = PaneID(rest[..<space]) else { return }
    emit(.output(pane, unescaped(UnsafeBufferPointer(rebasing: rest[(space + 1)...]))))
  }

  /// `%3 age … : data`; fields between the age and the colon are reserved.
  private func extendedOutput(_ rest: Slice<UnsafeBufferPointer<UInt8>>, _ emit: (Message) -> Void) {
    guard let space = rest.firstIndex(of: 0x20), let pane = PaneID(rest[..<space]) else { return }
    var at = space
    while let colon = rest[at...].firstIndex(of: UInt8(ascii: ":")) {
      if colon + 1 < rest.endIndex, rest[colon + 1] == 0x20, rest[colon - 1] == 0x20 {
        emit(.output(pane, unescaped(UnsafeBufferPointer(rebasing: rest[(colon + 2)...]))))
        return
      }
      at = colon + 1
    }
  }

  private func notice(
    _ name: UnsafeBufferPointer<UInt8>, _ rest: Slice<UnsafeBufferPointer<UInt8>>, _ emit: (Message) -> Void
  ) {
    let word = rest.prefix { $0 != 0x20 }
    switch String(decoding: name, as: UTF8.self) {
    case "%pause": if let pane = PaneID(word) { emit(.paused(pane)) }
    case "%continue": if let pane = PaneID(word) { emit(.continued(pane)) }
    case "%pane-mode-changed": if let pane = PaneID(word) { emit(.modeChanged(pane)) }
    case "%session-changed": if let session = SessionID(word) { emit(.sessionChanged(session)) }
    case "%exit": emit(.exit(reason: Array(rest)))
    case "%subscription-changed": subscription(rest, emit)
    case "%window-renamed", "%unlinked-window-renamed": emit(.windowRenamed)
    case "%layout-change", "%window-add", "%window-close", "%window-pane-changed", "%unlinked-window-add",
      "%unlinked-window-close", "%sessions-changed", "%session-renamed", "%session-window-changed":
      emit(.arrangementChanged)
    default: break
    }
  }

  // name $0 @0 0 %0 : value
  private func subscription(_ rest: Slice<UnsafeBufferPointer<UInt8>>, _ emit: (Message) -> Void) {
    let words = rest.split(separator: 0x20, maxSplits: 6, omittingEmptySubsequences: false)
    guard words.count >= 6, words[5].elementsEqual([UInt8(ascii: ":")]) else { return }
    let value = words.count == 7 ? Array(words[6]) : []
    emit(.subscription(name: Array(words[0]), PaneID(words[4]), value: value))
  }

  private mutating func stumble(_ what: String, _ emit: (Message) -> Void) {
    outOfStep = true
    partial = []
    replyLines = []
    emit(.disorder(what))
  }
}

/// tmux writes bytes below a space, and the backslash, as a backslash and three octal digits.
///
/// Anything that only looks like it is passed on as it is.
func unescaped(_ line: UnsafeBufferPointer<UInt8>) -> [UInt8] {
  let backslash = UInt8(ascii: "\\")
  return [UInt8](unsafeUninitializedCapacity: line.count) { out, count in
    var at = 0
    while at < line.count {
      var byte = line[at]
      at += 1
      if byte == backslash, at + 3 <= line.count {
        let (a, b, c) = (line[at] &- 0x30, line[at + 1] &- 0x30, line[at + 2] &- 0x30)
        if a < 4, b < 8, c < 8 {
          byte = a << 6 | b << 3 | c
          at += 3
        }
      }
      out[count] = byte
      count += 1
    }
  }
}

extension UnsafeBufferPointer<UInt8> {
  fileprivate func spells(_ word: StaticString) -> Bool {
    count == word.utf8CodeUnitCount
      && elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
  }

  fileprivate func closes(_ word: StaticString, _ tail: [UInt8]) -> Bool {
    let length = word.utf8CodeUnitCount
    return count == length + tail.count
      && self[..<length].elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: length))
      && self[length...].elementsEqual(tail)
  }
}
