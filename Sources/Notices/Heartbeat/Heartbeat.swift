import Foundation
import Glibc
import Journal
import Processes
import Rulebook

/// The sign of life of a watch: a file that is written again and again, so that a watch that was killed or
/// hangs is told from one that was ended.
public struct Heartbeat: Sendable, Equatable, Codable {
  /// How often, and who else is told.
  public struct Settings: Sendable, Equatable {
    public var every: Duration = .seconds(60)
    /// Asked by GET at each beat, as services for watching over others want it.
    public var url: Secret?
    /// Run at each beat.
    public var program: String?

    public init() {}
  }

  /// The tmux server that is watched.
  public let server: String
  public let process: ProcessIdentity
  public let started: WallTime
  public let time: WallTime
  /// Seconds until the next.
  public let every: Double

  public init(
    server: String, process: ProcessIdentity, started: WallTime, time: WallTime, every: Duration
  ) {
    (self.server, self.process, self.started, self.time) = (server, process, started, time)
    self.every = every.inSeconds
  }

  /// How the watch is, from its last sign.
  public enum Condition: Sendable, Equatable {
    case well
    /// It runs, and has given no sign for so long.
    case hangs(Duration)
    /// It has ended without taking its sign away.
    case gone(since: WallTime)
  }

  /// Beats that may be missed.
  static let missed = 3.0

  public func condition(at now: WallTime) -> Condition {
    guard process.isAlive else { return .gone(since: time) }
    let silence = now - time
    return silence.inSeconds > every * Self.missed + 5 ? .hangs(silence) : .well
  }

  /// Tells those who watch over the watch.
  static func tell(_ settings: Settings, limit: Duration = .seconds(10)) async throws(NotifierError) {
    if let url = settings.url { try await Curl(url: try url.value(), limit: limit).send() }
    if let program = settings.program {
      let ending = await ProgramRun([program], limit: limit).run()
      guard ending.how == .status(0) else {
        throw NotifierError("\(program) did not end well; try it by hand")
      }
    }
  }
}

/// What systemd is told of a service (sd_notify(3)); nothing where nobody listens.
public struct ServiceNotice: Sendable {
  private let socket: String?
  /// How often a sign is wanted, from `WATCHDOG_USEC`; nil for never.
  public let interval: Duration?

  public init(environment: [String: String]) {
    socket = environment["NOTIFY_SOCKET"].flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
    let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
    let micros = environment["WATCHDOG_USEC"].flatMap { Int64($0) }
    // Twice as often as it is wanted.
    interval = isMeant ? micros.flatMap { $0 > 0 ? .microseconds($0 / 2) : nil } : nil
  }

  /// `READY=1`, `WATCHDOG=1`, `STOPPING=1`, `STATUS=…`.
  @discardableResult
  public func send(_ text: String) -> Bool {
    guard let socket else { return false }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = Array(socket.utf8)
    guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { bytes in
      bytes.copyBytes(from: path)
      // A name that is no file's begins with a zero.
      if path.first == UInt8(ascii: "@") { bytes[0] = 0 }
    }
    let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC | O_NONBLOCK, 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
    let bytes = Array(text.utf8)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length) == bytes.count
      }
    }
  }
}
