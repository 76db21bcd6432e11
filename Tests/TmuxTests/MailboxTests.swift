import Synchronization
import Testing

@testable import Tmux

private final class Resyncs: Mailbox.Resyncing {
  let panes = Mutex<[PaneID]>([])
  func resync(_ pane: PaneID) { panes.withLock { $0.append(pane) } }
}

private func event(_ kind: ControlEvent.Kind, at time: UInt64 = 1, session: UInt32 = 0) -> ControlEvent {
  ControlEvent(at: MonotonicTime(nanoseconds: time), session: SessionID(session), kind: kind)
}

private func snapshot(_ pane: UInt32) -> Snapshot {
  Snapshot(
    pane: PaneID(pane), columns: 4, rows: 1, cursorColumn: 0, cursorRow: 0, isAlternate: false, modes: 0,
    scrollTop: 0, scrollBottom: 0, wraps: true, isOriginRelative: false, isCursorVisible: true,
    isDead: false, process: 1, lines: [[0x61]], wrapped: [], pending: [])
}

@Suite("The mailbox")
struct MailboxTests {
  @Test("All that came in since the last time is one batch, output of one read joined")
  func batches() async {
    let mailbox = Mailbox()
    mailbox.post([event(.output(PaneID(1), [1])), event(.output(PaneID(1), [2]))], from: nil)
    mailbox.post([event(.output(PaneID(1), [3]), at: 2), event(.modeChanged(PaneID(1)), at: 2)], from: nil)
    let batch = await mailbox.makeAsyncIterator().next()
    #expect(
      batch?.map(\.kind) == [
        .output(PaneID(1), [1, 2]), .output(PaneID(1), [3]), .modeChanged(PaneID(1)),
      ])
  }

  @Test("When it is full a pane is marked lost once, silent until its snapshot, and nothing else is dropped")
  func overflow() async {
    let mailbox = Mailbox(limit: 4096)
    let source = Resyncs()
    let piece = [UInt8](repeating: 0x61, count: 3000)
    mailbox.post([event(.output(PaneID(1), piece))], from: source)
    for time in UInt64(2)..<9 { mailbox.post([event(.output(PaneID(2), piece), at: time)], from: source) }
    mailbox.post([event(.snapshot(snapshot(2))), event(.ended(.closed))], from: source)
    let early = source.panes.withLock { $0 }
    #expect(early.isEmpty)
    let first = await mailbox.makeAsyncIterator().next()
    #expect(
      first?.map(\.kind) == [.output(PaneID(1), piece), .lost(PaneID(2), .queueFull), .ended(.closed)])
    let asked = source.panes.withLock { $0 }
    #expect(asked == [PaneID(2)])
    mailbox.post([event(.output(PaneID(2), [1]))], from: source)
    mailbox.post([event(.snapshot(snapshot(2)))], from: source)
    mailbox.post([event(.output(PaneID(2), [2]))], from: source)
    let second = await mailbox.makeAsyncIterator().next()
    #expect(second?.map(\.kind) == [.snapshot(snapshot(2)), .output(PaneID(2), [2])])
  }

  @Test("Of admitted panes only, output comes from one session and only after the snapshot")
  func admission() async {
    let mailbox = Mailbox(onlyAdmitted: true)
    mailbox.post([event(.output(PaneID(1), [1]))], from: nil)
    mailbox.admit(PaneID(1), from: SessionID(7))
    mailbox.post([event(.output(PaneID(1), [2]), session: 7)], from: nil)
    mailbox.post([event(.snapshot(snapshot(1)), session: 7)], from: nil)
    mailbox.post([event(.output(PaneID(1), [3]), session: 8)], from: nil)
    mailbox.post([event(.output(PaneID(1), [4]), session: 7)], from: nil)
    mailbox.dismiss(PaneID(1))
    mailbox.post([event(.output(PaneID(1), [5]), session: 7)], from: nil)
    let batch = await mailbox.makeAsyncIterator().next()
    #expect(batch?.map(\.kind) == [.snapshot(snapshot(1)), .output(PaneID(1), [4])])
  }

  @Test("A finished mailbox gives what it holds and then ends; a cancelled reader ends at once")
  func ends() async {
    let mailbox = Mailbox()
    mailbox.post([event(.reached)], from: nil)
    mailbox.finish()
    let iterator = mailbox.makeAsyncIterator()
    #expect(await iterator.next()?.count == 1)
    #expect(await iterator.next() == nil)
    let other = Mailbox()
    let reading = Task { await other.makeAsyncIterator().next() }
    reading.cancel()
    #expect(await reading.value == nil)
  }
}
