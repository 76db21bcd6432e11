/// A TOML text read line by line with the place of every key, so that it can be edited and not written anew.
///
/// Tables, keys and the extent of values are read; what a value means is left to whoever asks for it.
public struct TOMLText: Sendable, Equatable {
  /// A line `[table]` or `[[table]]`.
  struct Header: Sendable, Equatable {
    let path: [String]
    let isOfArray: Bool
    /// The whole line, with its line break.
    let line: Range<Int>
  }

  /// A `key = value`.
  struct Entry: Sendable, Equatable {
    /// The table it stands in.
    let table: [String]
    /// Its own key, which may have several parts.
    let key: [String]
    /// Whether it stands in a table of a list of tables.
    let isInArray: Bool
    let value: Range<Int>
    /// From the beginning of its first line to the end of its last, with the line break.
    let lines: Range<Int>

    var path: [String] { table + key }
  }

  public let bytes: [UInt8]
  private(set) var headers: [Header] = []
  private(set) var entries: [Entry] = []

  /// - Throws: The first place that cannot be read.
  public init(_ bytes: [UInt8]) throws(SettingsError) {
    try checkText(bytes)
    self.bytes = bytes
    var scanner = TOMLScanner(bytes: bytes)
    if bytes.starts(with: byteOrderMark) { scanner.at = byteOrderMark.count }
    var table: (path: [String], isOfArray: Bool) = ([], false)
    while scanner.at < bytes.count {
      let start = scanner.at
      scanner.skipBlanks()
      switch scanner.byte {
      case nil: break
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "#"): try scanner.endLine()
      case UInt8(ascii: "["):
        table = try scanner.header()
        try scanner.endLine()
        headers.append(Header(path: table.path, isOfArray: table.isOfArray, line: start..<scanner.at))
      default:
        let key = try scanner.key()
        try scanner.take(UInt8(ascii: "="), "'=' and a value")
        scanner.skipBlanks()
        let value = try scanner.value()
        try scanner.endLine()
        entries.append(
          Entry(
            table: table.path, key: key, isInArray: table.isOfArray, value: value,
            lines: start..<scanner.at))
      }
    }
  }

  /// The entry of a whole path; nil when there is none outside of lists of tables.
  func entry(_ path: [String]) -> Entry? { entries.first { $0.path == path && !$0.isInArray } }

  /// The value's bytes as text, such as `true`; nil when the key is not there.
  public func value(_ path: [String]) -> String? {
    entry(path).map { String(decoding: bytes[$0.value], as: UTF8.self) }
  }

  /// Whether anything is said of this path: a table, a key in it, a list of tables.
  public func says(_ path: [String]) -> Bool {
    headers.contains { $0.path.starts(with: path) } || entries.contains { $0.path.starts(with: path) }
  }

  /// The keys right below a table, in their order and each once.
  public func keys(below path: [String]) -> [String] {
    var seen: Set<String> = []
    return (headers.map(\.path) + entries.map(\.path)).compactMap { own in
      guard own.count > path.count, own.starts(with: path), seen.insert(own[path.count]).inserted else {
        return nil
      }
      return own[path.count]
    }
  }

  func error(_ message: String, at offset: Int) -> SettingsError {
    SettingsError(message, at: offset, in: bytes)
  }
}
