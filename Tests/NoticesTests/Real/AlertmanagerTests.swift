import Foundation
import Journal
import Support
import Synchronization
import Testing

@testable import Notices

extension RealNotifiers {
  @Suite("Prometheus Alertmanager")
  struct Alertmanagers {
    /// Two members of a cluster that notify the recorder.
    private struct Cluster {
      let urls: [String]
      let members: [Process]
    }

    private func cluster(_ stage: RealStage, recorder: Int) async throws -> Cluster {
      try stage.scratch.write(
        """
        route: {receiver: test, group_by: [...], group_wait: 500ms, group_interval: 1s, repeat_interval: 1h}
        receivers:
          - name: test
            webhook_configs: [{url: "http://127.0.0.1:\(recorder)/am", send_resolved: true}]
        """, "am.yaml")
      let local = RealStage.root.appending(path: ".notifiers/usr/bin/prometheus-alertmanager").path
      let program = FileManager.default.isExecutableFile(atPath: local) ? local : "prometheus-alertmanager"
      let web = try (0..<2).map { _ in try RealStage.freePort() }
      let gossip = try (0..<2).map { _ in try RealStage.freePort() }
      let members = try (0..<2).map { index in
        try stage.start(
          "am\(index)",
          [
            program, "--config.file=\(stage.scratch.path("am.yaml"))",
            "--storage.path=\(stage.scratch.path("am\(index)"))",
            "--web.listen-address=127.0.0.1:\(web[index])",
            "--cluster.listen-address=127.0.0.1:\(gossip[index])",
            "--cluster.advertise-address=127.0.0.1:\(gossip[index])",
            "--cluster.peer=127.0.0.1:\(gossip[1 - index])", "--cluster.peer-timeout=2s",
            "--cluster.gossip-interval=50ms", "--cluster.pushpull-interval=1s",
            "--cluster.settle-timeout=10s",
          ])
      }
      let urls = web.map { "http://127.0.0.1:\($0)" }
      for url in urls {
        try await eventually("\(url) is in the cluster", within: .seconds(60)) {
          let status = await stage.run(["curl", "-s", "\(url)/api/v2/status"])
          let json = try? JSONSerialization.jsonObject(with: Data(status.utf8)) as? [String: Any]
          let cluster = json?["cluster"] as? [String: Any]
          return cluster?["status"] as? String == "ready" && (cluster?["peers"] as? [Any])?.count == 2
        }
      }
      return Cluster(urls: urls, members: members)
    }

    /// What the cluster told people, as `firing kubectl-apply`.
    private func told(_ stage: RealStage) -> [String] {
      stage.requests.flatMap { request -> [String] in
        let alerts = request.json["alerts"] as? [[String: Any]] ?? []
        return alerts.map { alert in
          let rule = (alert["labels"] as? [String: String])?["rule"] ?? "?"
          return "\(alert["status"] as? String ?? "?") \(rule)"
        }
      }
    }

    @Test("fires, and resolves, once each, also when a member of the cluster is killed in the middle")
    func cluster() async throws {
      let stage = try RealStage()
      let port = try await stage.record()
      let cluster = try await cluster(stage, recorder: port)
      let reports = Mutex<[String]>([])
      let channel = try #require(
        Configuration(
          "notifiers: [{name: ops, alertmanager: {urls: [\(cluster.urls.joined(separator: ", "))], refresh: 1s}}]",
          name: "c"
        ).notifiers.first)
      let made = channel.board(host: "box") { report in
        if case .failing(let name, _) = report { reports.withLock { $0.append(name) } }
      }
      let board = try #require(made)
      let task = Task { await board.run() }
      defer { task.cancel() }

      let first = sampleCall(id: "a", at: .now)
      await board.show(first.all)
      try await eventually("people are told of the first") { told(stage).contains("firing kubectl-apply") }
      let labels = try #require(
        (stage.requests.first?.json["alerts"] as? [[String: Any]])?.first?["labels"] as? [String: String])
      #expect(
        labels["alertname"] == "Outrider" && labels["host"] == "box" && labels["severity"] == "critical")

      kill(cluster.members[0].processIdentifier, SIGKILL)
      cluster.members[0].waitUntilExit()
      let second = sampleCall(id: "b", rule: "agent-exited", at: .now)
      await board.show(first.all + second.all)
      try await eventually("people are told of the second", within: .seconds(60)) {
        told(stage).contains("firing agent-exited")
      }
      try await eventually("the one that was killed is told of") { !reports.withLock { $0.isEmpty } }
      #expect(reports.withLock { $0 } == ["ops (\(cluster.urls[0]))"])

      var over = Escalations()
      let now = WallTime.now
      var alert = first.escalation.alert
      over.take(alert, cure: .human, at: first.time, by: EscalationPolicy())
      alert.outcome = .resolved
      _ = over.note(alert, at: now)
      await board.show(over.all + second.all)
      try await eventually("people are told of the end", within: .seconds(60)) {
        told(stage).contains("resolved kubectl-apply")
      }
      // More refreshes than it takes to forget what is not told again: the second still fires, untold.
      let refreshed = ContinuousClock.now + .seconds(6)
      try await eventually("it was refreshed for long") { ContinuousClock.now > refreshed }
      let active = await stage.run(["curl", "-s", "\(cluster.urls[1])/api/v2/alerts?active=true"])
      #expect(active.contains("agent-exited") && !active.contains("kubectl-apply"))
      let all = told(stage)
      #expect((1...2).contains(all.count { $0 == "firing kubectl-apply" }), "\(all)")
      #expect(all.count { $0 == "resolved kubectl-apply" } == 1, "\(all)")
      #expect(all.count { $0 == "firing agent-exited" } == 1, "\(all)")
      #expect(!all.contains("resolved agent-exited"))
    }

    @Test("takes the end of the refreshes for the end of the trouble, so that nothing fires for ever")
    func silenceOfTheWatch() async throws {
      let stage = try RealStage()
      let port = try await stage.record()
      let cluster = try await cluster(stage, recorder: port)
      let channel = try #require(
        Configuration(
          "notifiers: [{name: ops, alertmanager: {urls: [\(cluster.urls.joined(separator: ", "))], refresh: 1s, heartbeat: true}}]",
          name: "c"
        ).notifiers.first)
      let made = channel.board(host: "box", report: { _ in })
      let board = try #require(made)
      let task = Task { await board.run() }
      try await eventually("the heartbeat fires") { told(stage).contains("firing ?") }
      task.cancel()
      await task.value
      try await eventually("its end is told", within: .seconds(60)) { told(stage).contains("resolved ?") }
    }
  }
}
