import Patterns
import Rulebook

/// Which programs are looked at when they are executed: those that a rule with `hold` could mean.
///
/// Decides on the words of a program alone and without allocating, since it stands in front of the SIGSTOP. It
/// may say yes too often: what then turns out harmless goes on within milliseconds.
public struct Watchlist: Sendable {
  /// Programs that run another one where it cannot be stopped any more: as somebody else, elsewhere, by a service.
  /// Agents run few of them, so that all are looked at.
  public static let carriers: Set<String> = [
    "sudo", "doas", "su", "runuser", "pkexec", "gosu", "su-exec", "ssh", "docker", "podman", "nerdctl",
    "systemd-run",
    "machinectl", "flatpak-spawn",
  ]

  /// Programs that are many in one, and run each other without executing anything.
  public static let collections: Set<String> = ["busybox", "toybox"]

  /// Programs that write what their words name: a rule about what is written means them as well.
  private static let writers = NameSet(["tee", "cp", "mv", "ln", "install", "sed", "truncate", "dd", "rsync"])
  /// Letters by which a name in a list is told from others.
  private static let shortestMark = 4

  /// Whether the file at a path is many programs in one, which run each other without executing anything.
  public static func isManyPrograms(_ path: String) -> Bool {
    var path = path
    return path.withUTF8 { Subject.isMultiple($0) }
  }

  /// Whole names, for those who want to know what is looked at.
  public let programs: Set<String>
  private let names: NameSet
  private let prefixes: [[UInt8]]
  /// In the texts of shells.
  private let marks: [UInt8]
  /// Parts of the names that rules do not want written; empty looks at whatever writes.
  private let written: [[UInt8]]
  private let hasWriters: Bool
  /// Anywhere among the words, for patterns that may begin anywhere.
  private let literals: [[UInt8]]
  /// A rule with `hold` that says nothing by which a program could be passed over.
  public let looksAtAll: Bool
  /// Rules that are not about a program of a certain name; they judge what shells are given to run.
  public let nameless: Set<String>

  /// - Parameter lists: By name, as the rules have them.
  public init(_ rules: [Rule] = [], lists: [String: [String]] = [:]) {
    var written: Set<String> = []
    var isAnyWritten = false
    var hasWriters = false
    var words: Set<LeadingWord> = []
    var marks: Set<UInt8> = []
    var literals: Set<String> = []
    var nameless: Set<String> = []
    var looksAtAll = false
    for rule in rules where rule.on == .command && rule.holds {
      if let match = rule.match {
        if let own = match.leadingWords {
          words.formUnion(own)
        } else if match.literals.isEmpty {
          looksAtAll = true
        } else {
          literals.formUnion(match.literals)
        }
        continue
      }
      nameless.insert(rule.id)
      let fields = rule.when?.fields ?? []
      if fields.contains("writes") {
        marks.insert(UInt8(ascii: ">"))
        hasWriters = true
        let names = rule.when?.lists.map { lists[$0] ?? [] } ?? []
        let parts = names.joined().map {
          $0.split(separator: "*").max { $0.utf8.count < $1.utf8.count } ?? ""
        }
        if parts.isEmpty { isAnyWritten = true }
        for part in parts where part.utf8.count >= Self.shortestMark { written.insert(part.lowercased()) }
      }
      if fields.contains("env") { marks.insert(UInt8(ascii: "=")) }
      if fields.isDisjoint(with: ["writes", "env"]) { looksAtAll = true }
    }
    programs = Set(words.filter(\.isWhole).map(\.text))
    names = NameSet(programs.isEmpty ? programs : programs.union(Self.carriers))
    prefixes = words.filter { !$0.isWhole }.map { Array($0.text.utf8) }
    self.marks = Array(marks)
    self.written = isAnyWritten ? [] : written.map { Array($0.utf8) }
    self.hasWriters = hasWriters
    self.literals = literals.map { Array($0.utf8) }
    self.nameless = nameless
    self.looksAtAll = looksAtAll
  }

  public var isEmpty: Bool {
    programs.isEmpty && prefixes.isEmpty && marks.isEmpty && literals.isEmpty && !looksAtAll
  }

  /// Whether a program of this name is looked at, whatever its words.
  public func looksAt(program: String) -> Bool {
    var program = program
    return program.withUTF8 { hasName($0[...]) }
  }

  /// Whether a program with these words is looked at; the bytes are those of `/proc/PID/cmdline`.
  func looksAt(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    if looksAtAll { return true }
    let subject = Subject(bytes)
    let word = Subject.word(bytes, at: subject.start)
    switch subject.kind {
    case .text: if marks.contains(where: { word.contains($0) }) { return true }
    case .program: if hasName(Subject.name(word)) || writes(word, bytes) { return true }
    }
    if hasName(Subject.name(Subject.word(bytes, at: 0))) { return true }
    return literals.contains { Self.contains(bytes, $0) }
  }

  /// Whether the file of the program says what its words do not.
  func looksAt(executable path: UnsafeBufferPointer<UInt8>) -> Bool {
    hasName(Subject.name(path[...]))
  }

  /// Whether a shell was given a text which it runs without executing anything: busybox has its programs in itself.
  func looksAt(_ words: UnsafeBufferPointer<UInt8>, of executable: UnsafeBufferPointer<UInt8>) -> Bool {
    !programs.isEmpty && Subject.isMultiple(executable) && Subject(words).kind == .text
  }

  private func writes(
    _ program: Slice<UnsafeBufferPointer<UInt8>>, _ bytes: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    guard hasWriters, Self.writers.contains(Subject.name(program)) else { return false }
    return written.isEmpty || written.contains { Self.contains(bytes, $0) }
  }

  private func hasName(_ name: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    names.contains(name) || prefixes.contains { name.starts(with: $0) }
  }

  /// Whether the words, joined by blanks and without case, contain a text.
  private static func contains(_ bytes: UnsafeBufferPointer<UInt8>, _ text: [UInt8]) -> Bool {
    guard let first = text.first, bytes.count >= text.count else { return false }
    for start in 0...(bytes.count - text.count) where lowered(bytes[start]) == first {
      if text.indices.allSatisfy({ lowered(bytes[start + $0]) == text[$0] }) { return true }
    }
    return false
  }

  private static func lowered(_ byte: UInt8) -> UInt8 {
    switch byte {
    case 0: 0x20
    case 0x41...0x5A: byte | 0x20
    default: byte
    }
  }
}

extension Rule {
  /// Whether any step of the rule asks to freeze a program.
  public var holds: Bool { steps.contains { $0.contains { $0.action == .hold } } }
}
