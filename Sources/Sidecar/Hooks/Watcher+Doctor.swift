import Foundation
import Journal

/// What a watch says of itself when it is asked: `outrider doctor` shows it.
public struct WatchHealth: Sendable, Equatable {
  public var version: String
  public var process: Int32
  /// In seconds since the epoch.
  public var since: Int
  /// The key of the tmux server.
  public var server: String
  public var panes: Int
  /// Panes in which an agent was recognised.
  public var agents: Int
  public var rules: Int
  /// What is wrong with its rule files.
  public var ruleErrors: Int
  public var isObserving: Bool
  public var log: String
  /// Why the alert log cannot be written; nil when it can.
  public var logTrouble: String?
  /// How executions become known: `kernel`, `polling`, or `none`.
  public var executions: String

  public init(
    version: String = outriderVersion, process: Int32, since: Int, server: String, panes: Int, agents: Int,
    rules: Int, ruleErrors: Int = 0, isObserving: Bool = false, log: String, logTrouble: String? = nil,
    executions: String
  ) {
    self.version = version
    self.process = process
    self.since = since
    self.server = server
    self.panes = panes
    self.agents = agents
    self.rules = rules
    self.ruleErrors = ruleErrors
    self.isObserving = isObserving
    self.log = log
    self.logTrouble = logTrouble
    self.executions = executions
  }

  /// - Returns: nil when the message does not tell all that is needed, as one of another version.
  public init?(_ message: Message) {
    func number<Number: FixedWidthInteger>(_ name: String) -> Number? {
      message.fields[name].flatMap { Number($0) }
    }
    guard message.verb == "ok", let version = message.fields["version"], let process: Int32 = number("pid"),
      let since: Int = number("since"), let panes: Int = number("panes"), let rules: Int = number("rules")
    else { return nil }
    self.init(
      version: version, process: process, since: since, server: message.fields["server"] ?? "", panes: panes,
      agents: number("agents") ?? 0, rules: rules, ruleErrors: number("rule-errors") ?? 0,
      isObserving: message.fields["observes"] == "true", log: message.fields["log"] ?? "",
      logTrouble: message.fields["log-trouble"], executions: message.fields["executions"] ?? "none")
  }

  var message: Message {
    var fields = [
      "version": version, "pid": "\(process)", "since": "\(since)", "server": server, "panes": "\(panes)",
      "agents": "\(agents)", "rules": "\(rules)", "rule-errors": "\(ruleErrors)",
      "observes": "\(isObserving)", "log": log, "executions": executions,
    ]
    fields["log-trouble"] = logTrouble
    return Message("ok", fields)
  }
}

extension Watcher {
  /// How this watch is.
  func health() async -> WatchHealth {
    let library = courts.common.library
    let executions =
      switch exec?.source {
      case nil: "none"
      case .connector?: "kernel"
      case .polling?: "polling"
      }
    return WatchHealth(
      process: getpid(), since: Int(clock.began.seconds), server: settings.server, panes: panes.count,
      agents: panes.values.count { $0.isReported }, rules: library.rulebook.rules.count,
      ruleErrors: library.errors.count, isObserving: settings.isObserving, log: office.logPath,
      logTrouble: await office.logTrouble(), executions: executions)
  }
}

extension Office {
  var logPath: String { log.path }

  /// Why no alert could be written now; nil when it could.
  func logTrouble() async -> String? {
    do throws(JournalError) {
      _ = try await log.check()
      return nil
    } catch {
      return "\(error)"
    }
  }
}
