import Glibc

/// Who started a process, as `/proc` tells now.
enum Ancestry {
  /// Further up nobody looks; a pane's agent is a few steps away.
  private static let highest = 64

  /// The process itself and those above it, from the bottom up; what has ended meanwhile ends the list.
  static func of(_ process: Int32) -> [Int32] {
    var line: [Int32] = []
    var next = process
    while next > 1, line.count < highest, !line.contains(next) {
      line.append(next)
      guard let parent = parent(of: next) else { break }
      next = parent
    }
    return line
  }

  /// The fourth field of `/proc/PID/stat`, behind a name that may hold anything.
  private static func parent(of process: Int32) -> Int32? {
    let file = open("/proc/\(process)/stat", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = read(file, &bytes, bytes.count)
    guard count > 0, let end = bytes[..<count].lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = bytes[(end + 1)..<count].split(separator: UInt8(ascii: " "))
    guard fields.count > 1 else { return nil }
    return Int32(String(decoding: fields[1], as: UTF8.self))
  }
}
