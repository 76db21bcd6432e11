import Patterns
import Rulebook
import Sidecar
import Terminal
import Tmux

extension Check {
  /// tmux is there, is new enough, and its server answers.
  static let tmux = Check { around in
    let said: String
    do {
      said = cleaned(
        String(decoding: try await around.server.run(["-V"], within: around.patience), as: UTF8.self),
        limit: 60)
    } catch {
      return [Finding.missing("tmux", "\(error)", "").split]
    }
    if let finding = tmuxVersion(said) { return [finding] }
    do {
      let count = try await around.server.sessions(within: around.patience).count
      return [.ok("tmux", "\(said), \(count) session\(count == 1 ? "" : "s") on \(around.server)")]
    } catch TmuxError.noServer(let socket, let start), TmuxError.noSessions(let socket, let start) {
      return [
        .warning("tmux", "\(said), but no server runs on \(socket)", "start your agents in tmux: \(start)")
      ]
    } catch {
      return [Finding.problem("tmux", "\(error)", "").split]
    }
  }

  /// What is wrong with a version of tmux; nil when it will do.
  ///
  /// - Parameter said: As `tmux -V` says it, such as `tmux 3.3a` or `tmux next-3.6`.
  static func tmuxVersion(_ said: String) -> Finding? {
    guard let match = said.firstMatch(of: /(\d{1,6})\.(\d{1,6})/), let major = Int(match.1),
      let minor = Int(match.2)
    else {
      return .warning(
        "tmux", "its version cannot be read: '\(said)'", "3.2 or later is needed; see: tmux -V")
    }
    guard (major, minor) < (3, 2) else { return nil }
    return .missing(
      "tmux", "\(said) has no flow control for those who watch", "install tmux 3.2 or later")
  }

  static let patterns = Check { _ in
    [patternLibrary(version: Pattern.libraryVersion, hasMachineCode: Pattern.jitAvailable)]
  }

  static func patternLibrary(version: String, hasMachineCode: Bool) -> Finding {
    guard !hasMachineCode else { return .ok("PCRE2", "\(version), with JIT") }
    return .warning(
      "PCRE2", "\(version) without JIT: rules are matched several times slower",
      "use a PCRE2 that was built with JIT, and allow executable memory (SELinux: execmem)")
  }

  static let screen = Check { _ in
    var screen = Screen(rows: 2, columns: 12)
    screen.feed(Array("a\u{1B}[1;5Hé\u{1B}[K".utf8)) { _ in }
    return [probedScreen(shows: screen.text(ofRow: 0))]
  }

  static func probedScreen(shows text: String) -> Finding {
    text == "a   é"
      ? .ok("libvterm", "reads a screen as it is painted")
      : .missing(
        "libvterm", "reads a probe wrongly: '\(cleaned(text, limit: 40))'", "install libvterm 0.1 or later")
  }

  /// Rules of all layers are there and sound.
  static let rules = Check { around in
    let library: RuleLibrary
    switch around.rules {
    case .failure(let missing): return [Finding.missing("rules", "\(missing)", "").split]
    case .success(let found): library = found
    }
    if let first = library.errors.first {
      let more = library.errors.count - 1
      return [
        .problem(
          "rules", "\(first)" + (more > 0 ? " (and \(more) more)" : ""),
          "see them all with: outrider rules check")
      ]
    }
    let layers = Layer.allCases.compactMap { layer in
      let count = library.rulebook.rules.count { library.layers[$0.origin.file] == layer }
      return count > 0 ? "\(count) \(layer.rawValue)" : nil
    }
    let dialects = library.dialects.map(\.name).joined(separator: ", ")
    return [.ok("rules", "\(layers.joined(separator: ", ")); dialects: \(dialects)")]
  }
}

extension Finding {
  /// With the sentence's advice, which stands behind its semicolon, as the advice.
  var split: Finding {
    guard let semicolon = what.range(of: "; ") else { return self }
    return Finding(
      subject: subject, level: level, what: String(what[..<semicolon.lowerBound]),
      advice: String(what[semicolon.upperBound...]))
  }
}
