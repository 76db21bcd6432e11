import Journal
import Notices
import Testing

@Suite("The configuration")
struct ConfigurationTests {
  static let whole = """
    # yaml-language-server: $schema=config.schema.json
    escalations:
      repeat: {critical: [1m, 10m], warning: [2h], info: []}
      quiet: {from: "22:00", to: "07:00"}
      explains: {disk-full: [frozen]}
    heartbeat: {every: 30s, url_file: beat.url, run: ~/bin/beat}
    notifiers:
      - name: screen
        terminal: {device: /dev/pts/1}
      - name: status
        tmux: {popup: true, status: true}
      - name: desk
        desktop: {}
        at_least: warning
      - name: pager
        run: ~/bin/page
        rules: [kubectl-*, force-push]
        agents: ['claude-code:%1']
        resolved: false
        limit: 5s
      - name: chat
        webhook:
          url_env: CHAT_URL
          secret_file: /etc/chat.secret
          headers: {X-Team: shop}
          body: {text: "{title}: {text}", n: 3, deep: [true, "{severity}"]}
      - name: mail
        apprise: {urls_file: apprise.urls}
      - name: ops
        alertmanager:
          urls: [http://127.0.0.1:9093/, http://127.0.0.1:9094]
          refresh: 30s
          heartbeat: true
          labels: {team: shop}
    """

