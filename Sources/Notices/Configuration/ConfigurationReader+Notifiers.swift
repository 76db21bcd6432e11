import Journal
import Rulebook
import Yams

/// The notifiers of the configuration.
extension ConfigurationReader {
  mutating func readNotifiers(_ node: Node) {
    guard let sequence = node.sequence else {
      file.report(node, "'notifiers' is a list; start each with '- name: NAME'")
      return
    }
    guard sequence.count <= ConfigurationGrammar.most else {
      file.report(node, "there are more than \(ConfigurationGrammar.most) notifiers; keep fewer")
      return
    }
    var names: Set<String> = []
    for item in sequence {
      guard let channel = channel(item) else { continue }
      guard names.insert(channel.name).inserted else {
        file.report(item, "notifier '\(channel.name)' stands twice; give one another name")
        continue
      }
      configuration.notifiers.append(channel)
    }
  }

  private mutating func channel(_ node: Node) -> Configuration.Channel? {
    let before = file.errors.count
    guard let mapping = node.mapping, let nameNode = mapping["name"],
      let name = file.text(nameNode, of: "a notifier's 'name'")
    else {
      file.report(node, "a notifier starts with '- name: NAME'")
      return nil
    }
    let what = "notifier '\(cleaned(name, limit: 64))'"
    if !isIdentifier(name) {
      file.report(nameNode, "\(what): a name is made of small letters, digits and '-'")
    }
    let fields = file.fields(node, of: what, known: ConfigurationGrammar.notifier)
    let ways = ConfigurationGrammar.ways.filter { fields[$0] != nil }
    guard let word = ways.first, ways.count == 1, let wayNode = fields[word] else {
      file.report(
        node,
        "\(what) has \(ways.isEmpty ? "no way to reach anybody" : "more than one way"); write one of: "
          + ConfigurationGrammar.ways.joined(separator: ", "))
      return nil
    }
    let way = way(word, wayNode, "\(what): '\(word)'")
    var filter = Configuration.Filter()
    if let node = fields["at_least"], let severity = file.text(node, of: "\(what): 'at_least'") {
      if let severity = Severity(rawValue: severity) {
        filter.leastSeverity = severity
      } else {
        file.report(node, "\(what): unknown severity '\(severity)'; write info, warning or critical")
      }
    }
    filter.rules = wildcards(fields["rules"], "\(what): 'rules'")
    filter.agents = wildcards(fields["agents"], "\(what): 'agents'")
    filter.tellsEnd = flag(fields["resolved"], "\(what): 'resolved'", else: true)
    var limit: Duration = word == "run" || word == "apprise" ? .seconds(30) : .seconds(10)
    if let node = fields["limit"], let text = file.text(node, of: "\(what): 'limit'"),
      let given = duration(text, node, "\(what): 'limit'", from: .seconds(1))
    {
      if given <= .seconds(300) {
        limit = given
      } else {
        file.report(node, "\(what): 'limit' is at most 5m")
      }
    }
    guard file.errors.count == before, let way else { return nil }
    return Configuration.Channel(name: name, way: way, filter: filter, limit: limit)
  }

  private mutating func wildcards(_ node: Node?, _ what: String) -> [Wildcard] {
    guard let node else { return [] }
    return file.texts(node, of: what).map { Wildcard($0.text) }
  }

  private mutating func way(_ word: String, _ node: Node, _ what: String) -> Configuration.Way? {
    switch word {
    case "terminal":
      let fields = fields(node, what, ConfigurationGrammar.terminal)
      return .terminal(device: fields["device"].flatMap { path($0, "\(what): 'device'") } ?? "/dev/tty")
    case "tmux":
      let fields = fields(node, what, ConfigurationGrammar.tmux)
      return .tmux(
        TmuxNotifier.Style(
          message: flag(fields["message"], "\(what): 'message'", else: true),
          popup: flag(fields["popup"], "\(what): 'popup'", else: false),
          status: flag(fields["status"], "\(what): 'status'", else: false)))
    case "desktop":
      _ = fields(node, what, [])
      return .desktop
    case "run": return path(node, what).map { .program($0) }
    case "webhook": return webhook(node, what).map { .webhook($0) }
    case "apprise":
      let fields = fields(node, what, ConfigurationGrammar.apprise)
      if let urls = secret("urls", fields, what) { return .apprise(urls) }
      file.report(node, "\(what) has no addresses; write 'urls_file: FILE' with one address a line in it")
      return nil
    default: return alertmanager(node, what).map { .alertmanager($0) }
    }
  }

