import Foundation
import Journal
import Rulebook

/// A text that waits for the end of an agent's turn.
public struct QueueItem: Codable, Sendable, Equatable, Identifiable {
  /// How far it has come. What is delivered, expired or removed is no item any more.
  public enum State: String, Codable, Sendable {
    /// For the end of the turn.
    case waiting
    /// It is being typed, or stands unsent in the prompt box.
    case typing
    /// The key that sends it is being pressed, or was.
    case sending
    /// It waits in the agent's own queue.
    case handed
    /// Nobody can tell whether the agent has it; it is not typed again.
    case unknown
  }

  /// Five letters, to be typed by people.
  public let id: String
  public let text: String
  public var target: QueueTarget
  public let queued: WallTime
  public let expires: WallTime
  /// Who queued it: `human`, or the rule's id.
  public let by: String
  public var state: State
  /// Why it waits, or what is not known.
  public var note: String?
  /// How often the screen showed the same prompt before this one was sent.
  public var shownBefore: Int?

  public init(
    id: String, text: String, target: QueueTarget, queued: WallTime, expires: WallTime, by: String,
    state: State = .waiting
  ) {
    self.id = id
    self.text = text
    self.target = target
    self.queued = queued
    self.expires = expires
    self.by = by
    self.state = state
  }
}

/// A text that cannot be queued.
public struct QueueRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}

extension QueueItem {
  /// Who queued what no rule did.
  public static let human = "human"
  /// Claude Code folds a longer paste, or one of more lines, into `[Pasted text #1]`; what is folded cannot be read
  /// back before it is sent.
  public static let longest = 800
  public static let mostLines = 3
  /// How long it waits unless told otherwise.
  public static let lifetime: Duration = .seconds(8 * 3600)
  public static let longestLifetime: Duration = .seconds(30 * 86_400)
  /// Texts that wait for one agent at a time, and for all.
  public static let mostEach = 32
  public static let most = 256

  /// The text as it will be typed.
  ///
  /// - Throws: Why it cannot be.
  public static func checked(_ text: String) throws(QueueRefusal) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
    let text = lines.joined(separator: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
    guard !text.isEmpty else {
      throw QueueRefusal("there is nothing to queue; write the words behind the agent")
    }
    if text.unicodeScalars.contains(where: { $0 != "\n" && $0.properties.generalCategory == .control }) {
      throw QueueRefusal("the text holds control characters, which would be keys; leave them out")
    }
    guard text.utf16.count <= longest, lines.count <= mostLines else {
      throw QueueRefusal(
        "the text is too long: agents fold away what is pasted beyond \(longest) characters or \(mostLines) lines; "
          + "put it into a file and queue 'read FILE and do what it says'")
    }
    guard !text.hasPrefix("!") else {
      throw QueueRefusal(
        "a text that begins with ! would be run as a command of the human's; write it in words")
    }
    return text
  }
}
