import Foundation
import Journal
import Rulebook
import Senses

/// Judges an event of a hook where no sidecar runs: by the same rules, without what others have counted.
public struct LoneHook {
  private let library: RuleLibrary
  private let folder: RuntimeFolder

  /// What came of an event.
  public struct Ruling: Sendable {
    public let answer: HookAnswer
    /// The lines for the alert log.
    public let alerts: [Alert]
    /// Programs of the user's that rules name, and the alert that each is given.
    public let programs: [(path: String, alert: Alert)]
  }

  /// Reads the rules.
  ///
  /// Their examples are run only when a file is not as it was when they were run last.
  ///
  /// - Throws: `MissingRules`.
  public init(_ sources: RuleSources, folder: RuntimeFolder) throws {
    self.folder = folder
    let stamp = RuleStamp(sources).text
    let note = "\(folder.path)/rules-tried"
    let isTried = folder.isOurs && Self.text(of: note) == stamp
    library = try RuleLibrary(sources, isTried: isTried, withDialects: false)
    if !isTried, library.errors.isEmpty { keep(stamp, at: note) }
  }

  /// What is wrong with the rule files; what is sound is in force.
  public var errors: [FileError] { library.errors }

  /// - Parameters:
  ///   - dialect: The name of the agent's dialect.
  ///   - clock: Asked when the event came, and when it was judged.
  public func take(_ event: HookEvent, of dialect: String, clock: LiveClock) -> Ruling {
    let now = clock.now
    let lone = LoneAgent(dialect, event, programs: library.rulebook.programs)
    let judge = Judge(library.rulebook)
    var generator = SystemRandomNumberGenerator()
    var ruling = HookRuling(event, isObserving: false, at: now)
    for fact in lone.hear(event, at: now) {
      for verdict in judge.judge(fact) {
        var alert = Alert(verdict, about: lone.agent, at: now, using: &generator)
        // Each call is another process here, so that the agent's own number tells commands apart.
        alert.story = event.call.map { "\(fact.agent)/\($0)" }
        ruling.take(verdict, as: alert, clock: clock.now, pane: nil)
      }
    }
    var answer = ruling.answer()
    if let text = library.rulebook.policy(for: event) { answer.add(context: text) }
    var alerts: [Alert] = []
    var programs: [(String, Alert)] = []
    for effect in ruling.effects {
      switch effect {
      case .log(let alert): alerts.append(alert)
      case .run(let path, let alert): programs.append((path, alert))
      case .call, .interrupt, .paste, .submit, .clear, .end, .relaunch, .tell: break
      }
    }
    return Ruling(answer: answer, alerts: alerts, programs: programs)
  }

  private static func text(of path: String) -> String? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    return String(decoding: data, as: UTF8.self)
  }

  /// Whoever reads it meanwhile reads the old one or the new one.
  private func keep(_ text: String, at path: String) {
    guard folder.make() else { return }
    try? Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
  }
}
