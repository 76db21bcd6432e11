import Foundation

extension HookEvent {
  /// The longest input that is read, in bytes. Agents cut a tool's output long before.
  public static let longest = 16 << 20
  /// The lines of output that are kept: so many from the start, and as many from the end.
  static let outputLines = 1000
  /// Characters of a line of output.
  static let outputWidth = 4096

  /// Reads what an agent wrote to a hook's standard input.
  ///
  /// - Throws: Only when it is no event at all. A field of another type than expected counts as missing.
  public init(json bytes: some Collection<UInt8>) throws(HookError) {
    guard bytes.count <= Self.longest else { throw .tooLong(bytes: bytes.count) }
    let parsed = try? JSONSerialization.jsonObject(with: Data(bytes))
    guard let object = parsed as? [String: Any] else { throw .notJSON }
    guard let name = object["hook_event_name"] as? String else { throw .noMoment }
    let moment = Moment(rawValue: name) ?? .other
    self.init(
      moment: moment, session: object["session_id"] as? String ?? "", cwd: object["cwd"] as? String,
      tool: Tool(name: object["tool_name"], input: object["tool_input"]),
      call: object["tool_use_id"] as? String)
    subagent = object["agent_id"] as? String
    cause =
      (object["source"] ?? object["trigger"] ?? object["notification_type"] ?? object["reason"]) as? String
    text = (object["prompt"] ?? object["message"] ?? object["last_assistant_message"]) as? String
    if moment.isAfterTool {
      result = Result(response: object["tool_response"], error: object["error"])
      if result?.exit == nil, case .command? = tool {
        if moment == .postToolUseFailure {
          // It failed, though the agent does not say with what.
          result?.exit = 1
        } else if object["tool_response"] is [String: Any] {
          // Claude Code has another event for commands that fail; Codex has not.
          result?.exit = 0
        }
      }
    }
  }
}

extension HookEvent.Tool {
  fileprivate init?(name: Any?, input: Any?) {
    guard let name = name as? String else { return nil }
    let input = input as? [String: Any] ?? [:]
    if Self.shells.contains(name), let line = Self.commandLine(input["command"] ?? input["cmd"]) {
      self = .command(line, cwd: (input["workdir"] ?? input["cwd"]) as? String)
    } else if Self.editors.contains(name),
      let path = (input["file_path"] ?? input["notebook_path"]) as? String
    {
      self = .edit([path])
    } else if name == "apply_patch",
      let patch = (input["command"] ?? input["patch"] ?? input["input"]) as? String
    {
      self = .edit(Self.paths(ofPatch: patch))
    } else {
      self = .other(name)
    }
  }

  private static let shells: Set = [
    "Bash", "shell", "shell_command", "exec_command", "local_shell", "unified_exec",
  ]
  private static let editors: Set = ["Write", "Edit", "MultiEdit", "NotebookEdit"]

  /// A command as one line: a text, or an argument vector whose words are quoted for a shell.
  private static func commandLine(_ value: Any?) -> String? {
    if let line = value as? String { return line }
    guard let words = value as? [String], !words.isEmpty else { return nil }
    return words.map { "'" + $0.replacing("'", with: "'\\''") + "'" }.joined(separator: " ")
  }

  /// The files that a patch names, in the format of Codex's `apply_patch`.
  private static func paths(ofPatch patch: String) -> [String] {
    let heads = ["*** Add File: ", "*** Update File: ", "*** Delete File: ", "*** Move to: "]
    return patch.split(separator: "\n").prefix(100_000).compactMap { line in
      heads.first { line.hasPrefix($0) }.map { String(line.dropFirst($0.count)) }
    }
  }
}

extension HookEvent.Result {
  /// - Parameters:
  ///   - response: Claude Code gives an object, Codex a text.
  ///   - error: Claude Code's words about a tool that failed.
  fileprivate init(response: Any?, error: Any?) {
    self.init()
    switch response {
    case let text as String: take(text)
    case let object as [String: Any]:
      for key in ["stdout", "stderr"] {
        if let text = object[key] as? String { take(text) }
      }
    default: break
    }
    if let text = error as? String {
      let first = text.prefix { !$0.isNewline }
      exit = exit ?? Self.status(in: first)
      take(exit == nil ? text[...] : text.dropFirst(first.count))
    }
    output = Self.bounded(output)
  }

  private mutating func take(_ text: some StringProtocol) {
    for line in text.split(whereSeparator: \.isNewline) {
      output.append(String(line.prefix(HookEvent.outputWidth)))
      // What stands in between is of no interest, but has to be passed.
      if output.count > 4 * HookEvent.outputLines { output = Self.bounded(output) }
    }
  }

  /// `Exit code 3`, as Claude Code puts it in front of what a failed command printed. Codex gives none.
  private static func status(in line: Substring) -> Int? {
    let head = "Exit code "
    return line.hasPrefix(head) ? Int(line.dropFirst(head.count)) : nil
  }

  private static func bounded(_ lines: [String]) -> [String] {
    let most = HookEvent.outputLines
    return lines.count <= 2 * most ? lines : Array(lines.prefix(most) + lines.suffix(most))
  }
}
