import Foundation
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
}
