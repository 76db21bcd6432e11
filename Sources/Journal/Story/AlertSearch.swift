/// Finds all lines of one alert by its id, or by a part of it that is nobody else's.
///
/// A part is the beginning of an id, or what stands behind its dash. Told the lines of a log from the oldest on;
/// holds only those that may be meant.
public struct AlertSearch: Sendable {
  /// Why no alert was found. `description` is a sentence for the person who asked.
  public enum Failure: Error, Equatable, CustomStringConvertible {
    case unknown(String)
    case ambiguous(String, [String])
    case empty

    public var description: String {
      switch self {
      case .unknown(let id):
        "no alert in the log has the id '\(id)'; the ids are in: outrider tail --full"
      case .ambiguous(let id, let ids):
        "'\(id)' could be \(ids.count) alerts: \(ids.prefix(8).joined(separator: ", "))"
          + "\(ids.count > 8 ? ", …" : ""); write more of the id"
      case .empty: "there is no alert in the log yet"
      }
    }
  }

  private let wanted: String?
  private var lines: [String: [Alert]] = [:]
  private var order: [String] = []

  /// Lines that are kept of one alert, the first and the newest; and alerts that may be meant.
  static let mostLines = 128
  static let mostAlerts = 64

  /// - Parameter wanted: nil for the newest alert.
  public init(_ wanted: String?) {
    self.wanted = wanted.map { legible($0, bytes: 64) }
  }

  public mutating func take(_ alert: Alert) {
    guard matches(alert.id) else { return }
    if lines[alert.id] == nil {
      if order.count == Self.mostAlerts {
        // The one that was written in full is never given up.
        guard let index = order.firstIndex(where: { $0 != wanted }) else { return }
        lines[order.remove(at: index)] = nil
      }
      order.append(alert.id)
    }
    lines[alert.id, default: []].append(alert)
    if lines[alert.id]!.count > Self.mostLines { lines[alert.id]!.remove(at: 1) }
  }

  /// The alert's lines in their order, one at least.
  public func found() throws(Failure) -> [Alert] {
    guard let wanted else {
      guard let last = order.last.flatMap({ lines[$0] }) else { throw .empty }
      return last
    }
    if let exact = lines[wanted] { return exact }
    guard let first = order.first.flatMap({ lines[$0] }) else { throw .unknown(wanted) }
    guard order.count == 1 else { throw .ambiguous(wanted, order) }
    return first
  }

  private func matches(_ id: String) -> Bool {
    guard let wanted else { return true }
    guard !wanted.isEmpty else { return false }
    return id.hasPrefix(wanted) || id.hasSuffix("-\(wanted)")
  }
}
