import Foundation
import Rulebook
import Senses
import Shell

/// Turns a program that was executed into facts.
struct ExecReading {
  private let programs: ProgramTable
  private let watchlist: Watchlist

  /// Of a repository only its own settings are read: what a script would run, the kernel tells when it does.
  private static let repository = Files { path in
    path.contains("/.git/") || path.hasSuffix("/.git") || path.hasSuffix(".gitconfig")
      || path.hasSuffix("/git/config")
      ? Files.local.read(path) : nil
  }

  init(_ rulebook: Rulebook, _ watchlist: Watchlist) {
    programs = rulebook.programs
    self.watchlist = watchlist
  }

  /// The program's words, by the name that tells most.
  ///
  /// - Parameter executable: The path of its file.
  func arguments(_ bytes: [UInt8], executable: String?) -> Arguments {
    let arguments = Arguments(bytes)
    guard arguments.text == nil, let first = arguments.words.first else { return arguments }
    let name = Self.name(first)
    if let file = executable.map(Self.name), file != name, watchlist.looksAt(program: file),
      !watchlist.looksAt(program: name)
    {
      return arguments.renamed(file)
    }
    return arguments.renamed(name)
  }

  /// One fact of a program, as rules read it. Of one that carries another elsewhere (`sudo`, `ssh`): of that one.
  func facts(_ arguments: Arguments, agent: String, directory: String?, at time: Instant) -> [Fact] {
    let whole = fact(arguments.line, arguments, agent, directory, time)
    guard arguments.text == nil, !arguments.words.isEmpty else { return [whole] }
    var reader = CommandReader(programs: programs, files: Self.repository, cwd: directory)
    let parts = reader.read(whole).filter { part in
      guard part.fields["opaque"] == nil else { return false }
      guard case .list(let wrappers)? = part.fields["wrappers"] else { return true }
      // Whatever else is wrapped is executed by and by, and told then.
      return wrappers.contains { Watchlist.carriers.contains(Self.name($0)) }
    }
    return parts.isEmpty ? [whole] : parts
  }

  /// What a shell was given to run: for rules that are about no program of a certain name.
  func textFacts(_ text: String, agent: String, directory: String?, at time: Instant) -> [Fact] {
    var reader = CommandReader(programs: programs, files: Self.repository, cwd: directory)
    return reader.read(fact(text, Arguments(words: []), agent, directory, time))
  }

  private func fact(
    _ line: String, _ arguments: Arguments, _ agent: String, _ directory: String?, _ time: Instant
  ) -> Fact {
    var fields: [String: Value] = ["phase": .string(Fact.Phase.running.rawValue), "line": .string(line)]
    if let first = arguments.words.first { fields["program"] = .string(Self.name(first)) }
    if let directory { fields["cwd"] = .string(directory) }
    return Fact(time: time, agent: agent, kind: .command, text: line, fields: fields, source: .exec)
  }

  static func name(_ path: String) -> String {
    let tail =
      path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.utf8.index(after: $0)...]) } ?? path
    return tail.hasPrefix("-") ? String(tail.dropFirst()) : tail
  }
}