  @Test("is read whole")
  func reads() throws {
    let read = Configuration(Self.whole, name: "/home/ada/.config/outrider/config.yaml", home: "/home/ada")
    #expect(read.errors == [])
    #expect(read.escalations.repeats[.critical] == [.seconds(60), .seconds(600)])
    #expect(read.escalations.repeats[.info] == [])
    #expect(read.escalations.quiet == QuietHours(from: 1320, to: 420))
    #expect(read.escalations.explains["disk-full"] == ["frozen"])
    #expect(read.escalations.explains["agent-exited"] != nil)
    #expect(read.heartbeat.every == .seconds(30))
    #expect(read.heartbeat.url == Secret(.file("/home/ada/.config/outrider/beat.url")))
    #expect(read.heartbeat.program == "/home/ada/bin/beat")
    #expect(
      read.notifiers.map(\.way.word) == [
        "terminal", "tmux", "desktop", "run", "webhook", "apprise", "alertmanager",
      ])
    #expect(read.notifiers[2].filter.leastSeverity == .warning)
    #expect(read.notifiers[3].limit == .seconds(5))
    #expect(!read.notifiers[3].filter.tellsEnd)
    guard case .alertmanager(let ops) = read.notifiers[6].way else { return }
    #expect(ops.urls == ["http://127.0.0.1:9093", "http://127.0.0.1:9094"])
    #expect(!read.holdsSecrets)
    #expect(
      read.secretFiles == [
        "/etc/chat.secret", "/home/ada/.config/outrider/apprise.urls", "/home/ada/.config/outrider/beat.url",
      ])
  }

  @Test(
    "says where a mistake is and what to write instead, and keeps the rest",
    arguments: [
      ("notifier: []", "c:1:1: the configuration: unknown key 'notifier'; did you mean 'notifiers'?"),
      ("- a", "c:1:1: a file starts with keys such as 'notifiers:' or 'escalations:'"),
      (
        "escalations: {repeat: [5x]}",
        "c:1:24: 'repeat' is a time such as 90s, 5m or 1h30m, up to 30 days"
      ),
      ("escalations: {repeat: {critical: [1s]}}", "c:1:35: 'repeat' of critical is at least 30s"),
      (
        "escalations: {quiet: {from: 22, to: '7:00'}}",
        "c:1:29: 'quiet': 'from' is a time of day; write it as \"22:00\""
      ),
      (
        "escalations: {quiet: {from: '22:00'}}",
        "c:1:22: 'quiet' has no 'to'; write: quiet: {from: \"22:00\", to: \"07:00\"}"
      ),
      ("heartbeat: {every: 1s}", "c:1:20: 'heartbeat': 'every' is at least 5s"),
      (
        "heartbeat: {url: http://x, url_file: y}",
        "c:1:38: 'heartbeat': 'url' and 'url_file' are the same thing; keep one"
      ),
      ("notifiers: {a: b}", "c:1:12: 'notifiers' is a list; start each with '- name: NAME'"),
      ("notifiers: [{run: x}]", "c:1:13: a notifier starts with '- name: NAME'"),
      (
        "notifiers: [{name: A b, desktop: {}}]",
        "c:1:20: notifier 'A b': a name is made of small letters, digits and '-'"
      ),
      (
        "notifiers: [{name: a}]",
        "c:1:13: notifier 'a' has no way to reach anybody; write one of: "
          + "terminal, tmux, desktop, run, webhook, apprise, alertmanager"
      ),
      (
        "notifiers: [{name: a, webhok: {}}]",
        "c:1:23: notifier 'a': unknown key 'webhok'; did you mean 'webhook'?"
      ),
      (
        "notifiers: [{name: a, webhook: {url: ftp://x}}]",
        "c:1:38: notifier 'a': 'webhook': 'url' is an address that starts with https:// or http://, without spaces"
      ),
      (
        "notifiers: [{name: a, webhook: {url_file: x, body: {t: '{titl}'}}}]",
        "c:1:56: notifier 'a': 'webhook': 'body': unknown place '{titl}'; did you mean 'title'?"
      ),
      (
        "notifiers: [{name: a, webhook: {}}]",
        "c:1:32: notifier 'a': 'webhook' has no address; write 'url: https://…', 'url_file' or 'url_env'"
      ),
      (
        "notifiers: [{name: a, alertmanager: {}}]",
        "c:1:37: notifier 'a': 'alertmanager' has no 'urls'; write 'urls: [http://127.0.0.1:9093]'"
      ),
      (
        "notifiers: [{name: a, desktop: {}, at_least: high}]",
        "c:1:46: notifier 'a': unknown severity 'high'; write info, warning or critical"
      ),
      ("notifiers: [{name: a, desktop: {}, limit: 1h}]", "c:1:43: notifier 'a': 'limit' is at most 5m"),
      (
        "notifiers: [{name: a, tmux: {popup: yes}}]",
        "c:1:37: notifier 'a': 'tmux': 'popup' is true or false"
      ),
    ])
  func mistakes(_ text: String, _ error: String) {
    let read = Configuration("\(text)\n", name: "c")
    #expect(read.errors.map(\.description).contains(error), "\(read.errors)")
    #expect(read.notifiers.isEmpty)
  }

  @Test("keeps the sound notifiers beside a broken one, and the same name once")
  func parts() {
    let read = Configuration(
      """
      notifiers:
        - {name: a, desktop: {}}
        - {name: b, run: ""}
        - {name: a, tmux: {}}
        - {name: c, tmux: {}}
      """, name: "c")
    #expect(read.notifiers.map(\.name) == ["a", "c"])
    #expect(read.errors.map(\.line) == [3, 4])
  }

  @Test("knows when a secret stands in it, and never shows one")
  func secrets() {
    let read = Configuration(
      "notifiers: [{name: a, webhook: {url: 'https://x/token-5tgb'}}]", name: "c")
    #expect(read.holdsSecrets)
    guard case .webhook(let way) = read.notifiers.first?.way else { return }
    #expect(!"\(way.url)".contains("5tgb"))
  }

  @Test(
    "is bounded and never traps, whatever stands in it",
    arguments: [
      "", "\u{0}", "a: &x [*x]", "notifiers: [[[[[[]]]]]]", "notifiers:\n  - name: *x",
      String(repeating: "[", count: 5000),
      "notifiers: [{name: a, webhook: {url: 'https://x', body: "
        + String(repeating: "[", count: 40) + String(repeating: "]", count: 40) + "}}]",
      "heartbeat: !!binary aGk=", "escalations: {explains: {[a]: b}}", "? {a: b}\n: c",
    ])
  func hostile(_ text: String) {
    let read = Configuration(text, name: "c")
    #expect(read.notifiers.isEmpty)
  }
}
