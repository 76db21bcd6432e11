import Foundation
import Journal
import Support
import Synchronization
import Testing

@testable import Notices

extension RealNotifiers {
  @Suite("A webhook, by curl")
  struct Webhooks {
    @Test("is posted, signed, with its secrets in nobody's arguments")
    func posts() async throws {
      let stage = try RealStage()
      let port = try await stage.record()
      try stage.scratch.write("http://127.0.0.1:\(port)/slow/token-7ujm\n", "url")
      try stage.scratch.write("key-8ik\n", "secret")
      let way = try notifier(
        "{name: a, webhook: {url_file: url, secret_file: secret, headers: {X-Team: shop}, body: {t: '{title}'}}}",
        in: stage.scratch.folder.path)
      let task = Task { try await way.deliver(sampleCall(text: "quo\"te"), acknowledge: { _, _ in }) }
      try await eventually("the request is there") { !stage.requests.isEmpty }
      #expect(RealStage.isInArguments("curl\u{0}-q\u{0}-K"))
      #expect(!RealStage.isInArguments("token-7ujm"))
      #expect(!RealStage.isInArguments("key-8ik"))
      try await task.value
      let request = try #require(stage.requests.first)
      #expect(request.headers["x-team"] == "shop")
      #expect(request.headers["content-type"] == "application/json")
      #expect(request.body == #"{"t":"CRITICAL kubectl-apply claude-code:%1"}"#)
      let time = try #require(request.headers["x-outrider-time"])
      let code = HMAC.sha256(Array("\(time).\(request.body)".utf8), key: Array("key-8ik".utf8))
      #expect(request.headers["x-outrider-signature"] == "sha256=\(code)")
    }

    @Test("is tried again until it is taken, with the same id")
    func retries() async throws {
      let stage = try RealStage()
      let port = try await stage.record()
      let way = try notifier("{name: a, webhook: {url: 'http://127.0.0.1:\(port)/fail/1'}}", in: "/tmp")
      let courier = Courier(
        way, file: stage.scratch.path("outbox.json"), report: { _ in }, acknowledge: { _, _ in })
      let task = Task { await courier.run() }
      defer { task.cancel() }
      await courier.post(sampleCall(at: .now))
      try await eventually("it was taken") { stage.requests.contains { $0.code == 200 } }
      #expect(stage.requests.map(\.code) == [503, 200])
      #expect(Set(stage.requests.compactMap { $0.headers["x-outrider-id"] }).count == 1)
      #expect(stage.requests.last?.json["rule"] as? String == "kubectl-apply")
      try await eventually("nothing is left") {
        !FileManager.default.fileExists(atPath: stage.scratch.path("outbox.json"))
      }
    }

    @Test("that hangs is given up in time, and keeps no other waiting")
    func hangs() async throws {
      let stage = try RealStage()
      let port = try await stage.record()
      let hanging = try notifier(
        "{name: a, limit: 1s, webhook: {url: 'http://127.0.0.1:\(port)/hang'}}", in: "/tmp")
      let other = try notifier("{name: b, webhook: {url: 'http://127.0.0.1:\(port)/other'}}", in: "/tmp")
      let reports = Mutex<[String]>([])
      let couriers = [hanging, other].map { way in
        Courier(
          way, file: nil,
          report: { report in
            if case .failing(_, let why) = report { reports.withLock { $0.append(why) } }
          }, acknowledge: { _, _ in })
      }
      let tasks = couriers.map { courier in Task { await courier.run() } }
      defer { tasks.forEach { $0.cancel() } }
      for number in 0..<3 {
        for courier in couriers { await courier.post(sampleCall(id: "c\(number)", at: .now)) }
      }
      try await eventually("the other has all") { stage.requests.count { $0.path == "/other" } == 3 }
      try await eventually("the one that hangs is told of") { !reports.withLock { $0.isEmpty } }
      #expect(reports.withLock { $0 }.count == 1)
    }