  /// As `fields`, where nothing but defaults may also be written as `{}` or left empty.
  private mutating func fields(_ node: Node, _ what: String, _ known: [String]) -> [String: Node] {
    if let scalar = node.scalar, ["", "true", "~"].contains(scalar.string) { return [:] }
    guard !known.isEmpty || !(node.mapping?.isEmpty ?? false) else { return [:] }
    return file.fields(node, of: what, known: known)
  }

  private mutating func webhook(_ node: Node, _ what: String) -> Configuration.Webhook? {
    let fields = fields(node, what, ConfigurationGrammar.webhook)
    guard let url = secret("url", fields, what) else {
      file.report(node, "\(what) has no address; write 'url: https://…', 'url_file' or 'url_env'")
      return nil
    }
    if case .here(let text) = url.place { check(text, fields["url"] ?? node, "\(what): 'url'") }
    var webhook = Configuration.Webhook(url: url)
    webhook.secret = secret("secret", fields, what)
    webhook.authorization = secret("authorization", fields, what)
    webhook.headers = texts(fields["headers"], "\(what): 'headers'")
    webhook.body = fields["body"].flatMap { JSONTemplate($0, &file, of: "\(what): 'body'") }
    return webhook
  }

  private mutating func alertmanager(_ node: Node, _ what: String) -> Configuration.Alertmanager? {
    let fields = fields(node, what, ConfigurationGrammar.alertmanager)
    guard let urlsNode = fields["urls"] else {
      file.report(node, "\(what) has no 'urls'; write 'urls: [http://127.0.0.1:9093]'")
      return nil
    }
    let urls = file.texts(urlsNode, of: "\(what): 'urls'")
    for (text, node) in urls { check(text, node, "\(what): 'urls'") }
    var way = Configuration.Alertmanager(urls: urls.map { String($0.text.trimmingSuffix("/")) })
    way.authorization = secret("authorization", fields, what)
    way.heartbeat = flag(fields["heartbeat"], "\(what): 'heartbeat'", else: false)
    way.labels = texts(fields["labels"], "\(what): 'labels'")
    for name in way.labels.keys where name.wholeMatch(of: /[a-zA-Z_][a-zA-Z0-9_]*/) == nil {
      file.report(
        fields["labels"], "\(what): label '\(cleaned(name, limit: 40))' is made of letters, digits and '_'")
    }
    if let node = fields["refresh"], let text = file.text(node, of: "\(what): 'refresh'"),
      let every = duration(text, node, "\(what): 'refresh'", from: .seconds(1))
    {
      way.refresh = every
    }
    return way
  }

  private mutating func check(_ url: String, _ node: Node, _ what: String) {
    guard url.hasPrefix("https://") || url.hasPrefix("http://"),
      url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else {
      file.report(node, "\(what) is an address that starts with https:// or http://, without spaces")
      return
    }
  }

  private mutating func texts(_ node: Node?, _ what: String) -> [String: String] {
    guard let node else { return [:] }
    guard let mapping = node.mapping else {
      file.report(node, "\(what) is written as 'NAME: text' lines")
      return [:]
    }
    var result: [String: String] = [:]
    for (key, value) in mapping {
      guard let name = file.text(key, of: what), let text = file.text(value, of: what) else { continue }
      result[name] = text
    }
    return result
  }
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: String) -> Substring {
    hasSuffix(suffix) ? dropLast(suffix.count) : self[...]
  }
}
