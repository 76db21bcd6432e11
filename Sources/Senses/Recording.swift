import Foundation
import Rulebook

/// A recorded pane: asciicast v2, or raw bytes as `script` and `pipe-pane` write them.
public struct Recording: Sendable {
  public enum Event: Sendable, Equatable {
    case output([UInt8])
    case resize(rows: Int, columns: Int)
  }

  public struct Timed: Sendable, Equatable {
    public let time: Instant
    public let event: Event

    public init(time: Instant, event: Event) {
      self.time = time
      self.event = event
    }
  }

  /// The window's size at the start; asciicast's header, or 24 × 80 for raw bytes.
  public let rows: Int
  public let columns: Int
  /// In the order of the file; times never decrease.
  public let events: [Timed]
  /// The header's title; empty when there is none.
  public let title: String

  /// - Parameter events: In the order of their times.
  public init(rows: Int, columns: Int, events: [Timed], title: String = "") {
    self.rows = rows
    self.columns = columns
    self.events = events
    self.title = title
  }

  /// - Parameter name: The file as the user named it, for messages.
  /// - Throws: `RecordingError` with the first line that cannot be read.
  public init(_ data: Data, name: String) throws(RecordingError) {
    guard data.first == UInt8(ascii: "{") else {
      (rows, columns, title) = (24, 80, "")
      events = [Timed(time: .zero, event: .output(Array(data)))]
      return
    }
    var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).makeIterator()
    let header = try Self.header(lines.next() ?? Data(), name)
    (rows, columns, title) = (header.height, header.width, header.title ?? "")
    var events: [Timed] = []
    var number = 1
    var latest = Instant.zero
    while let line = lines.next() {
      number += 1
      guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) else { continue }
      guard let timed = try Self.event(line, name, number) else { continue }
      latest = max(latest, timed.time)
      events.append(Timed(time: latest, event: timed.event))
    }
    self.events = events
  }

  /// - Throws: `RecordingError` when the file cannot be read at all, or has a line that cannot.
  public init(path: String) throws(RecordingError) {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    } catch {
      throw RecordingError(file: path, line: 0, message: "cannot be read; is the path right?")
    }
    try self.init(data, name: path)
  }

  private struct Header: Decodable {
    let version: Int
    let width: Int
    let height: Int
    let title: String?
  }

  private static func header(_ line: Data, _ name: String) throws(RecordingError) -> Header {
    guard let header = try? JSONDecoder().decode(Header.self, from: line) else {
      throw RecordingError(
        file: name, line: 1,
        message: #"is no asciicast header; it looks like {"version": 2, "width": 120, "height": 40}"#)
    }
    guard header.version == 2 else {
      throw RecordingError(
        file: name, line: 1,
        message: "is asciicast version \(header.version); convert it to version 2")
    }
    return header
  }

  private static func event(
    _ line: Data, _ name: String, _ number: Int
  ) throws(RecordingError) -> Timed? {
    guard let fields = try? JSONSerialization.jsonObject(with: line) as? [Any], fields.count >= 3,
      let seconds = fields[0] as? Double, let code = fields[1] as? String, let text = fields[2] as? String
    else {
      throw RecordingError(
        file: name, line: number, message: #"is no event; an event looks like [1.5, "o", "text"]"#)
    }
    let time = Instant(seconds: seconds)
    switch code {
    case "o": return Timed(time: time, event: .output(Array(text.utf8)))
    case "r":
      let size = text.split(separator: "x").compactMap { Int($0) }
      guard size.count == 2 else {
        throw RecordingError(
          file: name, line: number, message: "is a resize without a size; write it as \"120x40\"")
      }
      return Timed(time: time, event: .resize(rows: size[1], columns: size[0]))
    default: return nil
    }
  }
}

/// Why a recording cannot be read.
public struct RecordingError: Error, Sendable, Equatable, CustomStringConvertible {
  public let file: String
  /// 1-based; 0 for the file as a whole.
  public let line: Int
  public let message: String

  public var description: String {
    line == 0 ? "\(file): \(message)" : "\(file):\(line): \(message)"
  }
}
