import Journal
import Rulebook
import Senses
import Shell
import Testing

@testable import Sidecar

private let forbidden = "kubectl apply -f k8s/"

@Suite("One story of hook and pane")
struct HookPaneTests {
  @Test("has one alert, refused by the hook, and no key is pressed when the pane shows it too")
  func refused() throws {
    let bench = try HookBench()
    #expect(bench.ask(.preToolUse, forbidden).denial?.contains("open a pull request") == true)
    bench.show(forbidden)
    bench.wait(2000)
    #expect(bench.keys == 0)
    #expect(bench.alerts.map(\.outcome) == [.denied])
    #expect(bench.alerts.first?.source == .hook && bench.alerts.first?.actions.map(\.action) == ["deny"])
  }

  @Test("has one alert and no key when the pane was faster than a hook that was there before")
  func faster() throws {
    let bench = try HookBench()
    _ = bench.ask(.preToolUse, "ls", call: "0")
    bench.now = bench.now + .seconds(60)
    bench.show(forbidden)
    #expect(bench.keys == 0 && bench.alerts.isEmpty)
    bench.wait(40)
    #expect(bench.ask(.preToolUse, forbidden).denial != nil)
    bench.wait(5000)
    #expect(bench.keys == 0)
    #expect(bench.alerts.map(\.outcome) == [.denied])
  }

  @Test("is stopped by the pane when the hook is never asked, though others were")
  func skipped() throws {
    let bench = try HookBench()
    _ = bench.ask(.preToolUse, "ls", call: "0")
    bench.now = bench.now + .seconds(60)
    bench.show(forbidden)
    #expect(bench.keys == 0)
    bench.wait(300)
    #expect(bench.keys == 1)
    #expect(bench.alerts.map(\.source) == [.pane])
  }

  @Test("is stopped by the pane at once where there are no hooks")
  func noHooks() throws {
    let bench = try HookBench()
    bench.show(forbidden)
    #expect(bench.keys == 1)
  }

  @Test("is refused by the hook even when the pane has raised the alert already, which then says so")
  func late() throws {
    let bench = try HookBench()
    bench.show(forbidden)
    #expect(bench.keys == 1)
    bench.wait(5)
    #expect(bench.ask(.preToolUse, forbidden).denial != nil)
    for _ in 0..<80 { bench.wait(1000) }
    #expect(bench.alerts.map(\.outcome) == [.denied])
    #expect(bench.alerts.first?.source == .pane)
    #expect(bench.keys == 1, "no second Escape for what was refused")
    #expect(bench.calls.isEmpty)
  }

  @Test(
    "has one alert for a program that was held before the pane showed its command, and a new one for another run"
  )
  func held() throws {
    let bench = try HookBench()
    bench.hold(forbidden)
    bench.wait(500)
    bench.show(forbidden)
    #expect(bench.alerts.count == 1)
    bench.wait(500)
    bench.show(forbidden)
    #expect(bench.alerts.count == 2)
  }

  @Test("has one alert for an edit that the hook refused, whichever came first, and no key is pressed")
  func refusedEdit() throws {
    let bench = try HookBench()
    #expect(bench.askEdit("/shop/.outrider/rules/off.yaml").denial != nil)
    bench.showEdit(".outrider/rules/off.yaml")
    bench.wait(60_000)
    bench.showEdit("~/shop/../.claude/settings.json")
    bench.wait(40)
    #expect(bench.askEdit("/home/dev/.claude/settings.json").denial != nil)
    bench.wait(1000)
    #expect(bench.keys == 0)
    #expect(bench.alerts.map(\.outcome) == [.denied, .denied])
  }

  @Test("is stopped by the pane when the hook is never asked about an edit")
  func skippedEdit() throws {
    let bench = try HookBench()
    _ = bench.ask(.preToolUse, "ls", call: "0")
    bench.showEdit(".outrider/rules/off.yaml")
    bench.wait(300)
    #expect(bench.alerts.map(\.source) == [.pane])
  }

