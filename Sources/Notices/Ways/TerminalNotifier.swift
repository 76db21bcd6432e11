import Glibc
import Journal
import Rulebook

/// A line, and the bell, on a terminal.
struct TerminalNotifier: Notifier {
  let name: String
  /// Its device; the terminal of this program when it is `/dev/tty`.
  let device: String

  func deliver(_ call: Call, acknowledge: @escaping Acknowledge) async throws(NotifierError) {
    // A terminal that was stopped (Ctrl-S) must not stop us.
    let descriptor = open(device, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      let reason = errno == ENXIO ? "this program has no terminal" : String(cString: strerror(errno))
      throw NotifierError(
        "\(device) cannot be written: \(reason); name a terminal of yours, as `tty` prints it")
    }
    defer { close(descriptor) }
    guard isatty(descriptor) == 1 else {
      throw NotifierError("\(device) is no terminal; name one of yours, as `tty` prints it")
    }
    let bytes = Array(Self.text(of: call).utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
      throw NotifierError("\(device) takes nothing now; was it stopped with Ctrl-S?")
    }
  }

  static func text(of call: Call) -> String {
    let lines = call.lines.map { "  " + cleaned($0, limit: 200) }
    return "\u{7}\r\nOutrider: \(cleaned(call.title, limit: 160))\r\n" + lines.joined(separator: "\r\n")
      + "\r\n"
  }
}
