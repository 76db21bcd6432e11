import Glibc
import Shell

/// A rulebook, and what is wrong with its files, as bytes that are read without a parser and only in part.
///
/// For a process that judges a few facts and ends: of the rules only those are made and compiled that these facts
/// could make fire. Their examples and the places of their keys are not kept.
public struct PreparedRules: Sendable {
  /// Why bytes are no prepared rules.
  public enum Broken: Error, Equatable {
    case tooShort
    case unknownWord(String)
    /// A pattern or a condition that cannot be compiled.
    case unsound(String)
  }

  public let programs: ProgramTable
  public let lists: [String: [String]]
  public let errors: [FileError]
  private let bytes: [UInt8]
  private let entries: [Entry]

  /// A rule, told as far as is needed to see whether it could fire.
  private struct Entry {
    let on: Fact.Kind
    /// What a text with a match contains one of, in small letters; nil where there is nothing to look for.
    let literals: [String]?
    let emit: Fact.Kind?
    /// Where the rest of it stands.
    let rule: Range<Int>
  }

  /// The same for the same rules.
  public static func bytes(of rulebook: Rulebook, errors: [FileError]) -> [UInt8] {
    var writer = PreparedWriter()
    writer.write(rulebook.programs)
    writer.write(rulebook.lists.sorted { $0.key < $1.key }) {
      $0.write($1.key)
      $0.write($1.value)
    }
    writer.write(errors) { $0.write($1) }
    writer.write(rulebook.rules) { writer, rule in
      writer.write(rule.on)
      let literals = rule.windows.isSpell ? [] : rule.match?.literals ?? []
      writer.write(literals.isEmpty ? nil : literals) { $0.write($1) }
      writer.write(rule.emit) { $0.write($1) }
      writer.writePart { $0.write(rule) }
    }
    return writer.bytes
  }

  /// - Throws: `Broken`.
  public init(_ bytes: [UInt8]) throws(Broken) {
    self.bytes = bytes
    var reader = PreparedReader(bytes)
    programs = try reader.programs()
    var lists: [String: [String]] = [:]
    for _ in 0..<(try reader.count()) { lists[try reader.text()] = try reader.texts() }
    self.lists = lists
    errors = try reader.items { reader throws(Broken) in try reader.fileError() }
    entries = try reader.items { reader throws(Broken) in
      Entry(
        on: try reader.word(),
        literals: try reader.optional { reader throws(Broken) in try reader.texts() },
        emit: try reader.optional { reader throws(Broken) in try reader.word() }, rule: try reader.part())
    }
  }

  /// A rulebook that judges these facts as that of all rules does.
  ///
  /// - Throws: `Broken`.
  public func rulebook(for facts: [Fact]) throws(Broken) -> Rulebook {
    var rules: [Rule] = []
    for entry in entries(for: facts) {
      var reader = PreparedReader(bytes, part: entry.rule)
      rules.append(try reader.rule())
    }
    return Rulebook(rules: rules, lists: lists, programs: programs)
  }

  /// Those that listen to the facts and are not ruled out by their texts, and those that listen to what these
  /// may emit.
  private func entries(for facts: [Fact]) -> [Entry] {
    let texts = Dictionary(grouping: facts, by: \.kind).mapValues { $0.map { LoweredText($0.text) } }
    var isTaken = entries.map { entry in
      guard let texts = texts[entry.on] else { return false }
      guard let literals = entry.literals else { return true }
      return literals.contains { literal in texts.contains { $0.contains(literal) } }
    }
    var heard: Set<Fact.Kind> = []
    while true {
      let made = Set(entries.indices.filter { isTaken[$0] }.compactMap { entries[$0].emit })
      guard !made.isSubset(of: heard) else { break }
      heard = made
      for index in entries.indices where made.contains(entries[index].on) { isTaken[index] = true }
    }
    return entries.indices.filter { isTaken[$0] }.map { entries[$0] }
  }
}

/// A text with its ASCII letters in small, to be searched for words that are written so.
private struct LoweredText {
  private let bytes: [UInt8]

  init(_ text: String) {
    bytes = text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
  }

  func contains(_ word: String) -> Bool {
    var word = word
    return word.withUTF8 { word in bytes.withUnsafeBytes { Self.contains(word, in: $0) } }
  }

  private static func contains(_ word: UnsafeBufferPointer<UInt8>, in text: UnsafeRawBufferPointer) -> Bool {
    guard let start = word.baseAddress, let first = word.first, var place = text.baseAddress else {
      return word.isEmpty
    }
    let end = place + text.count
    while end - place >= word.count, let found = memchr(place, Int32(first), end - place - word.count + 1) {
      if memcmp(found, start, word.count) == 0 { return true }
      place = UnsafeRawPointer(found) + 1
    }
    return false
  }
}
