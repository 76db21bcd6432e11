import Foundation
import Testing

@testable import Reenactment

@Suite("An agent's session")
struct SessionTests {
  static let working = ["deploy", "push", "narrow", "evasive", "queue", "frozen"]
    .flatMap { ["\($0).claude.cast", "\($0).codex.cast"] }

  private func stand(_ name: String, until end: Duration) throws -> Stand {
    let cast = try Recordings.cast(name)
    var stand = Stand(name.contains("claude") ? .claude : .codex, width: cast.width, height: cast.height)
    stand.play(cast, until: end)
    return stand
  }

  @Test("An undisturbed recording is written byte for byte", arguments: Recordings.names)
  func faithful(_ name: String) throws {
    let stand = try stand(name, until: .seconds(10_000))
    #expect(stand.written == (try Recordings.cast(name)).events.map(\.text))
    #expect(stand.session.rows == stand.screen.rows)
  }

  @Test("Every recording is seen to work", arguments: Recordings.names)
  func works(_ name: String) throws {
    let states = try stand(name, until: .seconds(10_000)).logged("state").map(\.fields[0].value)
    #expect(states.contains(.text("working")))
    let asks = ["approval", "auto-mode"].contains { name.hasPrefix($0) }
    #expect(states.contains(.text("asking")) == asks)
  }

  @Test("Escape while it works stops the recording and paints the agent's banner", arguments: working)
  func interrupts(_ name: String) throws {
    var stand = try stand(name, until: .milliseconds(8_420))
    #expect(stand.session.activity == .working)
    stand.type("\u{1B}")
    #expect(!stand.session.isFollowing)
    let screen = stand.screen.rows.map(\.plain)
    let banner =
      name.contains("claude")
      ? "  ⎿  Interrupted · What should Claude do instead?" : "■ Conversation interrupted - use /feedback"
    #expect(screen.contains { $0.hasPrefix(banner) })
    #expect(!screen.contains { $0.contains("esc to interrupt") || $0.contains("$ cat docs") })
    #expect(stand.session.rows == stand.screen.rows)
    #expect(stand.session.follow("later", at: stand.now).isEmpty)
  }

  @Test("A correction is shown in the box, submitted by Enter and answered", arguments: working)
  func corrected(_ name: String) throws {
    var stand = try stand(name, until: .milliseconds(8_420))
    stand.type("\u{1B}")
    stand.type("\u{1B}[200~Open a pull request.\rDo not apply.\u{1B}[201~")
    let mark = name.contains("claude") ? "❯" : "›"
    #expect(stand.screen.rows.contains { $0.plain == "\(mark) Open a pull request." })
    #expect(stand.screen.rows.contains("  Do not apply."))
    stand.type("\r")
    #expect(stand.logged("submitted").first?.fields[0].value == .text("Open a pull request.\nDo not apply."))
    #expect(stand.session.activity == .working)
    stand.pass(Session.answerTime)
    #expect(stand.session.activity == .idle)
    #expect(stand.screen.rows.contains { $0.dropFirst(2).hasPrefix("Understood.") })
    #expect(stand.session.rows == stand.screen.rows)
  }

  @Test("Backspace and C-u edit what was typed, Escape at rest clears it in Claude Code only")
  func edits() throws {
    for name in ["deploy.claude.cast", "deploy.codex.cast"] {
      var stand = try stand(name, until: .seconds(100))
      stand.type("stopp\u{7F}")
      #expect(stand.session.stage.box.text == "stop")
      stand.type("\u{1B}")
      #expect(stand.session.stage.box.text == (name.contains("claude") ? "" : "stop"))
      stand.type("\u{15}")
      #expect(stand.session.stage.box.isEmpty)
      #expect(stand.logged("interrupted").isEmpty)
      #expect(stand.session.rows == stand.screen.rows)
    }
  }

  @Test("Enter in an approval is logged as approved", arguments: ["\r", "y", "1"])
  func approves(_ keys: String) throws {
    for name in ["approval.claude.cast", "approval.codex.cast"] {
      var stand = try stand(name, until: .seconds(12))
      #expect(stand.session.activity == .asking("kubectl apply -f k8s/web.yaml"))
      stand.type(keys)
      #expect(stand.logged("approved").first?.fields[0].value == .text("kubectl apply -f k8s/web.yaml"))
    }
  }

