import Foundation
import Hands
import Journal
import Rulebook

/// A program on hold, as people and other programs are shown it.
public struct HeldProgram: Codable, Sendable, Equatable {
  /// What the human names it by: `outrider allow ID`.
  public let id: String
  /// The agent below which it was executed, as alerts name it.
  public let agent: String
  public let pane: String
  public let pid: Int32
  public let command: String
  /// The rules that hold it.
  public let rules: [String]
  /// ISO 8601: since when it is frozen, and until when the human may decide.
  public let since: String
  public let until: String
  /// What happens then, if nobody has: `kill` or `allow`.
  public let then: String

  init(_ held: Custody.Held, agent: String) {
    id = held.id
    self.agent = agent
    pane = held.agent
    pid = held.processes.first?.id ?? 0
    command = cleaned(held.text, limit: 400)
    rules = held.rules
    since = WallTime(held.since).iso8601
    until = WallTime(held.until).iso8601
    then = held.then.rawValue
  }

  /// A JSON array; the keys in one order.
  public static func json(_ programs: [HeldProgram]) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(programs)).map(Array.init) ?? Array("[]".utf8)
  }

  public static func read(_ json: [UInt8]) throws -> [HeldProgram] {
    try JSONDecoder().decode([HeldProgram].self, from: Data(json))
  }

  /// One line for a human: what it is, and until when it waits for what.
  ///
  /// - Parameter secondsEast: The human's time zone.
  public func line(secondsEast: Int = 0) -> String {
    let end = WallTime(iso8601: until)?.clock(secondsEast: secondsEast) ?? until
    return
      "\(id)  \(agent)  pid \(pid)  \(command)  (\(rules.joined(separator: ", ")); until \(end), then \(then))"
  }
}

extension Watcher {
  /// What is on hold now, the oldest first.
  public func held() async -> [HeldProgram] {
    guard let exec else { return [] }
    return await exec.held().map { held in
      let place = panes.first { "\($0.key)" == held.agent }?.value
      return HeldProgram(held, agent: place?.pane.agent.label ?? held.agent)
    }
  }
}
