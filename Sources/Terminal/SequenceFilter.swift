/// Walks over a pane's bytes and says which may reach libvterm as they are.
///
/// It follows the same grammar as a terminal (ECMA-48 with UTF-8, so no 8-bit controls), and knows the
/// moments that bytes themselves define: a cursor sent home, the borders of a synchronized update, a change
/// of screens. Strings (OSC, DCS, APC, PM, SOS) never pass; OSC 0, 2 and 7501 are read here. It does not paint.
struct SequenceFilter {
  /// What is to be done about a byte.
  enum Step {
    /// It is text, or belongs to a sequence that is not complete.
    case pass
    /// A line feed after which it is worth a look how much has scrolled by.
    case lineFeed
    case drop
    /// An escape begins: the bytes from here on belong together.
    case begin
    /// The sequence is complete, this byte included.
    case end(Meaning)
  }

  enum Meaning {
    case harmless
    /// Not for libvterm.
    case swallow
    case rewrite([UInt8])
    case home
    case synchronize(Bool)
    case otherScreen([UInt8]?)
    case repeatGlyph(Int)
    /// Insertion, deletion or scrolling of several rows: to be done one by one, since libvterm 0.1.4 moves
    /// memory that is not its own when there are more than fit.
    case moveRows(UInt8, Int)
    case reset
    case title(String)
    case announcement(String)
  }

  private enum State {
    case ground, escape, intermediate, control, string
  }

  /// A sequence longer than this is ignored.
  private static let longestSequence = 256
  private static let longestString = 4096
  /// Larger parameters mean nothing on a screen of at most 1000 columns.
  private static let largestParameter = 9999
  private static let lineFeedsBetweenLooks = 256

  private var state = State.ground
  private var lead: UInt8 = 0
  /// The sequence as far as it was read, from its escape on.
  private(set) var sequence: [UInt8] = []
  private var string: [UInt8] = []
  private var lineFeeds = 0
  private var isAtFirstColumn = false
  private var isPlaced = true
  private var endsWithC2 = false

  /// Nothing is cut, and the cursor was last put somewhere: by an absolute placement or a plain new line.
  var isParked: Bool { state == .ground && isPlaced && !endsWithC2 }
  var isInString: Bool { state == .string }
  var isInSequence: Bool { state == .escape || state == .intermediate || state == .control }
  /// A first byte of a possible C1 control was held back.
  var holdsC2: Bool { endsWithC2 }

  /// How many bytes from `index` on are plain text that can pass unseen.
  mutating func skipText(_ bytes: UnsafeRawBufferPointer, from index: Int) -> Int {
    guard state == .ground, !endsWithC2 else { return index }
    var end = index
    while end + 8 <= bytes.count, Self.isText(bytes.loadUnaligned(fromByteOffset: end, as: UInt64.self)) {
      end += 8
    }
    while end < bytes.count, bytes[end] >= 0x20, bytes[end] != 0xC2, bytes[end] != 0x7F { end += 1 }
    if end > index {
      isPlaced = false
      isAtFirstColumn = false
    }
    return end
  }

  /// Whether none of eight bytes is a control, DEL or 0xC2; may say no where the answer is yes.
  @inline(__always)
  private static func isText(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let high: UInt64 = 0x8080_8080_8080_8080
    let delete = word ^ (ones &* 0x7F)
    let c2 = word ^ (ones &* 0xC2)
    let below = (word &- ones &* 0x20) & ~word
    return (below | ((delete &- ones) & ~delete) | ((c2 &- ones) & ~c2)) & high == 0
  }

  /// A control character of two bytes: U+0080 to U+009F, for which libvterm has no width.
  mutating func isC1(after byte: UInt8) -> Bool {
    endsWithC2 = false
    return byte & 0xE0 == 0x80
  }

  mutating func holdC2() {
    endsWithC2 = true
    isPlaced = false
    isAtFirstColumn = false
  }

