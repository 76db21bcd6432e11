/// The lines in tmux's configuration that start a watch with the server.
public enum TmuxBlock {
  static let first = Array("# >>> outrider: outrider uninstall tmux takes this out".utf8)
  static let last = Array("# <<< outrider".utf8)

  /// The block at its place, or at the end; nothing else changes.
  ///
  /// - Parameter program: The absolute path of `outrider`.
  /// - Throws: When a block begins and does not end.
  public static func installing(program: String, in bytes: [UInt8]) throws(SettingsError) -> [UInt8] {
    let block = first + [newline] + line(program) + [newline] + last + [newline]
    if let range = try range(in: bytes) {
      return Array(bytes[..<range.lowerBound]) + block + Array(bytes[range.upperBound...])
    }
    let gap: [UInt8] = bytes.isEmpty || bytes.last == newline ? [] : [newline]
    return bytes + gap + block
  }

  /// The text without the block; without what it was before, a line break that was missing at its end stays.
  public static func uninstalling(from bytes: [UInt8]) throws(SettingsError) -> [UInt8] {
    guard let range = try range(in: bytes) else { return bytes }
    return Array(bytes[..<range.lowerBound]) + Array(bytes[range.upperBound...])
  }

  private static let newline = UInt8(ascii: "\n")

  /// tmux expands formats and the shell words: both are quoted. A second watch of one server ends by itself.
  private static func line(_ program: String) -> [UInt8] {
    let path = program.replacing("#", with: "##").replacing("'", with: "'\\''")
    let command = "exec '\(path)' watch -S '#{socket_path}' >/dev/null 2>&1"
    let word = command.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("$", with: "\\$")
    return Array("run-shell -b \"\(word)\"".utf8)
  }

  private static func range(in bytes: [UInt8]) throws(SettingsError) -> Range<Int>? {
    var at = 0
    var start: Int?
    while at < bytes.count {
      let end = bytes[at...].firstIndex(of: newline) ?? bytes.count
      let next = min(end + 1, bytes.count)
      if start == nil, bytes[at..<end].elementsEqual(first) { start = at }
      if let start, bytes[at..<end].elementsEqual(last) { return start..<next }
      at = next
    }
    guard let start else { return nil }
    throw SettingsError(
      "the block of outrider has no end; add a line '# <<< outrider' behind it", at: start, in: bytes)
  }
}
