import Foundation

/// A value that is nobody else's business, by the place where it stands. It is read when it is needed.
public struct Secret: Sendable, Equatable, CustomStringConvertible {
  public enum Place: Sendable, Equatable {
    /// In the configuration itself.
    case here(String)
    case file(String)
    /// In an environment variable of this program.
    case environment(String)
  }

  public let place: Place

  /// Bytes of a file that are read.
  static let longest = 65_536

  public init(_ place: Place) {
    self.place = place
  }

  /// The value without the white space around it.
  ///
  /// - Throws: Where it should be and is not.
  public func value() throws(NotifierError) -> String {
    let text: String
    switch place {
    case .here(let value): text = value
    case .file(let path):
      guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: Self.longest),
        let content = String(data: data, encoding: .utf8)
      else { throw NotifierError("\(path) cannot be read; write the secret into it, and: chmod 600 \(path)") }
      text = content
    case .environment(let name):
      guard let value = ProcessInfo.processInfo.environment[name] else {
        throw NotifierError("the environment variable \(name) is not set; set it where outrider is started")
      }
      text = value
    }
    let value = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !value.isEmpty else { throw NotifierError("\(self) is empty; write the secret there") }
    return value
  }

  /// The place, never the value.
  public var description: String {
    switch place {
    case .here: "the configuration's value"
    case .file(let path): path
    case .environment(let name): "$\(name)"
    }
  }
}
