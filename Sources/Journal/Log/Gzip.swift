import CLinux
import Glibc
import Processes

/// The program `gzip`: what was put aside is compressed by it and read through it.
enum Gzip {
  static let suffix = ".gz"
  /// A file that unpacks to more is not read.
  static let longest = 256 << 20

  /// Compresses a file into another.
  static func pack(_ source: OpenFile, into target: OpenFile) throws(JournalError) {
    let child = try start(
      ["nice", "-n", "19", "gzip", "-c"], input: source.descriptor, output: target.descriptor, source.path)
    guard ended(child) else { throw .failed(.pack, path: source.path, code: EIO) }
  }

  /// The content of a compressed file, as a file in memory.
  static func unpack(_ source: OpenFile) throws(JournalError) -> Int32 {
    let memory = memory_file("outrider")
    guard memory >= 0 else { throw .failed(.unpack, path: source.path, code: errno) }
    do throws(JournalError) {
      var ends: [Int32] = [0, 0]
      guard private_pipe(&ends) == 0 else { throw .failed(.unpack, path: source.path, code: errno) }
      defer { close(ends[0]) }
      let started = Result { () throws(JournalError) in
        try start(["gzip", "-dc"], input: source.descriptor, output: ends[1], source.path)
      }
      close(ends[1])
      let child = try started.get()
      let isComplete = copy(ends[0], to: memory)
      if !isComplete { kill(child, SIGKILL) }
      guard ended(child), isComplete else { throw .failed(.unpack, path: source.path, code: EIO) }
      return memory
    } catch {
      close(memory)
      throw error
    }
  }

  /// False when it is longer than it may be, or there is no memory for it.
  private static func copy(_ input: Int32, to output: Int32) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var total = 0
    while true {
      let count = read(input, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return count == 0 }
      total += count
      guard total <= longest else { return false }
      var written = 0
      while written < count {
        let done = buffer.withUnsafeBytes { write(output, $0.baseAddress! + written, count - written) }
        if done < 0, errno == EINTR { continue }
        guard done > 0 else { return false }
        written += done
      }
    }
  }

  private static func start(
    _ words: [String], input: Int32, output: Int32, _ path: String
  ) throws(JournalError) -> pid_t {
    lseek(input, 0, SEEK_SET)
    let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
    guard nowhere >= 0 else { throw .failed(.unpack, path: path, code: errno) }
    defer { close(nowhere) }
    do throws(StartFailure) {
      return try startTethered(
        words, environment: ownEnvironment(), input: input, output: output, errors: nowhere)
    } catch {
      throw .failed(.unpack, path: path, code: error.code)
    }
  }

  private static func ended(_ child: pid_t) -> Bool {
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else { return false }
    }
    return status == 0
  }
}