    @Test("that nobody serves says why, and shows no secret")
    func refused() async throws {
      let port = try RealStage.freePort()
      let way = try notifier("{name: a, webhook: {url: 'http://127.0.0.1:\(port)/token-9ol'}}", in: "/tmp")
      let error = await #expect(throws: NotifierError.self) {
        try await way.deliver(sampleCall(), acknowledge: { _, _ in })
      }
      #expect(error?.description.contains("Failed to connect") ?? false)
      #expect(!(error?.description.contains("token-9ol") ?? true))
    }
  }

  @Suite("An alert board")
  struct Boards {
    @Test("tells what is new at once and what lasts at each refresh, and nothing in between")
    func refreshes() async throws {
      let stage = try RealStage()
      let port = try await stage.record()
      let channel = try #require(
        Configuration(
          "notifiers: [{name: a, alertmanager: {urls: ['http://127.0.0.1:\(port)'], refresh: 2s}}]", name: "c"
        ).notifiers.first)
      let made = channel.board(host: "box", report: { _ in })
      let board = try #require(made)
      let task = Task { await board.run() }
      let started = ContinuousClock.now
      for number in 0..<3 {
        await board.show(sampleCall(id: "t\(number)", at: .now).all)
        try await eventually("it is told") { stage.requests.count == number + 1 }
      }
      try await eventually("it was refreshed twice") { stage.requests.count >= 5 }
      // The third was told at once; then two refreshes of two seconds each.
      #expect(ContinuousClock.now - started >= .seconds(4))
      task.cancel()
      await task.value
      #expect(stage.requests.count <= 6)
    }
  }

  @Suite("Apprise")
  struct Apprise {
    @Test("reaches a web service, with its address in nobody's arguments")
    func web() async throws {
      let stage = try RealStage()
      let port = try await stage.record()
      try stage.scratch.write("# mine\njson://ada:pw-0pz@127.0.0.1:\(port)/slow\n", "urls")
      let way = try notifier("{name: a, apprise: {urls_file: urls}}", in: stage.scratch.folder.path)
      let task = Task { try await way.deliver(sampleCall(), acknowledge: { _, _ in }) }
      try await eventually("the request is there") { !stage.requests.isEmpty }
      #expect(RealStage.isInArguments("--config=file:///dev/stdin"))
      #expect(!RealStage.isInArguments("pw-0pz"))
      try await task.value
      let json = try #require(stage.requests.first?.json)
      #expect(json["title"] as? String == "CRITICAL kubectl-apply claude-code:%1")
      #expect((json["message"] as? String)?.contains("kubectl apply -f web.yaml") ?? false)
      #expect(json["type"] as? String == "failure")
    }

    @Test("sends mail through an SMTP server")
    func mail() async throws {
      let stage = try RealStage()
      let port = try RealStage.freePort()
      try stage.start(
        "smtp",
        [
          "/usr/bin/python3", "-u", "-m", "aiosmtpd", "-n", "-l", "127.0.0.1:\(port)", "-c",
          "aiosmtpd.handlers.Debugging", "stdout",
        ])
      try stage.scratch.write(
        "mailto://127.0.0.1:\(port)?from=outrider@example.org&to=ada@example.org\n", "urls")
      let way = try notifier("{name: a, apprise: {urls_file: urls}}", in: stage.scratch.folder.path)
      try await eventually("the server takes mail") {
        do throws(NotifierError) {
          try await way.deliver(sampleCall(), acknowledge: { _, _ in })
          return true
        } catch {
          return false
        }
      }
      try await eventually("the mail is there") { stage.scratch.text("smtp.out").contains("END MESSAGE") }
      let mail = stage.scratch.text("smtp.out")
      #expect(mail.contains("ada@example.org"))
      #expect(mail.contains("kubectl apply -f web.yaml"))
    }

    @Test("that reaches nobody says so, without the address")
    func fails() async throws {
      let stage = try RealStage()
      let port = try RealStage.freePort()
      try stage.scratch.write("json://ada:pw-0pz@127.0.0.1:\(port)\n", "urls")
      let way = try notifier("{name: a, apprise: {urls_file: urls}}", in: stage.scratch.folder.path)
      let error = await #expect(throws: NotifierError.self) {
        try await way.deliver(sampleCall(), acknowledge: { _, _ in })
      }
      #expect(error?.description.hasPrefix("at least one service did not take it") ?? false)
    }
  }
}
