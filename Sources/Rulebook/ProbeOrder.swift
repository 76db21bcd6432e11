import Yams

/// A program of the user's that is run for each agent, whose lines become facts.
public struct ProbeOrder: Sendable, Equatable {
  /// Where it is run.
  public enum Folder: String, Sendable, CaseIterable {
    /// In the folder where the agent works.
    case worktree
    case home
  }

  /// When it is run.
  public enum Time: Sendable, Equatable {
    case every(Duration)
    /// When a rule has made one of these facts of the agent.
    case after(Set<Fact.Kind>)
  }

  /// The `measure` of its facts.
  public let id: String
  /// The program and its arguments; no shell reads them.
  public let run: [String]
  public let time: Time
  public let folder: Folder
  let origin: Place

  /// More often nothing is run.
  public static let shortest: Duration = .seconds(5)
  /// After that a run is ended.
  public static let limit: Duration = .seconds(30)
  /// Names of what Outrider probes by itself.
  static let taken: Set<String> = ["disk", "review", "changed"]
  /// In all files together.
  static let most = 32
  /// Lines that become facts, of one run.
  static let mostLines = 50

  /// The facts of one run: one for each line, or one without a text when it printed none.
  public func facts(status: Int32, output: [UInt8], of agent: String, at now: Instant) -> [Fact] {
    let lines = output.split(separator: UInt8(ascii: "\n")).prefix(Self.mostLines).map {
      cleaned(String(decoding: $0.prefix(4000), as: UTF8.self), limit: 400)
    }
    return (lines.isEmpty ? [""] : lines).map { line in
      Fact(
        time: now, agent: agent, kind: .probe, text: line,
        fields: ["measure": .string(id), "exit": .number(Double(status))], source: .probe)
    }
  }
}

/// The `probes` of a file.
extension RuleFileReader {
  mutating func readProbes(_ node: Node) {
    guard layer != .project else {
      file.report(node, "a project cannot run programs; ask the user to, in their own rules")
      return
    }
    guard let sequence = node.sequence else {
      file.report(node, "'probes' is a list; start each with '- id: NAME'")
      return
    }
    for item in sequence {
      if let probe = readProbe(item) { probes.append(probe) }
    }
  }

  private mutating func readProbe(_ node: Node) -> ProbeOrder? {
    let before = file.errors.count
    guard let idNode = node.mapping?["id"], let id = file.text(idNode, of: "'id'") else {
      file.report(node, "a probe has no 'id'; start it with '- id: NAME'")
      return nil
    }
    let what = "probe '\(cleaned(id, limit: 64))'"
    if !isIdentifier(id) { file.report(idNode, "\(what): an id is made of small letters, digits and '-'") }
    if ProbeOrder.taken.contains(id) {
      file.report(idNode, "\(what): Outrider itself measures '\(id)'; give it another id")
    }
    let fields = file.fields(node, of: what, known: RuleGrammar.probe)
    let words = fields["run"].map { file.texts($0, of: "\(what): 'run'").map(\.text) } ?? []
    if words.first?.isEmpty ?? true {
      file.report(
        fields["run"] ?? node, "\(what): 'run' is a program and its arguments, as in [df, -i, /srv]")
    }
    let folder = fields["in"].flatMap { word($0, what, "in", ProbeOrder.Folder.self) } ?? .worktree
    let time = readTime(of: fields, node, what)
    guard file.errors.count == before, let time else { return nil }
    return ProbeOrder(id: id, run: words, time: time, folder: folder, origin: place(node))
  }

  private mutating func readTime(of fields: [String: Node], _ node: Node, _ what: String) -> ProbeOrder.Time?
  {
    switch (fields["every"], fields["after"]) {
    case (let every?, nil):
      guard let interval = duration(every, "\(what): 'every'") else { return nil }
      guard interval >= ProbeOrder.shortest else {
        file.report(every, "\(what): 'every' is at least \(ProbeOrder.shortest.spelled)")
        return nil
      }
      return .every(interval)
    case (nil, let after?):
      let kinds = kinds(after, "\(what): 'after'")
      for kind in kinds where Fact.Kind.known.contains(kind) {
        file.report(
          after, "\(what): 'after' names what a rule emits, as in hook-failed; '\(kind)' is too frequent")
      }
      return .after(Set(kinds))
    default:
      file.report(node, "\(what): say either 'every: 5m' or 'after: hook-failed'")
      return nil
    }
  }
}
