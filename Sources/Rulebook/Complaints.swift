/// What the hooks of agents complained about last, and which files are the agents' own: edited by them, written by
/// their commands, or changed by what git says.
struct Complaints {
  /// The place of a template that is filled with a sentence about it.
  static let place = "complaint"

  private struct Agent {
    /// Files that the agent wrote, oldest first.
    var written: [String] = []
    /// What git calls changed; nil before it was asked.
    var changed: Set<String>?
    /// The files that each hook named when it ran last; under no name those of hooks that print their name at the
    /// end, or never.
    var named: [String: [String]] = [:]
    var hook = ""
    var story: UInt64?
  }

  private static let mostWritten = 512
  private static let mostHooks = 32
  private static let mostNamed = 16
  private var agents = Bounded<String, Agent>(capacity: 256)

  mutating func note(_ fact: Fact) {
    switch fact.kind {
    case .edit where fact.phase != .asked: write([fact.fields["path"]?.text ?? fact.text], of: fact.agent)
    case .command:
      if case .list(let paths)? = fact.fields["writes"] { write(paths, of: fact.agent) }
    case .probe where fact.fields["measure"] == .string("changed"):
      guard case .list(let paths)? = fact.fields["paths"] else { return }
      change(fact.agent) { $0.changed = Set(paths) }
    case .output where Self.runsHooks(fact.fields["command"]?.text ?? ""): read(fact)
    case Self.hookFailed: change(fact.agent) { $0.hook = fact.fields["hook"]?.text ?? "" }
    default: break
    }
  }

  static let hookFailed = Fact.Kind(rawValue: "hook-failed")

  /// A sentence on the files that the hook of the fact named, and whose they are.
  func sentence(about fact: Fact) -> String {
    guard let agent = agents[fact.agent] else { return Self.silent }
    let hook = fact.fields["hook"]?.text ?? ""
    let paths = agent.named[hook].flatMap { $0.isEmpty ? nil : $0 } ?? agent.named[""] ?? []
    let own = paths.filter { Self.isOwn($0, agent) }
    // Of a file outside of the work tree nothing is known.
    let others = paths.filter { !$0.hasPrefix("/") && !own.contains($0) }
    switch (own.isEmpty, others.isEmpty) {
    case (true, true): return Self.silent
    case (false, true): return "It is about your own change: \(Self.listed(own))."
    case (true, false) where agent.changed == nil:
      return "It is about \(Self.listed(others)); whether that is your own change does not show."
    case (true, false): return "It is about \(Self.listed(others)), which you did not change."
    case (false, false):
      return "It is about your own change (\(Self.listed(own))), and about \(Self.listed(others))"
        + (agent.changed == nil ? "." : ", which you did not change.")
    }
  }

  private static let silent = "Which files it is about does not show."

  private static func listed(_ paths: [String]) -> String {
    let shown = paths.prefix(2).map { $0.count > 48 ? "…" + $0.suffix(47) : $0 }.joined(separator: ", ")
    return paths.count > 2 ? "\(shown) and \(paths.count - 2) more" : shown
  }

  private static func isOwn(_ path: String, _ agent: Agent) -> Bool {
    func isSame(_ other: String) -> Bool {
      path == other || path.hasSuffix("/" + other) || other.hasSuffix("/" + path)
    }
    return agent.written.contains(where: isSame) || (agent.changed ?? []).contains(where: isSame)
  }

  // MARK: What facts tell

  private mutating func change(_ agent: String, _ body: (inout Agent) -> Void) {
    _ = agents.update(agent, initial: Agent(), body)
  }

  private mutating func write(_ paths: [String], of agent: String) {
    change(agent) { agent in
      for path in paths.prefix(Self.mostWritten) where path.count <= 512 {
        let path = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        agent.written.removeAll { $0 == path }
        agent.written.append(path)
      }
      agent.written.removeFirst(max(0, agent.written.count - Self.mostWritten))
    }
  }

  private mutating func read(_ fact: Fact) {
    change(fact.agent) { agent in
      if agent.story != fact.story {
        agent.story = fact.story
        agent.hook = ""
        agent.named[""] = nil
      }
      // pre-commit begins the part of another hook with its name.
      if fact.text.hasSuffix("Passed") || fact.text.hasSuffix("Skipped") { agent.hook = "\u{0}" }
      let paths = PathMention.paths(in: fact.text)
      guard !paths.isEmpty else { return }
      if agent.named.count >= Self.mostHooks, agent.named[agent.hook] == nil { agent.named = [:] }
      var known = agent.named[agent.hook] ?? []
      for path in paths where !known.contains(path) { known.append(path) }
      agent.named[agent.hook] = Array(known.suffix(Self.mostNamed))
    }
  }

  /// Whether hooks print into what the command line prints.
  private static func runsHooks(_ line: String) -> Bool {
    ["commit", "push", "merge", "rebase", "lefthook", "lint-staged"].contains(where: line.contains)
  }
}