  @Test("Escape in an approval denies it, and pasted text does not choose")
  func denies() throws {
    for name in ["approval.claude.cast", "approval.codex.cast"] {
      var stand = try stand(name, until: .seconds(12))
      stand.type("\u{1B}[200~yes\u{1B}[201~")
      stand.type("\u{1B}")
      #expect(stand.logged("approved").isEmpty)
      #expect(stand.logged("interrupted").count == 1)
      #expect(stand.screen.rows.contains { $0.contains("nterrupted") })
      #expect(!stand.screen.rows.contains { $0.contains("1. Yes") })
    }
  }

  @Test(
    "A prompt typed while it works is queued, and is sent when the turn ends", arguments: ["claude", "codex"])
  func queues(_ agent: String) throws {
    let name = "deploy.\(agent).cast"
    var stand = try stand(name, until: .seconds(10))
    stand.type("then tidy up")
    #expect(stand.screen.rows.contains { $0.hasSuffix("then tidy up") })
    stand.type("\r")
    #expect(stand.logged("queued").count == 1)
    let sign = agent == "claude" ? "Queued · ctrl+x ctrl+s to send now" : "↳ then tidy up"
    stand.play(try Recordings.cast(name), until: .seconds(12))
    #expect(stand.screen.rows.contains { $0.contains(sign) })
    stand.play(try Recordings.cast(name))
    #expect(stand.logged("submitted").count == 1)
    #expect(!stand.session.isFollowing)
    #expect(stand.session.rows == stand.screen.rows)
  }

  @Test(
    "What waits when Claude Code is interrupted goes back to the box; of Codex's, what was to follow the turn does, the rest is sent"
  )
  func interruptedQueue() throws {
    var claude = try stand("deploy.claude.cast", until: .seconds(10))
    claude.type("later\r\u{1B}")
    #expect(claude.session.stage.box.text == "later")
    var codex = try stand("deploy.codex.cast", until: .seconds(10))
    codex.type("later\t\u{1B}")
    #expect(codex.session.stage.box.text == "later" && codex.logged("submitted").isEmpty)
    codex = try stand("deploy.codex.cast", until: .seconds(10))
    codex.type("now\r\u{1B}")
    #expect(codex.logged("submitted").count == 1)
  }

  @Test("A deaf agent overlooks as many Escapes as it was told to")
  func deaf() throws {
    var stand = Stand(.claude, deafFor: 1)
    stand.play(try Recordings.cast("deploy.claude.cast"), until: .seconds(10))
    stand.type("\u{1B}")
    #expect(stand.session.isFollowing && stand.logged("overlooked").count == 1)
    stand.type("\u{1B}")
    #expect(stand.logged("interrupted").count == 1)
  }

  @Test(
    "A resized agent of its own is painted anew, at any size",
    arguments: [(60, 20), (1, 1), (200, 60), (8, 5)])
  func resizes(_ width: Int, _ height: Int) throws {
    for name in ["deploy.claude.cast", "deploy.codex.cast"] {
      var stand = try stand(name, until: .seconds(10))
      stand.type("\u{1B}")
      stand.type("a correction of some words")
      stand.screen.resize(width: width, height: height)
      stand.take(stand.session.resize(width: width, height: height, at: stand.now))
      #expect(stand.session.rows == stand.screen.rows)
      stand.type(" and more\r")
      stand.pass(.seconds(1))
      #expect(stand.session.rows == stand.screen.rows)
    }
  }

  @Test("A stage read from a recorded screen paints that screen again", arguments: working)
  func repaints(_ name: String) throws {
    let cast = try Recordings.cast(name)
    let face = (name.contains("claude") ? Agent.claude : .codex).face
    var screen = Grid(width: cast.width, height: cast.height)
    var stage = Stage()
    var seen = 0
    for event in cast.events {
      screen.feed(event.text)
      stage = face.stage(of: screen, before: stage)
      guard face.activity(of: screen) == .working, event.at < .seconds(9) else { continue }
      let body = Set(face.picture(of: stage, width: cast.width, height: cast.height).rows)
      for row in stage.transcript.suffix(5) { #expect(body.contains(row)) }
      seen += 1
    }
    #expect(seen > 0)
  }
}
