import CLinux
@preconcurrency import Glibc

/// A program that could not be started, for this `errno`.
public struct StartFailure: Error, Sendable, Equatable {
  public let code: Int32
}

/// Starts a program that the kernel kills when the calling *thread* ends, however it ends; whoever starts it takes its
/// status with `waitpid`.
///
/// It leads a process group of its own and has nothing open but the three streams.
///
/// - Parameters:
///   - words: The program, by its path or searched in PATH, and its arguments.
///   - environment: `NAME=VALUE` each.
///   - directory: Where it runs; ours when nil.
/// - Returns: Its process id.
public func startTethered(
  _ words: [String], environment: [String], in directory: String? = nil, input: Int32, output: Int32,
  errors: Int32
) throws(StartFailure) -> pid_t {
  let child = withCStrings(words) { words in
    withCStrings(environment) { spawn_tethered(words, $0, directory, input, output, errors) }
  }
  guard child > 0 else { throw StartFailure(code: -child) }
  return child
}

/// This process's environment, `NAME=VALUE` each, byte for byte.
public func ownEnvironment() -> [String] {
  var result: [String] = []
  var at = environ
  while let entry = at.pointee {
    result.append(String(cString: entry))
    at += 1
  }
  return result
}

private func withCStrings<Result>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
  defer { for pointer in pointers { free(pointer) } }
  pointers.append(nil)
  return body(pointers)
}
