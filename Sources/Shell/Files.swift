/// Reads files for the analysis: scripts, Makefile, package.json, a repository's HEAD and config.
///
/// Paths are absolute, relative to an unknown directory, or begin with `~/`. The caller decides what may be
/// read and how much; the analysis asks for at most 64 files a line and reads at most 256 KiB of each.
public struct Files: Sendable {
  let read: @Sendable (String) -> [UInt8]?

  /// Files behind a closure that gives the bytes of a path, nil when it cannot be read.
  public init(_ read: @escaping @Sendable (String) -> [UInt8]?) {
    self.read = read
  }

  /// No files at all.
  public static let none = Files { _ in nil }
}

/// Paths as text.
public enum Path {
  /// A path as seen from a folder: itself when it is absolute or begins with `~`.
  public static func joined(_ base: String, _ path: String) -> String {
    if path.isEmpty { return base }
    if path.utf8.first == Byte.slash || path.utf8.first == Byte.tilde || base.isEmpty {
      return normalized(path)
    }
    return normalized(base + "/" + path)
  }

  /// Without `.`, empty components and, where they can be taken back, `..`.
  static func normalized(_ path: String) -> String {
    let isAbsolute = path.utf8.first == Byte.slash
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != "..", last != "~" {
        parts.removeLast()
      } else if part == "..", isAbsolute {
        continue
      } else {
        parts.append(part)
      }
    }
    return (isAbsolute ? "/" : "") + parts.joined(separator: "/")
  }

  static func parent(_ path: String) -> String? {
    guard !path.isEmpty, path != "/", path != "~", path != "..", !path.hasSuffix("/..") else { return nil }
    guard let slash = path.utf8.lastIndex(of: Byte.slash) else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func name(_ path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: Byte.slash) else { return path }
    let tail = path[path.utf8.index(after: slash)...]
    return tail.isEmpty ? path : String(tail)
  }
}
