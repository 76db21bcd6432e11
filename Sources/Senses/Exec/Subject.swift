/// Which of a program's words say what it does: interpreters, applets and `env` are seen through.
///
/// Read from the bytes of `/proc/PID/cmdline` without allocating.
struct Subject {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  enum Kind {
    /// The program is the word at `start`, its own words follow.
    case program
    /// A shell that was given a text to run, which is the word at `start`.
    case text
  }

  let kind: Kind
  /// Where its first word begins.
  let start: Int

  private static let shells = NameSet(["sh", "bash", "dash", "zsh", "ksh", "ash", "mksh", "fish", "rbash"])
  private static let interpreters = NameSet([
    "python", "pypy", "perl", "ruby", "node", "nodejs", "bun", "deno", "php", "lua", "luajit", "tclsh", "awk",
    "gawk", "mawk", "ts-node", "tsx",
  ])
  private static let multiples = NameSet(Watchlist.collections)
  private static let env = NameSet(["env"])
  /// How many words are looked at in search of the one that counts.
  private static let most = 64
  private static let deepest = 4

  init(_ bytes: Bytes) {
    self.init(bytes, at: 0, depth: 0)
  }

  private init(_ bytes: Bytes, at start: Int, depth: Int) {
    let word = Self.word(bytes, at: start)
    let name = Self.withoutVersion(Self.name(word))
    let next = word.endIndex + 1
    let here = Subject(kind: .program, start: start)
    guard next < bytes.count, depth < Self.deepest else {
      self = here
      return
    }
    if Self.shells.contains(name) {
      self = Self.shell(bytes, from: next) ?? here
    } else if Self.interpreters.contains(name) {
      self = Self.script(bytes, from: next) ?? here
    } else if Self.multiples.contains(name) {
      self.init(bytes, at: next, depth: depth + 1)
    } else if Self.env.contains(name), let inner = Self.behindAssignments(bytes, from: next) {
      self.init(bytes, at: inner, depth: depth + 1)
    } else {
      self = here
    }
  }

  private init(kind: Kind, start: Int) {
    self.kind = kind
    self.start = start
  }

  /// A shell's text or script; nil when it reads its input.
  private static func shell(_ bytes: Bytes, from start: Int) -> Subject? {
    var start = start
    var hasText = false
    for _ in 0..<most where start < bytes.count {
      let word = word(bytes, at: start)
      guard word.count > 1, word.first == UInt8(ascii: "-") || word.first == UInt8(ascii: "+") else { break }
      start = word.endIndex + 1
      if word.count == 2, word.last == UInt8(ascii: "-") { break }
      if word[word.startIndex + 1] == UInt8(ascii: "-") { continue }
      if word.first == UInt8(ascii: "-"), word.contains(UInt8(ascii: "c")) { hasText = true }
      if word.last == UInt8(ascii: "o") || word.last == UInt8(ascii: "O") {
        start = self.word(bytes, at: start).endIndex + 1
      }
    }
    guard start < bytes.count else { return nil }
    return Subject(kind: hasText ? .text : .program, start: start)
  }

  /// The script of an interpreter; nil when it runs a text of its own language or reads its input.
  private static func script(_ bytes: Bytes, from start: Int) -> Subject? {
    var start = start
    for _ in 0..<most where start < bytes.count {
      let word = word(bytes, at: start)
      guard word.first == UInt8(ascii: "-") else { return Subject(kind: .program, start: start) }
      let isCode = word.count >= 2 && [0x63, 0x65, 0x6D, 0x45].contains(word[word.startIndex + 1])
      if word.count == 1 || isCode { return nil }
      start = word.endIndex + 1
    }
    return nil
  }

  /// Whether the file at a path is many programs in one.
  static func isMultiple(_ path: Bytes) -> Bool { multiples.contains(name(path[...])) }

  private static func behindAssignments(_ bytes: Bytes, from start: Int) -> Int? {
    var start = start
    for _ in 0..<most where start < bytes.count {
      let word = word(bytes, at: start)
      if word.first != UInt8(ascii: "-"), !word.contains(UInt8(ascii: "=")) { return start }
      start = word.endIndex + 1
    }
    return nil
  }

  /// The word that begins at an offset, without the NUL that ends it.
  static func word(_ bytes: Bytes, at start: Int) -> Slice<Bytes> {
    guard start < bytes.count else { return bytes[bytes.count...] }
    let rest = bytes[start...]
    return rest[..<(rest.firstIndex(of: 0) ?? bytes.count)]
  }

  /// The last component of a path; of a login shell, without its hyphen.
  static func name(_ path: Slice<Bytes>) -> Slice<Bytes> {
    let tail = path.lastIndex(of: UInt8(ascii: "/")).map { path[($0 + 1)...] } ?? path
    return tail.first == UInt8(ascii: "-") ? tail.dropFirst() : tail
  }

  /// `python` of `python3.11`.
  private static func withoutVersion(_ name: Slice<Bytes>) -> Slice<Bytes> {
    var end = name.endIndex
    while end > name.startIndex, (0x30...0x39).contains(name[end - 1]) || name[end - 1] == 0x2E { end -= 1 }
    return end == name.startIndex ? name : name[..<end]
  }
}
