import Foundation

/// What is wrong with a recording: where, what, and what to do about it.
public struct CastError: Error, Equatable, CustomStringConvertible {
  /// The file's name as it was given.
  public let file: String
  /// The line, counted from 1.
  public let line: Int
  /// What is wrong and what to write instead, without the place.
  public let problem: String

  public var description: String { "\(file):\(line): \(problem)" }
}

/// A recorded terminal session in the asciicast v2 format: a header line, then one JSON array a line.
///
/// Only output (`"o"`) is kept; input, markers and resizes are read and left out. Times are seconds since
/// the start of the recording.
public struct Cast: Sendable, Equatable {
  /// One piece of output, exactly as it was read from the terminal.
  public struct Event: Sendable, Equatable {
    /// Since the start of the recording.
    public let at: Duration
    public let text: String
  }

  public let width: Int
  public let height: Int
  /// The header's title, empty when there is none.
  public let title: String
  public let events: [Event]

  /// The time of the last event; zero for an empty recording.
  public var length: Duration { events.last?.at ?? .zero }

  /// Reads a whole recording.
  ///
  /// Throws at the first line that is no asciicast v2, with its number. Blank lines are skipped.
  public init(parsing data: Data, file: String) throws(CastError) {
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard let first = lines.first, !first.isEmpty else {
      throw CastError(file: file, line: 1, problem: "the file is empty; give an asciicast v2 recording")
    }
    let header = try Self.header(Data(first), file: file)
    var events: [Event] = []
    events.reserveCapacity(lines.count)
    for (index, line) in lines.enumerated().dropFirst() where line.contains(where: { $0 > 0x20 }) {
      guard let event = try Self.event(Data(line), file: file, line: index + 1) else { continue }
      if let last = events.last, event.at < last.at {
        throw CastError(
          file: file, line: index + 1,
          problem: "the time \(event.at) is before the previous event's \(last.at); sort the events by time")
      }
      events.append(event)
    }
    width = header.width
    height = header.height
    title = header.title ?? ""
    self.events = events
  }

  private struct Header: Decodable {
    let version: Int
    let width: Int
    let height: Int
    let title: String?
  }

  private static func header(_ data: Data, file: String) throws(CastError) -> Header {
    guard let header = try? JSONDecoder().decode(Header.self, from: data) else {
      throw CastError(
        file: file, line: 1,
        problem: #"no asciicast header; begin with {"version": 2, "width": 120, "height": 40}"#)
    }
    guard header.version == 2 else {
      throw CastError(
        file: file, line: 1,
        problem: "asciicast version \(header.version) is not supported; convert the recording to version 2")
    }
    guard (1...10_000).contains(header.width), (1...10_000).contains(header.height) else {
      throw CastError(
        file: file, line: 1,
        problem: "a size of \(header.width)x\(header.height) is out of range; write 1 to 10000 each way")
    }
    return header
  }

  private static func event(_ data: Data, file: String, line: Int) throws(CastError) -> Event? {
    let shape = #"write [seconds, "o", "text"]"#
    guard let parsed = try? JSONSerialization.jsonObject(with: data) else {
      throw CastError(file: file, line: line, problem: "no JSON; \(shape)")
    }
    guard let array = parsed as? [Any], array.count >= 3, let seconds = array[0] as? Double,
      let kind = array[1] as? String, let text = array[2] as? String
    else {
      throw CastError(file: file, line: line, problem: "no event; \(shape)")
    }
    guard seconds >= 0, seconds < 1_000_000_000 else {
      throw CastError(file: file, line: line, problem: "the time \(seconds) is out of range; \(shape)")
    }
    return kind == "o" ? Event(at: .seconds(seconds), text: text) : nil
  }
}
