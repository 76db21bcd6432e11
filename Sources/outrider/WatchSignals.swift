import Foundation

/// What signals mean to a watch: SIGINT and SIGTERM end it, SIGHUP reads rules and configuration again.
///
/// A hangup because the terminal that it was started on has gone ends it too: nobody would see it there any more.
final class WatchSignals: Sendable {
  nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

  init(end: @escaping @Sendable () -> Void, reload: @escaping @Sendable () -> Void) {
    let hadTerminal = Self.hasTerminal
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        if number == SIGHUP, !hadTerminal || Self.hasTerminal { reload() } else { end() }
      }
      source.resume()
      return source
    }
  }

  func stop() {
    sources.forEach { $0.cancel() }
  }

  private static var hasTerminal: Bool {
    let descriptor = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    close(descriptor)
    return true
  }
}
