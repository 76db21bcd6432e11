import Journal

/// A way in which the human is called.
public protocol Notifier: Sendable {
  /// How it is named in messages.
  var name: String { get }

  /// Brings the call to the human. Returns when it has arrived, or is out of our hands.
  ///
  /// It ends by itself within a bounded time; whoever calls may end it earlier by cancelling.
  ///
  /// - Parameter acknowledge: To be told when the human answers that he knows.
  func deliver(_ call: Call, acknowledge: @escaping Acknowledge) async throws(NotifierError)
}

/// Tells that the human knows of a trouble, by its id, and how he said so.
public typealias Acknowledge = @Sendable (_ trouble: String, _ by: String) -> Void

/// Why a call did not arrive: one sentence, with what to do about it.
public struct NotifierError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) {
    self.description = description
  }
}
