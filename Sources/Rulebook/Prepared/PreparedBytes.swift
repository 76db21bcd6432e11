/// Writes values one behind the other; `PreparedReader` reads them in the same order.
struct PreparedWriter {
  private(set) var bytes: [UInt8] = []

  /// Seven bits a byte, the low ones first; the eighth says that more follow.
  mutating func write(_ number: Int) {
    var rest = UInt64(bitPattern: Int64(number))
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func write(_ text: String) {
    write(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  mutating func write(_ flag: Bool) {
    bytes.append(flag ? 1 : 0)
  }

  mutating func write(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    write(Int(seconds))
    write(Int(attoseconds))
  }

  mutating func write(_ word: some RawRepresentable<String>) {
    write(word.rawValue)
  }

  mutating func write<Items: Collection>(
    _ items: Items, _ body: (inout PreparedWriter, Items.Element) -> Void
  ) {
    write(items.count)
    for item in items { body(&self, item) }
  }

  mutating func write(_ texts: some Collection<String>) {
    write(texts) { $0.write($1) }
  }

  mutating func write<Content>(_ content: Content?, _ body: (inout PreparedWriter, Content) -> Void) {
    write(content != nil)
    if let content { body(&self, content) }
  }

  /// Writes a part behind its length, so that it can be passed over.
  mutating func writePart(_ body: (inout PreparedWriter) -> Void) {
    var part = PreparedWriter()
    body(&part)
    write(part.bytes.count)
    bytes += part.bytes
  }
}

/// Reads what `PreparedWriter` wrote. Any bytes may be given: what cannot be is an error.
struct PreparedReader {
  private let bytes: [UInt8]
  private var rest: Range<Int>

  /// - Parameter part: Where to read in the bytes; all of them without one.
  init(_ bytes: [UInt8], part: Range<Int>? = nil) {
    self.bytes = bytes
    rest = (part ?? bytes.indices).clamped(to: bytes.indices)
  }

  private mutating func take(_ count: Int) throws(PreparedRules.Broken) -> Range<Int> {
    guard count >= 0, count <= rest.count else { throw .tooShort }
    let taken = rest.lowerBound..<(rest.lowerBound + count)
    rest = taken.upperBound..<rest.upperBound
    return taken
  }

  mutating func number() throws(PreparedRules.Broken) -> Int {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      let byte = bytes[try take(1).lowerBound]
      number |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return Int(Int64(bitPattern: number)) }
    }
    throw .tooShort
  }

  mutating func text() throws(PreparedRules.Broken) -> String {
    String(decoding: bytes[try take(number())], as: UTF8.self)
  }

  mutating func flag() throws(PreparedRules.Broken) -> Bool {
    bytes[try take(1).lowerBound] == 1
  }

  mutating func duration() throws(PreparedRules.Broken) -> Duration {
    let seconds = try number()
    return Duration(secondsComponent: Int64(seconds), attosecondsComponent: Int64(try number()))
  }

  mutating func word<Word: RawRepresentable<String>>(
    _ type: Word.Type = Word.self
  ) throws(PreparedRules.Broken) -> Word {
    let text = try text()
    guard let word = Word(rawValue: text) else { throw .unknownWord(text) }
    return word
  }

  /// How many items follow: no more than there are bytes, since each takes one at least.
  mutating func count() throws(PreparedRules.Broken) -> Int {
    let count = try number()
    guard count >= 0, count <= rest.count else { throw .tooShort }
    return count
  }

  mutating func items<Item>(
    _ body: (inout PreparedReader) throws(PreparedRules.Broken) -> Item
  ) throws(PreparedRules.Broken) -> [Item] {
    let count = try count()
    var items: [Item] = []
    items.reserveCapacity(count)
    for _ in 0..<count { items.append(try body(&self)) }
    return items
  }

  mutating func texts() throws(PreparedRules.Broken) -> [String] {
    try items { reader throws(PreparedRules.Broken) in try reader.text() }
  }

  mutating func optional<Content>(
    _ body: (inout PreparedReader) throws(PreparedRules.Broken) -> Content
  ) throws(PreparedRules.Broken) -> Content? {
    try flag() ? body(&self) : nil
  }

  /// Where a part stands, passed over.
  mutating func part() throws(PreparedRules.Broken) -> Range<Int> {
    try take(number())
  }
}
