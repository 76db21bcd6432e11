import Foundation
import Processes
import Testing

@Suite("outrider install systemd and tmux")
struct InstallWatchTests {
  @Test(
    "tmux's configuration is given back byte for byte",
    arguments: ["", "set -g mouse on", "set -g mouse on\n"])
  func roundTrip(_ text: String) async throws {
    let house = try House()
    try house.write(text, to: ".tmux.conf", mode: 0o640)
    let install = try await house.outrider("install", "tmux", "--yes")
    #expect(install.status == 0, "\(install.errors)")
    let once = try #require(house.text(".tmux.conf"))
    #expect(once.hasPrefix(text))
    #expect(once.contains("\(house.path)/bin/outrider' watch -S '#{socket_path}'"))
    #expect(try await house.outrider("install", "tmux", "--yes").status == 0)
    #expect(house.text(".tmux.conf") == once)
    #expect(try await house.outrider("uninstall", "tmux", "--yes").status == 0)
    #expect(house.text(".tmux.conf") == text)
  }

  @Test("lines that came after the block stay when it goes")
  func edited() async throws {
    let house = try House()
    try house.write("set -g mouse on\n", to: ".tmux.conf")
    try await house.outrider("install", "tmux", "--yes")
    try house.write(try #require(house.text(".tmux.conf")) + "set -g base-index 1\n", to: ".tmux.conf")
    try await house.outrider("uninstall", "tmux", "--yes")
    #expect(house.text(".tmux.conf") == "set -g mouse on\nset -g base-index 1\n")
  }

  @Test("a configuration under .config is used where there is no other")
  func modern() async throws {
    let house = try House()
    try house.write("", to: ".config/tmux/tmux.conf")
    try await house.outrider("install", "tmux", "--yes")
    #expect(!house.exists(".tmux.conf"))
    #expect(house.text(".config/tmux/tmux.conf")?.contains("outrider") == true)
  }

  @Test("the unit tells systemd when it is up, and is gone again with its folders")
  func unit() async throws {
    let house = try House()
    let file = ".config/systemd/user/outrider.service"
    let install = try await house.outrider("install", "systemd", "--yes")
    #expect(install.status == 0, "\(install.errors)")
    let text = try #require(house.text(file))
    for line in [
      "Type=notify", "NotifyAccess=main", "Restart=on-failure", "WatchdogSec=90",
      "ExecStart=\(house.path)/bin/outrider watch",
    ] {
      #expect(text.split(separator: "\n").contains(Substring(line)))
    }
    #expect(try await house.outrider("install", "systemd").output.contains("nothing to install"))
    #expect(try await house.outrider("uninstall", "systemd", "--yes").status == 0)
    #expect(!house.exists(file))
    #expect(!house.exists(".config"))
  }

  @Test("the unit is one that systemd understands, every line of it")
  func verified() async throws {
    let house = try House()
    try await house.outrider("install", "systemd", "--yes")
    let verifier = "/usr/bin/systemd-analyze"
    guard FileManager.default.isExecutableFile(atPath: verifier) else {
      print("\(verifier) is not there: whether systemd understands the unit is not tried")
      return
    }
    func complaints(_ file: String) throws -> String {
      let process = Process()
      process.executableURL = URL(filePath: verifier)
      process.arguments = ["verify", "--user", "--man=no", "\(house.path)/\(file)"]
      process.environment = [
        "HOME": house.path, "XDG_RUNTIME_DIR": "\(house.path)/run", "PATH": "/usr/bin:/bin",
      ]
      try house.write("", to: "said")
      let said = try FileHandle(forWritingTo: house.home.appending(path: "said"))
      (process.standardOutput, process.standardError) = (said, said)
      try process.start()
      process.waitUntilExit()
      let status = process.terminationStatus
      return (house.text("said") ?? "") + (status == 0 ? "" : "status \(status)")
    }
    let unit = ".config/systemd/user/outrider.service"
    #expect(try complaints(unit) == "")
    // That it would say so otherwise.
    let wrong = try #require(house.text(unit)).replacing("WatchdogSec", with: "WatchdogSecs")
    try house.write(wrong, to: ".config/systemd/user/wrong.service")
    #expect(try complaints(".config/systemd/user/wrong.service").contains("WatchdogSecs"))
  }
}
