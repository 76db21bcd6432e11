import Foundation

/// Calls back once when the user or the system wants the program to end.
final class EndSignals: Sendable {
  nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

  init(_ end: @escaping @Sendable () -> Void) {
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler(handler: end)
      source.resume()
      return source
    }
  }

  func stop() {
    sources.forEach { $0.cancel() }
  }
}
