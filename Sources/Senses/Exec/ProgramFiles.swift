import CLinux
import Glibc

/// The files of the programs that are looked at, by which a copy of one is known under another name.
///
/// A copy has the size of what it was copied from: one number that is compared for each program that is executed.
/// Only what has such a size is then read.
public struct ProgramFiles: Sendable {
  private struct File: Sendable {
    let name: String
    let path: String
  }

  private let sizes: Set<UInt64>
  private let files: [UInt64: [File]]

  /// As much of two files is compared: a program's build id stands near its beginning.
  private static let compared = 65_536
  private static let mostDirectories = 64

  public init() {
    sizes = []
    files = [:]
  }

  /// - Parameter directories: Where the programs are looked for, as in a `PATH`.
  public init(_ programs: Set<String>, in directories: [String]) {
    var files: [UInt64: [File]] = [:]
    for directory in directories.prefix(Self.mostDirectories) where directory.hasPrefix("/") {
      for name in programs {
        let path = directory + "/" + name
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
          continue
        }
        // Where many programs are one file, it is not by the file that they are told apart.
        guard let real = realpath(path, nil) else { continue }
        defer { free(real) }
        guard String(cString: real).hasSuffix("/" + name) else { continue }
        files[UInt64(status.st_size), default: []].append(File(name: name, path: path))
      }
    }
    self.files = files
    sizes = Set(files.keys)
  }

  public var isEmpty: Bool { sizes.isEmpty }

  func mayHave(size: UInt64) -> Bool { sizes.contains(size) }

  /// The program of which a process runs a copy; nil when it runs none.
  public func original(of process: Int32, _ arguments: [UInt8]) -> String? {
    for place in Self.places(of: arguments) {
      var identity = file_identity()
      guard process_file_identity(process, place, &identity) == 0, let same = files[identity.size],
        let own = Self.beginning(of: "/proc/\(process)/\(place)")
      else { continue }
      if let file = same.first(where: { Self.beginning(of: $0.path) == own }) { return file.name }
    }
    return nil
  }

  /// Its own file, and the script that an interpreter was given.
  private static func places(of arguments: [UInt8]) -> [String] {
    arguments.withUnsafeBufferPointer { bytes in
      var place = Place()
      guard place.set(bytes) else { return ["exe"] }
      return ["exe", String(cString: place.pointer)]
    }
  }

  private static func beginning(of path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    return [UInt8](unsafeUninitializedCapacity: compared) { buffer, count in
      count = max(0, pread(file, buffer.baseAddress, compared, 0))
    }
  }

  /// Where the script of an interpreter stands, below `/proc/PID`. Made once and used again, since the listening
  /// thread asks for it at each execution.
  struct Place: ~Copyable {
    private static let size = 4096
    let pointer = UnsafeMutablePointer<CChar>.allocate(capacity: Self.size)

    deinit { pointer.deallocate() }

    /// False when the words name no script.
    mutating func set(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
      let subject = Subject(bytes)
      guard subject.kind == .program, subject.start > 0 else { return false }
      let word = Subject.word(bytes, at: subject.start)
      guard !word.isEmpty, word.count + 8 < Self.size else { return false }
      let prefix: StaticString = word.first == UInt8(ascii: "/") ? "root" : "cwd/"
      UnsafeMutableRawPointer(pointer).copyMemory(from: prefix.utf8Start, byteCount: 4)
      for (index, byte) in word.enumerated() { pointer[4 + index] = CChar(bitPattern: byte) }
      pointer[4 + word.count] = 0
      return true
    }
  }
}