  mutating func step(_ byte: UInt8) -> Step {
    switch state {
    case .ground: return ground(byte)
    case .string: return inString(byte)
    case .escape, .intermediate, .control:
      if byte == 0x1B { return begin() }
      if byte == 0x18 || byte == 0x1A { return finish(.swallow) }
      if sequence.count < Self.longestSequence { sequence.append(byte) }
      if byte < 0x20 || byte == 0x7F { return .pass }
      if byte >= 0x80 { return finish(.swallow) }
      return inSequence(byte)
    }
  }

  private mutating func ground(_ byte: UInt8) -> Step {
    switch byte {
    case 0x1B: return begin()
    case 0x0A, 0x0B, 0x0C:
      isPlaced = isAtFirstColumn
      lineFeeds += 1
      return lineFeeds % Self.lineFeedsBetweenLooks == 0 ? .lineFeed : .pass
    case 0x0D:
      isAtFirstColumn = true
      isPlaced = false
    case 0x00, 0x07, 0x0E, 0x0F, 0x7F: break
    default:
      isPlaced = false
      isAtFirstColumn = false
    }
    return .pass
  }

  private mutating func begin() -> Step {
    state = .escape
    sequence.removeAll(keepingCapacity: true)
    sequence.append(0x1B)
    return .begin
  }

  private mutating func finish(_ meaning: Meaning) -> Step {
    state = .ground
    return .end(sequence.count < Self.longestSequence ? meaning : .swallow)
  }

  private mutating func inSequence(_ byte: UInt8) -> Step {
    if state == .control { return byte < 0x40 ? .pass : finish(control(final: byte)) }
    if byte < 0x30 {
      state = .intermediate
      return .pass
    }
    if state == .intermediate { return finish(.harmless) }
    switch byte {
    case UInt8(ascii: "["):
      state = .control
      return .pass
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"),
      UInt8(ascii: "k"):
      state = .string
      lead = byte
      string.removeAll(keepingCapacity: true)
      return .end(.swallow)
    case UInt8(ascii: "8"): place()
    case UInt8(ascii: "\\"): return finish(.swallow)
    case UInt8(ascii: "c"):
      place()
      return finish(.reset)
    case UInt8(ascii: "D"), UInt8(ascii: "E"), UInt8(ascii: "M"): move()
    default: break
    }
    return finish(.harmless)
  }

  private mutating func place() {
    isPlaced = true
    isAtFirstColumn = false
  }

  private mutating func move() {
    isPlaced = false
    isAtFirstColumn = false
  }

  private mutating func inString(_ byte: UInt8) -> Step {
    switch byte {
    case 0x07, 0x18, 0x1A, 0x1B:
      let meaning = byte == 0x07 || byte == 0x1B ? stringMeaning() : .swallow
      state = .ground
      guard byte == 0x1B else { return .end(meaning) }
      _ = begin()
      return .end(meaning)
    default:
      if string.count < Self.longestString { string.append(byte) }
      return .drop
    }
  }

  private func stringMeaning() -> Meaning {
    if lead == UInt8(ascii: "k") { return .title(String(printable(string[...]).prefix(256))) }
    guard lead == UInt8(ascii: "]"), let end = string.firstIndex(of: UInt8(ascii: ";")) else {
      return .swallow
    }
    let text = string[(end + 1)...]
    switch String(decoding: string[..<end], as: UTF8.self) {
    case "0", "2": return .title(String(printable(text).prefix(256)))
    case "7501":
      guard text.count <= Announcement.maximumLength, text.first != UInt8(ascii: "?") else { return .swallow }
      return .announcement(printable(text))
    default: return .swallow
    }
  }

  private func printable(_ bytes: ArraySlice<UInt8>) -> String {
    let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars
    return String(
      String.UnicodeScalarView(scalars.filter { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }))
  }

  private struct Parameters {
    var leader: UInt8 = 0
    var values: [Int] = []
    var hasIntermediate = false
    var isTooLarge = false

