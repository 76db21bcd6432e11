import CLinux
import Glibc

/// A stream socket that is closed with its owner. What is done on it ends within its time.
struct Descriptor: ~Copyable {
  let number: Int32

  deinit { close(number) }

  init?(_ number: Int32) {
    guard number >= 0 else { return nil }
    self.number = number
  }

  /// A new Unix socket.
  static func unixSocket() -> Int32 { socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0) }

  /// How long one read or write may take.
  borrowing func limit(_ duration: Duration) {
    let parts = duration.components
    var time = timeval(tv_sec: Int(parts.seconds), tv_usec: Int(parts.attoseconds / 1_000_000_000_000))
    setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
  }

  /// Who is at the other end, as the kernel says; nil when it does not.
  borrowing func peer() -> (pid: Int32, user: uid_t)? {
    var process: pid_t = 0
    var user: uid_t = 0
    return socket_peer(number, &process, &user) == 0 ? (process, user) : nil
  }

  /// Everything up to the end of the stream; nil when that does not come in time or is more than the limit.
  borrowing func readAll(atMost limit: Int) -> [UInt8]? {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(number, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      guard count > 0 else { return all }
      guard all.count + count <= limit else { return nil }
      all += buffer[..<count]
    }
  }

  /// Whether all of it was taken.
  borrowing func write(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        send(number, buffer.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}

/// The address of a Unix socket; nil when the path is too long for one.
func withSocketAddress<Result>(
  _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result? {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  let room = MemoryLayout.size(ofValue: address.sun_path)
  guard path.utf8.count < room else { return nil }
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
  return withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
    }
  }
}
