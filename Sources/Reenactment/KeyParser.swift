/// Something that was typed, pasted or answered into the terminal.
public enum Keystroke: Sendable, Equatable {
  /// A key that is no text: `Escape`, `Up`, `Backspace`, `C-u`, …
  case key(String)
  /// Printable text that arrived in one piece.
  case text(String)
  case enter
  /// All that stood between the brackets of one paste; `whole` is false when it was cut at the limit.
  case paste(String, whole: Bool)
  /// What the terminal itself sent: an answer to a query, focus, the mouse. Written with `^[` for escape.
  case report(String)
}

/// A keystroke and when its first byte was read.
public struct Arrival: Sendable, Equatable {
  public let keystroke: Keystroke
  public let at: Duration

  public init(_ keystroke: Keystroke, at: Duration) {
    self.keystroke = keystroke
    self.at = at
  }
}

/// Turns the bytes of a terminal's input into keystrokes; they may be cut anywhere between two reads.
///
/// An escape byte is the Escape key when nothing that belongs to it follows within ``patience``. It holds
/// no clock. Pastes are kept up to ``pasteLimit``; other sequences up to 256 bytes, then read as text.
public struct KeyParser: Sendable {
  /// How long an unfinished sequence may stand still.
  public static let patience: Duration = .milliseconds(20)
  /// The bytes of one paste that are kept; what exceeds them is dropped.
  public static let pasteLimit = 1 << 20

  private var pending: [UInt8] = []
  private var pendingSince: Duration = .zero
  private var lastByte: Duration = .zero
  private var paste: [UInt8]?
  private var pasteSince: Duration = .zero
  private var pasteWhole = true

  public init() {}

  /// When ``settle(at:)`` should be called, if no byte comes before.
  public var deadline: Duration? { pending.isEmpty || paste != nil ? nil : lastByte + Self.patience }

  /// Takes what one read returned at `now`.
  public mutating func feed(_ bytes: some Sequence<UInt8>, at now: Duration) -> [Arrival] {
    var result = settle(at: now)
    if pending.isEmpty { pendingSince = now }
    pending.append(contentsOf: bytes)
    lastByte = now
    parse(into: &result, at: now, final: false)
    return result
  }

  /// Ends the wait for the rest of an unfinished sequence when its time is over.
  public mutating func settle(at now: Duration) -> [Arrival] {
    guard let deadline, now >= deadline else { return [] }
    var result: [Arrival] = []
    parse(into: &result, at: now, final: true)
    return result
  }

  private mutating func parse(into result: inout [Arrival], at now: Duration, final: Bool) {
    while !pending.isEmpty {
      let start = pendingSince
      if paste != nil {
        guard let text = takePaste() else { return }
        result.append(Arrival(text, at: pasteSince))
      } else {
        guard let (length, keystroke) = InputGrammar.first(of: pending, final: final) else { return }
        pending.removeFirst(length)
        if let keystroke {
          result.append(Arrival(keystroke, at: start))
        } else {
          (paste, pasteSince, pasteWhole) = ([], start, true)
        }
      }
      pendingSince = now
    }
  }

  private mutating func takePaste() -> Keystroke? {
    let end = InputGrammar.pasteEnd
    if let range = pending.firstRange(of: end) {
      keep(pending[..<range.lowerBound])
      pending.removeSubrange(..<range.upperBound)
      defer { paste = nil }
      return .paste(String(decoding: paste ?? [], as: UTF8.self), whole: pasteWhole)
    }
    // The last bytes may be the beginning of the closing bracket.
    let safe = max(0, pending.count - end.count + 1)
    keep(pending[..<safe])
    pending.removeFirst(safe)
    return nil
  }

  private mutating func keep(_ bytes: ArraySlice<UInt8>) {
    let room = Self.pasteLimit - (paste?.count ?? 0)
    if bytes.count > room { pasteWhole = false }
    paste?.append(contentsOf: bytes.prefix(room))
  }
}

extension Array where Element == UInt8 {
  fileprivate func firstRange(of needle: [UInt8]) -> Range<Int>? {
    guard count >= needle.count else { return nil }
    for start in 0...(count - needle.count)
    where self[start] == needle[0] && self[start..<start + needle.count].elementsEqual(needle) {
      return start..<start + needle.count
    }
    return nil
  }
}
