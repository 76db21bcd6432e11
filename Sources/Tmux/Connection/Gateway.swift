import CLinux
import Glibc

/// A socket through which one client reaches its server, so that the server hears its introduction at once, see
/// `Introduction`.
///
/// Only a client's few messages pass here; what a control client reads and writes it has from the server itself. It ends
/// with the client.
public final class Gateway: Sendable {
  /// Where the client connects.
  let path: String
  private let folder: String
  private let listener: Int32
  private let server: String

  /// How long the client may take to connect, in milliseconds.
  private static let patience: Int32 = 10_000
  /// After so long without a word its introduction is over, in milliseconds.
  private static let silence: Int32 = 1000

  /// - Parameter server: The path of the server's socket.
  /// - Returns: nil when there is no server at that path, or no place for a socket.
  init?(to server: String) {
    var status = stat()
    guard stat(server, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return nil }
    let place = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    var name = Array("\(place.isEmpty ? "/tmp" : place)/outrider-tmux-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else { return nil }
    folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    path = folder + "/client"
    self.server = server
    listener = listen_path(path)
    guard listener >= 0 else {
      rmdir(folder)
      return nil
    }
  }

  /// Serves the client on a thread of its own. To be called once.
  func open() {
    startThread { self.serve() }
  }

  private func serve() {
    var waiting = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
    wait(for: &waiting, milliseconds: Self.patience)
    let client = waiting[0].revents == 0 ? -1 : accept(listener, nil, nil)
    close(listener)
    unlink(path)
    rmdir(folder)
    guard client >= 0 else { return }
    defer { close(client) }
    _ = fcntl(client, F_SETFD, FD_CLOEXEC)
    var introduction = Introduction()
    defer { introduction.close() }
    guard hear(client, &introduction) else { return }
    let server = connect_path(server)
    guard server >= 0 else { return }
    defer { close(server) }
    for piece in introduction.pieces {
      guard send_passed(server, piece.bytes, piece.bytes.count, piece.descriptor) == 0 else { return }
    }
    introduction.close()
    pass(client, server)
  }

  /// False when the client has gone.
  private func hear(_ client: Int32, _ introduction: inout Introduction) -> Bool {
    while !introduction.isComplete {
      var waiting = [pollfd(fd: client, events: Int16(POLLIN), revents: 0)]
      wait(for: &waiting, milliseconds: Self.silence)
      // One that says something else than is known here waits for an answer.
      guard waiting[0].revents != 0 else { return true }
      guard let (bytes, descriptor) = Self.receive(client) else { return false }
      introduction.take(bytes, descriptor)
    }
    return true
  }

  private func pass(_ client: Int32, _ server: Int32) {
    while true {
      var waiting = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      wait(for: &waiting, milliseconds: -1)
      for (index, end) in waiting.enumerated() where end.revents != 0 {
        guard let (bytes, descriptor) = Self.receive(end.fd) else { return }
        let failure = send_passed(index == 0 ? server : client, bytes, bytes.count, descriptor)
        if descriptor >= 0 { close(descriptor) }
        guard failure == 0 else { return }
      }
    }
  }

  /// Nil at the end.
  private static func receive(_ socket: Int32) -> (bytes: [UInt8], descriptor: Int32)? {
    var descriptor: Int32 = -1
    let bytes = [UInt8](unsafeUninitializedCapacity: Introduction.longest) { buffer, count in
      count = max(0, receive_passed(socket, buffer.baseAddress, buffer.count, &descriptor))
    }
    return bytes.isEmpty ? nil : (bytes, descriptor)
  }
}
