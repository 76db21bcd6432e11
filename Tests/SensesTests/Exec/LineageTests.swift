import Glibc
import CLinux
import Testing

@testable import Processes
@testable import Senses

@Suite("Who is below an agent")
struct LineageTests {
  private func fork(_ parent: Int32, _ child: Int32, _ time: UInt64) -> process_event {
    process_event(what: PROCESS_FORKED, process: child, parent: parent, status: 0, time: time)
  }

  private func exit(_ process: Int32, _ time: UInt64, status: UInt32 = 0) -> process_event {
    process_event(what: PROCESS_EXITED, process: process, parent: 0, status: status, time: time)
  }

  /// Agent 10 of tree 1, known since time 100.
  private func lineage() -> Lineage {
    var lineage = Lineage()
    lineage.adopt(10, into: 1, parent: 2, born: 100, image: 7)
    return lineage
  }

  private func members(_ events: process_event..., at time: UInt64 = 10_000) -> Set<Int32> {
    var lineage = lineage()
    lineage.note(events)
    lineage.advance(to: time) { _, _, _, _ in }
    return Set(lineage.members.filter { $0.value.died == nil }.keys)
  }

  @Test("stays there when the parents in between are gone, in whatever order that is told")
  func orphans() {
    #expect(members(fork(10, 20, 200), fork(20, 30, 300), exit(20, 400)) == [10, 30])
    #expect(members(exit(20, 400), fork(20, 30, 300), fork(10, 20, 200)) == [10, 30])
    #expect(
      members(fork(20, 30, 300), exit(20, 310), fork(30, 40, 320), exit(30, 330), fork(10, 20, 200)) == [
        10, 40,
      ])
  }

  @Test("is nobody who was started by others, and no one whose id was used again")
  func others() {
    #expect(members(fork(99, 20, 200)) == [10])
    #expect(members(fork(10, 20, 200), exit(20, 300), fork(99, 20, 400), fork(20, 21, 500)) == [10])
    #expect(members(fork(10, 20, 200), exit(20, 300), fork(20, 30, 400)) == [10])
    // The old word about an id does not undo what was found later.
    #expect(members(fork(99, 10, 50)) == [10])
  }

  @Test("is told by the time of the execution, not by when it is read")
  func time() {
    var lineage = lineage()
    lineage.note([fork(10, 20, 200), exit(20, 300), fork(99, 20, 400)])
    lineage.advance(to: 250) { _, _, _, _ in }
    #expect(lineage.executing(20, at: 250)?.tree == 1)
    lineage.advance(to: 450) { _, _, _, _ in }
    #expect(lineage.executing(20, at: 450) == nil)
  }

  @Test("and has executed something before it ended is still found")
  func ended() {
    var lineage = lineage()
    var ends: [Int32] = []
    lineage.note([fork(10, 20, 200), exit(20, 300, status: 0x700)])
    lineage.advance(to: 350) { process, _, status, _ in
      ends.append(process)
      #expect(status == 0x700)
    }
    #expect(ends == [20])
    #expect(lineage.executing(20, at: 250) != nil)
  }

  @Test("is told apart from what the agent has started for itself")
  func byFirst() {
    var lineage = lineage()
    lineage.note([fork(10, 20, 200), fork(20, 21, 210), fork(10, 30, 220)])
    lineage.advance(to: 300) { _, _, _, _ in }
    // A copy of a copy of the agent is as near to it.
    for process: Int32 in [20, 21, 30] { #expect(lineage.members[process]?.isCopyOfFirst == true) }
    #expect(lineage.members[10]?.isCopyOfFirst == false)
    #expect(lineage.execute(30, 8) == 1)
    #expect(lineage.members[30]?.isCopyOfFirst == false)
    lineage.note([fork(30, 40, 400)])
    lineage.advance(to: 500) { _, _, _, _ in }
    #expect(lineage.members[40]?.isCopyOfFirst == false)
  }

  @Test("is forgotten some time after its end, and all with its tree")
  func forgotten() {
    var lineage = lineage()
    lineage.note([fork(10, 20, 200), exit(20, 300), fork(10, 30, 5_000_000_000)])
    lineage.advance(to: 5_000_000_000) { _, _, _, _ in }
    #expect(Set(lineage.members.keys) == [10, 30])
    lineage.leave(1)
    #expect(lineage.members.isEmpty)
  }

  @Test("and is the same process is told by its start, not by its id")
  func identity() throws {
    let own = try #require(ProcessFiles.status(getpid()))
    var lineage = Lineage()
    lineage.adopt(getpid(), into: 1, parent: 1, born: 0, start: own.start, image: 0)
    #expect(lineage.members[getpid()]?.isSame(as: own) == true)
    lineage.adopt(getpid(), into: 1, parent: 1, born: 0, start: own.start + 1, image: 0)
    #expect(lineage.members[getpid()]?.isSame(as: own) == false)
    lineage.adopt(getpid(), into: 1, parent: 1, born: monotonic_time(), image: 0)
    #expect(
      lineage.members[getpid()]?.isSame(as: own)
        == (ProcessFiles.tick(ofMonotonic: monotonic_time()) <= own.start + 2))
  }

  @Test("is not told by a stranger's signal: a number used again is left alone")
  func signals() {
    let other = ProcessIdentity(id: getpid(), start: 1)
    #expect(other.signal(SIGKILL) == ESRCH)
    #expect(ProcessIdentity(id: 4_194_303, start: 1).signal(SIGKILL) == ESRCH)
    #expect(!other.isAlive)
  }

  @Test(
    "is read from /proc whatever a program calls itself",
    arguments: ["sh", "a b", ")", ") R 1 1 1", "((", "x) S (y", ""])
  func names(name: String) throws {
    let numbers = "1234 5 6 34817 77 0 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 2 3"
    let status = try #require(ProcessFiles.Status(line: Array("42 (\(name)) S \(numbers)".utf8)))
    #expect(
      status.parent == 1234 && status.terminal == 34817 && status.foreground == 77 && status.start == 987_654)
    #expect(ProcessFiles.Status(line: Array("42 (\(name)) S 1234".utf8)) == nil)
    #expect(ProcessFiles.Status(line: Array(name.utf8)) == nil)
  }
}
