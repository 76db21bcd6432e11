import Foundation
import Journal
import Processes

/// Gives the signs of life of one watch while it is well.
public actor Pulse {
  private let settings: Heartbeat.Settings
  private let file: StateFile<Heartbeat>?
  private let server: String
  private let started = WallTime.now
  private let process: ProcessIdentity?
  private let service: ServiceNotice
  private let report: @Sendable (DeliveryReport) -> Void
  private var isFailing = false

  /// - Parameter file: Where the sign is left; nil for nowhere.
  public init(
    _ settings: Heartbeat.Settings, file: String?, server: String,
    service: ServiceNotice = ServiceNotice(environment: ProcessInfo.processInfo.environment),
    report: @escaping @Sendable (DeliveryReport) -> Void
  ) {
    self.settings = settings
    self.file = file.map { StateFile($0) }
    self.server = server
    self.service = service
    self.report = report
    process = ProcessIdentity(getpid())
  }

  /// Works until the task is cancelled.
  ///
  /// - Parameter isWell: Returns when the watch has answered; while it does not, there is no sign.
  public func run(isWell: @escaping @Sendable () async -> Bool) async {
    service.send("READY=1")
    await withDiscardingTaskGroup { group in
      if let interval = service.interval {
        group.addTask { [service] in
          await Self.each(interval) { if await isWell() { service.send("WATCHDOG=1") } }
        }
      }
      group.addTask { await Self.each(self.settings.every) { if await isWell() { await self.beat() } } }
    }
    service.send("STOPPING=1")
    try? file?.remove()
  }

  private static func each(_ interval: Duration, _ body: () async -> Void) async {
    while !Task.isCancelled {
      await body()
      try? await Task.sleep(for: interval)
    }
  }

  private func beat() async {
    do throws(NotifierError) {
      if let file, let process {
        try file.write(
          Heartbeat(server: server, process: process, started: started, time: .now, every: settings.every))
      }
      try await Heartbeat.tell(settings)
      if isFailing { report(.works(notifier: "the heartbeat")) }
      isFailing = false
    } catch {
      if !isFailing, !Task.isCancelled { report(.failing(notifier: "the heartbeat", why: "\(error)")) }
      isFailing = true
    }
  }
}
