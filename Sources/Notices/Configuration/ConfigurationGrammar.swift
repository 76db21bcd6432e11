/// The keys of the configuration: what the reader knows, and what `rules/config.schema.json` must say.
package enum ConfigurationGrammar {
  package static let top = ["escalations", "heartbeat", "log", "notifiers"]
  package static let escalations = ["repeat", "quiet", "explains"]
  package static let quiet = ["from", "to"]
  package static let heartbeat = ["every", "url", "url_file", "url_env", "run"]
  package static let log = ["size", "age", "keep"]
  package static let ways = ["terminal", "tmux", "desktop", "run", "webhook", "apprise", "alertmanager"]
  package static let notifier = ["name", "at_least", "rules", "agents", "resolved", "limit"] + ways
  package static let terminal = ["device"]
  package static let tmux = ["message", "popup", "status"]
  package static let webhook =
    secret("url") + secret("secret") + secret("authorization") + ["headers", "body"]
  package static let apprise = secret("urls")
  package static let alertmanager =
    ["urls", "refresh", "heartbeat", "labels"] + secret("authorization")

  /// A secret stands here, in a file, or in the environment.
  static func secret(_ key: String) -> [String] { [key, "\(key)_file", "\(key)_env"] }

  /// Notifiers at most.
  static let most = 64
}
