import Foundation
import Rulebook
import Senses
import Shell

/// Turns a program that was executed into facts.
struct ExecReading {
  /// What is known of an execution beside its words.
  struct Surroundings {
    let agent: String
    let directory: String?
    /// Assignments of the environment that rules ask for.
    var environment: [String] = []
    /// Another program has started it, or the agent for itself; not the agent's own shell.
    var isInner = false
    let time: Instant
  }

  private let programs: ProgramTable
  private let watchlist: Watchlist
  /// What rules ask of an environment.
  let variables: VariablePatterns

  /// Of a repository only its own settings are read: what a script would run, the kernel tells when it does.
  private static let repository = Files { path in
    path.contains("/.git/") || path.hasSuffix("/.git") || path.hasSuffix(".gitconfig")
      || path.hasSuffix("/git/config")
      ? Files.local.read(path) : nil
  }

  init(_ rulebook: Rulebook, _ watchlist: Watchlist) {
    programs = rulebook.programs
    variables = VariablePatterns(rulebook)
    self.watchlist = watchlist
  }

  /// The program's words, by the name that tells most.
  ///
  /// - Parameters:
  ///   - executable: The path of its file.
  ///   - original: The program that its file is a copy of; asked only when neither name is looked at.
  func arguments(
    _ bytes: [UInt8], executable: String?, original: () -> String? = { nil }
  ) -> Arguments {
    let arguments = Arguments(bytes)
    guard arguments.text == nil, let first = arguments.words.first else { return arguments }
    let name = Self.name(first)
    guard let file = executable.map(Self.name), !watchlist.looksAt(program: name) else {
      return arguments.renamed(name)
    }
    if watchlist.looksAt(program: file) { return arguments.renamed(file) }
    let known = original() ?? name
    // Which of its programs it is asked for stands behind its name.
    return Watchlist.collections.contains(known) ? Arguments(bytes, of: known) : arguments.renamed(known)
  }

  /// One fact of a program, as rules read it. Of one that carries another elsewhere (`sudo`, `ssh`): of that one.
  func facts(_ arguments: Arguments, _ surroundings: Surroundings) -> [Fact] {
    let whole = fact(arguments.line, arguments, surroundings)
    guard arguments.text == nil, !arguments.words.isEmpty else { return [whole] }
    var reader = CommandReader(programs: programs, files: Self.repository, cwd: surroundings.directory)
    let parts = reader.read(whole).filter { part in
      guard part.fields["opaque"] == nil else { return false }
      guard case .list(let wrappers)? = part.fields["wrappers"] else { return true }
      // Whatever else is wrapped is executed by and by, and told then.
      return wrappers.contains { Watchlist.carriers.contains(Self.name($0)) }
    }
    return (parts.isEmpty ? [whole] : parts).map { adding(surroundings.environment, to: $0) }
  }

  /// What a shell was given to run: for rules that are about no program of a certain name.
  func textFacts(_ text: String, _ surroundings: Surroundings) -> [Fact] {
    var reader = CommandReader(programs: programs, files: Self.repository, cwd: surroundings.directory)
    return reader.read(fact(text, Arguments(words: []), surroundings))
  }

  private func fact(_ line: String, _ arguments: Arguments, _ surroundings: Surroundings) -> Fact {
    var fields: [String: Value] = ["phase": .string(Fact.Phase.running.rawValue), "line": .string(line)]
    if let first = arguments.words.first { fields["program"] = .string(Self.name(first)) }
    if let directory = surroundings.directory { fields["cwd"] = .string(directory) }
    if surroundings.isInner { fields["inner"] = .flag(true) }
    return Fact(
      time: surroundings.time, agent: surroundings.agent, kind: .command, text: line, fields: fields,
      source: .exec)
  }

  /// The line says which variables count, by the rule's words: a value may be nobody's to read.
  private func adding(_ environment: [String], to fact: Fact) -> Fact {
    guard !environment.isEmpty else { return fact }
    var fact = fact
    if case .list(let own)? = fact.fields["env"] {
      fact.fields["env"] = .list(environment + own)
    } else {
      fact.fields["env"] = .list(environment)
    }
    let shown = environment.compactMap { variables.pattern(for: $0) }.joined(separator: " ")
    fact.fields["line"] = .string("\(shown) \(fact.fields["line"]?.text ?? fact.text)")
    return fact
  }

  static func name(_ path: String) -> String {
    let tail =
      path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.utf8.index(after: $0)...]) } ?? path
    return tail.hasPrefix("-") ? String(tail.dropFirst()) : tail
  }
}
