import Processes
import Rulebook

/// The programs that are frozen until somebody decides. A pure state machine: it is told the time and what
/// happened, and says what is to be done.
public struct Custody: Sendable {
  /// A program on hold.
  public struct Held: Sendable, Equatable {
    /// What the human names it by.
    public let id: String
    public let agent: String
    /// The rules that hold it.
    public let rules: [String]
    /// The program's words.
    public let text: String
    /// The program first, then what it had started.
    public let processes: [ProcessIdentity]
    public let since: Instant
    /// When it is over without a word.
    public let until: Instant
    public let then: Order.Release

    public init(
      id: String, agent: String, rules: [String], text: String, processes: [ProcessIdentity], since: Instant,
      until: Instant, then: Order.Release
    ) {
      self.id = id
      self.agent = agent
      self.rules = rules
      self.text = text
      self.processes = processes
      self.since = since
      self.until = until
      self.then = then
    }
  }

  /// How a hold ended.
  public enum Ending: Sendable, Equatable {
    case allowed(by: String)
    case killed(by: String)
    /// Somebody else has ended it.
    case gone
  }

  public enum Effect: Sendable, Equatable {
    case kill(Held)
    case letGo(Held)
    case close(Held, Ending)
  }

  /// Programs that may be on hold at a time. The oldest is decided as its rule says when another comes.
  public static let most = 64

  /// Oldest first.
  public private(set) var held: [Held] = []

  public init() {}

  public var nextDeadline: Instant? { held.map(\.until).min() }

  public mutating func take(_ new: Held) -> [Effect] {
    held.append(new)
    return held.count > Self.most ? end(held[0], held[0].then, by: "too many on hold") : []
  }

  /// What the human says; nil when nothing of that name is on hold.
  public mutating func decide(_ id: String, _ decision: Order.Release, by who: String) -> [Effect]? {
    held.first { $0.id == id }.map { end($0, decision, by: who) }
  }

  /// Time has gone by.
  public mutating func tick(at now: Instant) -> [Effect] {
    held.filter { $0.until <= now }.flatMap { end($0, $0.then, by: "nobody decided in time") }
  }

  /// Somebody else has let it go on: what its rule would kill in the end is killed now, the rest may go.
  public mutating func escaped(_ id: String) -> [Effect] {
    held.first { $0.id == id }.map { end($0, $0.then, by: "somebody else let it go on") } ?? []
  }

  /// A process has ended, by whatever hand.
  public mutating func ended(_ process: Int32) -> [Effect] {
    guard let index = held.firstIndex(where: { $0.processes.first?.id == process }) else { return [] }
    return [.close(held.remove(at: index), .gone)]
  }

  /// The watch ends: everything is decided as its rule says.
  public mutating func close() -> [Effect] {
    held.flatMap { end($0, $0.then, by: "the watch ended") }
  }

  private mutating func end(_ item: Held, _ decision: Order.Release, by who: String) -> [Effect] {
    held.removeAll { $0 == item }
    return switch decision {
    case .kill: [.kill(item), .close(item, .killed(by: who))]
    case .allow: [.letGo(item), .close(item, .allowed(by: who))]
    }
  }
}
