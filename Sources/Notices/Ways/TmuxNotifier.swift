import Foundation
import Journal
import Processes
import Rulebook
import Tmux

/// Shows a call to every person who is attached to a tmux server.
public struct TmuxNotifier: Notifier {
  /// How it is shown.
  public struct Style: Sendable, Equatable {
    /// On the status line, for ten seconds or until a key is pressed.
    public var message = true
    /// In a window over the panes, which stays until Enter is pressed and takes the keys meanwhile.
    public var popup = false
    /// As the server's option `@outrider`, for a status line of the user's own: the last call, until its end.
    public var status = false

    public init(message: Bool = true, popup: Bool = false, status: Bool = false) {
      (self.message, self.popup, self.status) = (message, popup, status)
    }
  }

  /// How long the message stands, unless a key is pressed.
  static let milliseconds = 10_000

  public let name: String
  private let server: Server
  private let style: Style
  private let limit: Duration

  public init(
    _ server: Server, name: String = "tmux's status line", style: Style = Style(),
    limit: Duration = .seconds(10)
  ) {
    (self.server, self.name, self.style, self.limit) = (server, name, style, limit)
  }

  public func deliver(_ call: Call, acknowledge: @escaping Acknowledge) async throws(NotifierError) {
    do {
      if style.status { try await set(call) }
      guard style.message || style.popup else { return }
      for client in try await clients() {
        if style.message {
          let text = Self.literal("Outrider: \(call.line(limit: 160))")
          _ = try await server.run(
            ["display-message", "-d", "\(Self.milliseconds)", "-c", client, text], within: limit)
        }
        if style.popup { try await pop(call, client) }
      }
    } catch let error as TmuxError {
      throw NotifierError("\(error)")
    } catch {
      throw NotifierError("tmux could not be asked: \(error)")
    }
  }

  private func clients() async throws -> [String] {
    let listing = try await server.run(
      ["list-clients", "-F", "#{client_control_mode} #{client_name}"], within: limit)
    return listing.split(separator: UInt8(ascii: "\n")).filter { $0.starts(with: "0 ".utf8) }
      .map { String(decoding: $0.dropFirst(2), as: UTF8.self) }
  }

  /// tmux expands formats and times in a message; doubled, their signs stand for themselves.
  static func literal(_ text: String) -> String {
    text.replacing("#", with: "##").replacing("%", with: "%%")
  }

  private func set(_ call: Call) async throws {
    let isOver = call.kind == .resolved
    // Styles (`#[…]`) and times (`%H`) work in an option's value as well; neither sign is needed here.
    let text = call.title.filter { $0 != "#" && $0 != "%" }
    _ = try await server.run(
      ["set-option", "-g", "@outrider", isOver ? "" : cleaned(text, limit: 60)], within: limit)
  }

  /// The text goes by a file of our own: it is no part of a command.
  private func pop(_ call: Call, _ client: String) async throws {
    guard server.prefix.isEmpty else { return }
    let file = FileManager.default.temporaryDirectory.appending(path: "outrider-\(UUID().uuidString)")
    let text = ([call.title, ""] + call.lines + ["", "Enter closes this."]).map { cleaned($0, limit: 400) }
    guard
      FileManager.default.createFile(
        atPath: file.path, contents: Data(text.joined(separator: "\n").utf8),
        attributes: [.posixPermissions: 0o600])
    else { throw NotifierError("\(file.path) cannot be written; free some space there") }
    let command = "cat '\(file.path)'; rm -f '\(file.path)'; read -r _"
    // The call returns when the window is closed; it stands without us.
    let words = server.arguments([
      "display-popup", "-c", client, "-E", "-w", "70%", "-h", "50%", "-T", " Outrider ", command,
    ])
    let ending = await ProgramRun(words, limit: .seconds(1)).run()
    let why: String
    switch ending.how {
    case .status(0), .late, .cancelled: return
    case .status: why = "\(ending.said); version 3.3 or later is needed"
    case .notStarted(let code): why = "\(words[0]) cannot be started: \(String(cString: strerror(code)))"
    }
    try? FileManager.default.removeItem(at: file)
    throw NotifierError("tmux shows no window: \(why)")
  }
}
