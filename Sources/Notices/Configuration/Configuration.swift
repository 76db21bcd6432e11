import Foundation
import Journal
import Rulebook

/// What the user wants of Outrider as a whole: `~/.config/outrider/config.yaml`.
///
/// An error leaves out what it is about, and all are told; the rest is in force.
public struct Configuration: Sendable {
  public var escalations = EscalationPolicy()
  public var heartbeat = Heartbeat.Settings()
  /// When the alert log is put aside, and how much of it is kept.
  public var rotation = Rotation()
  public var notifiers: [Channel] = []
  /// In the order of their places.
  public var errors: [FileError] = []
  /// It holds a secret itself, so that nobody else should read it.
  public var holdsSecrets = false

  public init() {}

  /// A way to reach people, and what for.
  public struct Channel: Sendable, Equatable {
    public let name: String
    public let way: Way
    public var filter = Filter()
    /// How long one try may take.
    public var limit: Duration
  }

  /// Which calls go by a channel.
  public struct Filter: Sendable, Equatable {
    public var leastSeverity = Severity.info
    /// Empty for all.
    public var rules: [Wildcard] = []
    public var agents: [Wildcard] = []
    /// Whether the end of a trouble is told.
    public var tellsEnd = true

    public init() {}

    func admits(_ trouble: Escalation) -> Bool {
      trouble.severity >= leastSeverity && (rules.isEmpty || rules.contains { $0.matches(trouble.cause) })
        && (agents.isEmpty || trouble.alert.agent.isMeant(by: agents))
    }

    /// A digest goes by when any of its troubles does.
    public func admits(_ call: Call) -> Bool {
      call.kind == .test || (call.all.contains(where: admits) && (tellsEnd || call.kind != .resolved))
    }
  }

  public enum Way: Sendable, Equatable {
    case terminal(device: String)
    case tmux(TmuxNotifier.Style)
    case desktop
    case program(String)
    case webhook(Webhook)
    case apprise(Secret)
    case alertmanager(Alertmanager)

    /// The key that chooses it.
    public var word: String {
      switch self {
      case .terminal: "terminal"
      case .tmux: "tmux"
      case .desktop: "desktop"
      case .program: "run"
      case .webhook: "webhook"
      case .apprise: "apprise"
      case .alertmanager: "alertmanager"
      }
    }
  }

  public struct Webhook: Sendable, Equatable {
    public var url: Secret
    public var secret: Secret?
    public var authorization: Secret?
    public var headers: [String: String] = [:]
    public var body: JSONTemplate?
  }

  public struct Alertmanager: Sendable, Equatable {
    /// Without a path; all members of a cluster.
    public var urls: [String]
    public var authorization: Secret?
    /// How often what lasts is told again.
    public var refresh = Duration.seconds(60)
    /// An alert that always fires while Outrider watches.
    public var heartbeat = false
    /// More labels of every alert.
    public var labels: [String: String] = [:]
  }

  /// Files in which secrets stand.
  public var secretFiles: [String] {
    let secrets = notifiers.flatMap { channel -> [Secret?] in
      switch channel.way {
      case .webhook(let way): [way.url, way.secret, way.authorization]
      case .apprise(let urls): [urls]
      case .alertmanager(let way): [way.authorization]
      default: []
      }
    }
    let all = secrets + [heartbeat.url]
    return all.compactMap { secret -> String? in
      if case .file(let path)? = secret?.place { path } else { nil }
    }
  }
}

extension Configuration {
  /// `$XDG_CONFIG_HOME/outrider/config.yaml`, or that under `~/.config`; nil when there is no home.
  public static func path(environment: [String: String]) -> String? {
    if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
      return "\(folder)/outrider/config.yaml"
    }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return "\(home)/.config/outrider/config.yaml"
  }

  /// The user's; an empty one when there is no such file.
  public static func load(_ path: String?, environment: [String: String]) -> Configuration {
    guard let path, FileManager.default.fileExists(atPath: path) else { return Configuration() }
    guard let data = FileManager.default.contents(atPath: path),
      let text = String(data: data, encoding: .utf8)
    else {
      var broken = Configuration()
      broken.errors = [
        FileError(
          file: path, line: 1, column: 1, message: "cannot be read as text; make it readable, in UTF-8")
      ]
      return broken
    }
    return Configuration(text, name: path, home: environment["HOME"])
  }

  /// - Parameters:
  ///   - text: The file's content; at most 1 MiB of YAML.
  ///   - name: The file as the user knows it, for messages. Relative paths in it start at its folder.
  ///   - home: For `~/` in paths.
  public init(_ text: String, name: String, home: String? = nil) {
    var reader = ConfigurationReader(name: name, home: home)
    reader.read(text)
    self = reader.configuration
    errors = reader.file.errors.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
  }
}
