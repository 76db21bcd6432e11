import Foundation
import Journal
import Processes
import Rulebook

/// A program of the user's, with the call as one line of JSON on its standard input.
public struct ProgramNotifier: Notifier {
  /// Longer than this no program may take; then it is ended.
  public static let limit: Duration = .seconds(30)

  private let path: String
  private let limit: Duration
  public let name: String

  /// - Parameter name: How it is named in messages; its path when nil.
  public init(_ path: String, name: String? = nil, limit: Duration = Self.limit) {
    self.path = path
    self.name = name ?? path
    self.limit = limit
  }

  public func deliver(_ call: Call, acknowledge: @escaping Acknowledge) async throws(NotifierError) {
    try await run(call.json)
  }

  /// Runs the program that a rule names with the alert.
  public func run(_ alert: Alert) async throws(NotifierError) {
    try await run(alert.json)
  }

  private func run(_ text: String) async throws(NotifierError) {
    let ending = await ProgramRun([path], input: Array((text + "\n").utf8), limit: limit).run()
    switch ending.how {
    case .status(0): return
    case .status(let code):
      let said = ending.said.isEmpty ? "" : " (\(ending.said))"
      throw NotifierError(
        "\(path) ended with status \(code)\(said); try it by hand with an alert on its input")
    case .late: throw NotifierError("\(path) took longer than \(limit.spelled) and was ended")
    case .cancelled: throw NotifierError("\(path) was ended with the watch")
    case .notStarted(let code):
      throw NotifierError(
        "\(path) cannot be started: \(String(cString: strerror(code))); give the full path of a program")
    }
  }
}