  @Test("calls the human when a refused command ran all the same")
  func ranAllTheSame() throws {
    let bench = try HookBench()
    _ = bench.ask(.preToolUse, forbidden)
    _ = bench.ask(.postToolUse, forbidden)
    #expect(bench.alerts.map(\.outcome) == [.tooLate])
    #expect(bench.calls.map(\.outcome) == [.tooLate])
  }

  @Test("is refused again when the agent asks for permission, without a second alert")
  func permission() throws {
    let bench = try HookBench()
    _ = bench.ask(.preToolUse, forbidden)
    bench.now = bench.now + .milliseconds(30)
    #expect(bench.ask(.permissionRequest, forbidden).denial != nil)
    #expect(bench.alerts.count == 1)
  }

  @Test("is two stories when the agent tries the same words again")
  func again() throws {
    let bench = try HookBench()
    _ = bench.ask(.preToolUse, forbidden, call: "1")
    bench.now = bench.now + .seconds(5)
    #expect(bench.ask(.preToolUse, forbidden, call: "2").denial != nil)
    #expect(bench.alerts.map(\.outcome) == [.denied, .denied])
  }

  @Test("judges every command of a compound line, each rule once")
  func compound() throws {
    let bench = try HookBench()
    let answer = bench.ask(.preToolUse, "kubectl apply -f a; kubectl apply -f b; terraform apply")
    #expect(answer.denial?.split(separator: "\n").count == 2)
    #expect(bench.alerts.map(\.rule) == ["kubectl-apply", "terraform-apply"])
  }

  @Test("lets everything else pass without a word")
  func harmless() throws {
    let bench = try HookBench()
    #expect(bench.ask(.preToolUse, "kubectl get pods") == HookAnswer())
    bench.show("kubectl get pods")
    #expect(bench.ask(.postToolUse, "kubectl get pods") == HookAnswer())
    #expect(bench.effects.isEmpty)
  }

  @Test("leaves what the human approves in a dialog alone, without a hook, and says so")
  func approved() throws {
    let bench = try HookBench()
    bench.showDialog(forbidden)
    bench.wait(1500)
    bench.answer("  Running 1 shell command…", "  ⎿  $ \(forbidden)", "✢ Proofing… (6s)")
    bench.wait(500)
    bench.answer("  Ran 1 shell command", "", "● Done.")
    bench.wait(5000)
    #expect(bench.alerts.map(\.outcome) == [.resolved])
    #expect(bench.keys == 0 && bench.pastes.isEmpty && bench.calls.isEmpty)
    #expect(bench.alerts.first?.actions.map(\.result).contains("not needed: the human approved it") == true)
  }

  @Test("says denied of what the human refuses in a dialog, and tells the agent why")
  func refusedByHuman() throws {
    let bench = try HookBench()
    bench.showDialog(forbidden)
    bench.wait(1500)
    bench.answer(
      "  Did not run 1 call", "  ⎿  $ \(forbidden)", "  ⎿  Interrupted · What should Claude do instead?")
    bench.wait(100)
    let typed = try #require(bench.pastes.first)
    #expect(bench.pastes.count == 1 && typed.contains("open a pull request"))
    bench.answer("  Did not run 1 call", "  ⎿  $ \(forbidden)", "  ⎿  Interrupted · What now?", box: typed)
    bench.answer("❯ \(typed)", "", "✢ Proofing… (1s)")
    bench.wait(100)
    #expect(bench.alerts.map(\.outcome) == [.denied])
    #expect(bench.keys == 0 && bench.calls.isEmpty)
  }

  @Test("says after a compaction once what holds: the hook where hooks are heard, else the pane")
  func policyOnce() throws {
    let bare = try HookBench()
    bare.compact()
    #expect(bare.alerts.map(\.rule) == ["policy-restate"])
    let hooked = try HookBench()
    #expect(hooked.start("startup").context?.contains("ArgoCD") == true)
    hooked.compact()
    #expect(hooked.start("compact").context?.contains("ArgoCD") == true)
    #expect(hooked.effects.isEmpty)
    var end = HookEvent(moment: .sessionEnd, session: "s", cwd: "/shop")
    end.cause = "other"
    _ = hooked.pane.hear(end, at: hooked.now)
    hooked.compact()
    #expect(hooked.alerts.map(\.rule) == ["policy-restate"], "its hooks are gone")
  }
}
