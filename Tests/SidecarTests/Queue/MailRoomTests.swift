import Journal
@testable import Rulebook
import Testing
import Tmux

@testable import Sidecar

@Suite("What the watch knows of the queue")
struct MailRoomTests {
  private static func item(_ id: String, _ state: QueueItem.State) -> QueueItem {
    QueueItem(
      id: id, text: "then merge", target: QueueStoreTests.target(), queued: WallTime(milliseconds: 0),
      expires: WallTime(milliseconds: 1), by: QueueItem.human, state: state)
  }

  @Test("is not set back by a journal that was read before the last change was written there")
  func staleRead() {
    var mail = MailRoom()
    mail.take([Self.item("a", .sending), Self.item("b", .sending), Self.item("c", .typing)])
    mail.note("a", nil)
    mail.note("b", .unknown, "nobody knows")
    mail.note("c", .waiting, "the pane was in copy mode")
    mail.take([Self.item("a", .sending), Self.item("b", .sending), Self.item("c", .typing)])
    #expect(mail.items.map(\.id) == ["b", "c"] && mail.items.map(\.state) == [.unknown, .waiting])
    mail.take([Self.item("b", .unknown), Self.item("c", .waiting)])
    mail.take([Self.item("b", .unknown), Self.item("c", .typing)])
    #expect(mail.items.map(\.state) == [.unknown, .typing], "once written, what the journal says counts")
  }

  @Test("waits for a turn that has settled, and for the next one after each text")
  func rest() {
    var mail = MailRoom()
    let id = PaneID(1)
    func at(_ seconds: Double) -> Instant { Instant(seconds: seconds) }
    func standing(_ state: AgentState, _ since: Double) -> Standing {
      Standing(state: state, since: at(since), evidence: "")
    }
    #expect(!mail.isAtRest(id, nil, isBack: false, at: at(10)))
    #expect(!mail.isAtRest(id, standing(.working, 1), isBack: false, at: at(10)))
    #expect(!mail.isAtRest(id, standing(.limited, 1), isBack: false, at: at(10)))
    #expect(!mail.isAtRest(id, standing(.idle, 9.5), isBack: false, at: at(10)))
    #expect(mail.isAtRest(id, standing(.idle, 9), isBack: false, at: at(10)))
    // The screen has just come to rest after a flicker that did not settle.
    mail.rested[id] = at(9.5)
    #expect(!mail.isAtRest(id, standing(.idle, 1), isBack: false, at: at(10)))
    mail.given[id] = at(11)
    #expect(!mail.isAtRest(id, standing(.idle, 1), isBack: false, at: at(20)))
    #expect(mail.isAtRest(id, standing(.idle, 1), isBack: false, at: at(41)), "it shows no work of it")
    mail.rested[id] = at(12)
    #expect(mail.isAtRest(id, standing(.idle, 1), isBack: false, at: at(13)), "a turn that was over at once")
    #expect(!mail.isAtRest(id, standing(.exited, 1), isBack: false, at: at(50)))
    #expect(mail.isAtRest(id, standing(.exited, 1), isBack: true, at: at(50)))
  }

  @Test("tries again later and later, what was brought back")
  func retries() {
    var mail = MailRoom()
    var now = Instant.zero
    var waits: [Double] = []
    for _ in 0..<7 {
      mail.retryLater("a", at: now)
      var wait = 0.0
      while !mail.mayTry("a", at: now + .milliseconds(Int(wait * 1000))) { wait += 0.5 }
      waits.append(wait)
      now = now + .seconds(Int(wait))
    }
    #expect(waits == [5, 10, 20, 40, 60, 60, 60])
  }
}
