import Processes
import Rulebook
import Testing

@testable import Hands

@Suite("Custody of what is on hold")
struct CustodyTests {
  private func held(_ id: String, until: Double = 60, then: Order.Release = .kill) -> Custody.Held {
    Custody.Held(
      id: id, agent: "%1", rules: ["r"], text: "kubectl apply", processes: [.init(id: 4_194_000, start: 1)],
      since: .zero, until: Instant(seconds: until), then: then)
  }

  @Test("lets the human allow or kill a program by its name, once")
  func decision() {
    var custody = Custody()
    #expect(custody.take(held("a")) == [])
    #expect(custody.take(held("b")) == [])
    #expect(custody.decide("c", .allow, by: "ada") == nil)
    #expect(
      custody.decide("a", .allow, by: "ada") == [.letGo(held("a")), .close(held("a"), .allowed(by: "ada"))])
    #expect(custody.decide("a", .kill, by: "ada") == nil)
    #expect(
      custody.decide("b", .kill, by: "ada") == [.kill(held("b")), .close(held("b"), .killed(by: "ada"))])
    #expect(custody.held == [])
  }

  @Test("does in time what the rule says when nobody has decided", arguments: Order.Release.allCases)
  func timeIsUp(then: Order.Release) {
    var custody = Custody()
    let item = held("a", until: 5, then: then)
    _ = custody.take(item)
    #expect(custody.nextDeadline == Instant(seconds: 5))
    #expect(custody.tick(at: Instant(seconds: 4.9)) == [])
    let who = "nobody decided in time"
    let expected: [Custody.Effect] =
      then == .kill
      ? [.kill(item), .close(item, .killed(by: who))] : [.letGo(item), .close(item, .allowed(by: who))]
    #expect(custody.tick(at: Instant(seconds: 5)) == expected)
    #expect(custody.nextDeadline == nil)
  }

  @Test("closes the file when somebody else has ended the program")
  func gone() {
    var custody = Custody()
    _ = custody.take(held("a"))
    #expect(custody.ended(7) == [])
    #expect(custody.ended(4_194_000) == [.close(held("a"), .gone)])
    #expect(custody.held.isEmpty)
  }

  @Test("kills what somebody else has let go on, unless the rule would let it go anyway")
  func escaped() {
    var custody = Custody()
    _ = custody.take(held("a"))
    _ = custody.take(held("b", then: .allow))
    #expect(custody.escaped("a").first == .kill(held("a")))
    #expect(custody.escaped("b").first == .letGo(held("b", then: .allow)))
  }

  @Test("has room for a number of programs; beyond that the oldest is decided by its rule")
  func bound() {
    var custody = Custody()
    for number in 0..<Custody.most { #expect(custody.take(held("\(number)")).isEmpty) }
    #expect(custody.take(held("last")).first == .kill(held("0")))
    #expect(custody.held.count == Custody.most)
  }

  @Test("decides everything when the watch ends")
  func end() {
    var custody = Custody()
    _ = custody.take(held("a"))
    _ = custody.take(held("b", then: .allow))
    let effects = custody.close()
    #expect(effects.contains(.kill(held("a"))))
    #expect(effects.contains(.letGo(held("b", then: .allow))))
    #expect(custody.held.isEmpty)
  }
}