    init(_ bytes: ArraySlice<UInt8>) {
      var value = -1
      for byte in bytes {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
          value = min(max(value, 0) * 10 + Int(byte - UInt8(ascii: "0")), 1_000_000)
          isTooLarge = isTooLarge || value > SequenceFilter.largestParameter
        case UInt8(ascii: ";"), UInt8(ascii: ":"):
          values.append(value)
          value = -1
        case 0x3C...0x3F: leader = byte
        case 0x20..<0x30: hasIntermediate = true
        default: break
        }
      }
      values.append(value)
    }

    /// A parameter, 1 when it is missing or zero.
    func count(_ index: Int) -> Int { index < values.count ? max(values[index], 1) : 1 }
  }

  private mutating func control(final: UInt8) -> Meaning {
    if final == UInt8(ascii: "m"), sequence.count < 32, sequence[2] < 0x3C,
      sequence.allSatisfy({ $0 >= 0x1B })
    {
      let digits = sequence.reduce((run: 0, longest: 0)) { state, byte in
        let run = byte >= 0x30 && byte <= 0x39 ? state.run + 1 : 0
        return (run, max(state.longest, run))
      }
      if digits.longest <= 4 { return .harmless }
    }
    let parameters = Parameters(sequence[2..<max(2, sequence.count - 1)])
    switch parameters.leader {
    case UInt8(ascii: "?"): return modes(parameters, final)
    case 0: break
    default: return .swallow
    }
    guard !parameters.hasIntermediate else { return parameters.isTooLarge ? .swallow : .harmless }
    switch final {
    case UInt8(ascii: "H"), UInt8(ascii: "f"):
      place()
      if parameters.count(0) == 1, parameters.count(1) == 1 { return .home }
    case UInt8(ascii: "u"): place()
    case UInt8(ascii: "t"): return .swallow
    case UInt8(ascii: "b"):
      move()
      return .repeatGlyph(min(parameters.count(0), Bounds.columns))
    case UInt8(ascii: "L"), UInt8(ascii: "M"), UInt8(ascii: "S"), UInt8(ascii: "T"):
      move()
      guard parameters.values.count == 1 else { return .swallow }
      if parameters.count(0) > 1 { return .moveRows(final, parameters.count(0)) }
    case UInt8(ascii: "m"), UInt8(ascii: "h"), UInt8(ascii: "l"), UInt8(ascii: "n"), UInt8(ascii: "c"),
      UInt8(ascii: "s"), UInt8(ascii: "g"):
      break
    default: move()
    }
    return parameters.isTooLarge ? .rewrite(rewritten(parameters, final)) : .harmless
  }

  private func rewritten(_ parameters: Parameters, _ final: UInt8) -> [UInt8] {
    let values = parameters.values.map { $0 < 0 ? "" : String(min($0, Self.largestParameter)) }
    return Array("\u{1B}[".utf8) + Array(values.joined(separator: ";").utf8) + [final]
  }

  private mutating func modes(_ parameters: Parameters, _ final: UInt8) -> Meaning {
    let isOn = final == UInt8(ascii: "h")
    guard !parameters.hasIntermediate, isOn || final == UInt8(ascii: "l") else {
      if final == UInt8(ascii: "J") || final == UInt8(ascii: "K") {
        move()
        return .harmless
      }
      return .swallow
    }
    let leftAndRightMargins = 69
    guard !parameters.isTooLarge, !parameters.values.contains(leftAndRightMargins) else { return .swallow }
    if parameters.values.contains(2026) { return .synchronize(isOn) }
    if parameters.values.contains(47) { return .otherScreen(Array("\u{1B}[?1047\(isOn ? "h" : "l")".utf8)) }
    if parameters.values.contains(where: { $0 == 1047 || $0 == 1049 }) { return .otherScreen(nil) }
    return .harmless
  }
}
