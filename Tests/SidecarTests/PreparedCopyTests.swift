import Foundation
import Journal
import Rulebook
import Senses
import Testing

@testable import Sidecar

@Suite("A hook that judges alone by prepared rules")
struct PreparedCopyTests {
  /// A runtime folder, the user's rules, and a project, gone when the body has returned.
  private struct House {
    let url: URL
    let folder: RuntimeFolder
    /// Later than any change of its files, by so much that they are settled.
    let later = Int(Date.now.timeIntervalSince1970) + 60

    static func with(_ body: (House) throws -> Void) throws {
      let url = FileManager.default.temporaryDirectory.appending(path: "outrider-copy-\(UUID().uuidString)")
      let house = House(url: url, folder: RuntimeFolder(environment: ["XDG_RUNTIME_DIR": "\(url.path)/run"]))
      try FileManager.default.createDirectory(
        at: url.appending(path: "run"), withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: url) }
      try body(house)
    }

    func write(_ text: String, to path: String) throws {
      let file = url.appending(path: path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }

    func sources(project: Bool = false) -> RuleSources {
      RuleSources(
        shipped: Fixtures.root.appending(path: "rules"), user: url.appending(path: "user"),
        project: project ? url.appending(path: "shop/.outrider/rules") : nil)
    }

    func hook(project: Bool = false, now: Int? = nil) throws -> LoneHook {
      try LoneHook(sources(project: project), folder: folder, now: now ?? later)
    }

    /// The one copy that was kept.
    var copy: String? {
      (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.first { $0.hasSuffix(".rules") }
        .map { "\(folder.path)/\($0)" }
    }
  }

  private func isRefused(_ command: String, by hook: LoneHook) throws -> Bool {
    var event = HookEvent(moment: .preToolUse, session: "s", cwd: "/", call: "1")
    event.tool = .command(command, cwd: nil)
    return try hook.take(event, of: "codex", clock: LiveClock()).answer.denial != nil
  }

  @Test("reads no rule file the second time, and judges alike")
  func kept() throws {
    try House.with { house in
      let first = try house.hook()
      let second = try house.hook()
      #expect(!first.isPrepared && second.isPrepared)
      for hook in [first, second] {
        #expect(try isRefused("cd k8s && kubectl apply -f web.yaml", by: hook))
        #expect(try !isRefused("kubectl get pods", by: hook))
      }
      var status = stat()
      #expect(stat(try #require(house.copy), &status) == 0 && status.st_mode & 0o777 == 0o600)
    }
  }

  @Test("tells the same policy when a session starts")
  func policy() throws {
    try House.with { house in
      let event = HookEvent(moment: .sessionStart, session: "s", cwd: "/")
      let answers = try [house.hook(), house.hook()].map { hook in
        try hook.take(event, of: "codex", clock: LiveClock()).answer
      }
      #expect(answers[0] == answers[1] && answers[0].context?.contains("ArgoCD") == true)
    }
  }

  @Test("reads the files again when one has changed, has come or has gone, even with its time set back")
  func stale() throws {
    try House.with { house in
      _ = try house.hook()
      try house.write("disable: [kubectl-apply]\n", to: "user/own.yaml")
      let changed = try house.hook()
      #expect(try !changed.isPrepared && !isRefused("kubectl apply -f x", by: changed))
      #expect(try house.hook().isPrepared)
      let path = house.url.appending(path: "user/own.yaml").path
      var before = stat()
      stat(path, &before)
      try FileHandle(forWritingTo: URL(filePath: path)).write(
        contentsOf: Data("disable: [terraform-up]\n".utf8))
      var times = [before.st_atim, before.st_mtim]
      utimensat(AT_FDCWD, path, &times, 0)
      let back = try house.hook()
      #expect(try !back.isPrepared && isRefused("kubectl apply -f x", by: back))
      try FileManager.default.removeItem(atPath: path)
      let gone = try house.hook()
      #expect(try !gone.isPrepared && isRefused("kubectl apply -f x", by: gone))
    }
  }

  @Test("keeps each project's rules apart")
  func projects() throws {
    try House.with { house in
      try house.write("lists: {protected: {add: [release]}}\n", to: "shop/.outrider/rules/shop.yaml")
      for round in 0..<2 {
        let (alone, shop) = (try house.hook(), try house.hook(project: true))
        #expect(alone.isPrepared == (round > 0) && shop.isPrepared == (round > 0))
        #expect(try !isRefused("git push origin release", by: alone))
        #expect(try isRefused("git push origin release", by: shop))
      }
    }
  }

  @Test("says what is wrong with the files each time")
  func errors() throws {
    try House.with { house in
      try house.write("rules:\n  - {id: a, on: comand}\n", to: "user/own.yaml")
      let (first, second) = (try house.hook(), try house.hook())
      #expect(!first.isPrepared && second.isPrepared)
      #expect(!first.errors.isEmpty && first.errors == second.errors)
      #expect(try isRefused("kubectl apply -f x", by: second))
    }
  }

  @Test("keeps nothing of files that were changed a moment ago: they could change again without a trace")
  func unsettled() throws {
    try House.with { house in
      try house.write("disable: [kubectl-apply]\n", to: "user/own.yaml")
      _ = try house.hook(now: Int(Date.now.timeIntervalSince1970))
      #expect(house.copy == nil)
      #expect(try !house.hook().isPrepared && house.copy != nil)
    }
  }

  @Test("takes no copy in which a byte was changed, or which was cut, and refuses all the same")
  func tampered() throws {
    try House.with { house in
      _ = try house.hook()
      let path = try #require(house.copy)
      let sound = try #require(FileManager.default.contents(atPath: path))
      let places = [0, 63, 64, 65, sound.count / 3, sound.count / 2, sound.count - 1]
      var broken = places.map { place in
        var bytes = sound
        bytes[place] ^= 0x20
        return bytes
      }
      broken += [0, 1, 64, sound.count / 2, sound.count - 1].map { sound.prefix($0) }
      broken += [sound + [0], Data(sound.reversed())]
      for bytes in broken {
        chmod(path, 0o600)
        try bytes.write(to: URL(filePath: path))
        chmod(path, 0o600)
        let hook = try house.hook()
        #expect(try !hook.isPrepared && isRefused("kubectl apply -f x", by: hook))
        #expect(FileManager.default.contents(atPath: path) == sound)
      }
    }
  }

  @Test("takes no copy that others may write or read, that is a link, or in a folder that is open to others")
  func foreign() throws {
    try House.with { house in
      _ = try house.hook()
      let path = try #require(house.copy)
      chmod(path, 0o640)
      #expect(try !house.hook().isPrepared)
      // It was replaced by one that is the owner's alone.
      #expect(try house.hook().isPrepared)
      try FileManager.default.moveItem(atPath: path, toPath: "\(path).moved")
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "\(path).moved")
      #expect(try !house.hook().isPrepared)
      #expect(try house.hook().isPrepared)
      chmod(house.folder.path, 0o755)
      let open = try house.hook()
      #expect(try !open.isPrepared && isRefused("kubectl apply -f x", by: open))
    }
  }

  @Test("keeps the copies of the last 32 projects")
  func bounded() throws {
    try House.with { house in
      #expect(house.folder.make())
      for number in 0..<40 {
        try Data().write(to: URL(filePath: "\(house.folder.path)/\(number).rules"))
      }
      _ = try house.hook()
      #expect(try house.hook().isPrepared)
      let left = try FileManager.default.contentsOfDirectory(atPath: house.folder.path)
      #expect(left.count { $0.hasSuffix(".rules") } == 32)
    }
  }
}
