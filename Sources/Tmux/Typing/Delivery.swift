/// What became of keys or text for a pane.
public enum Delivery: Hashable, Sendable {
  /// tmux has written it to the pane's program. Whether the program read it only the screen can tell.
  case sent
  /// Nothing was written: the pane was in copy mode (or another mode), dead, or no longer the same process.
  case refused
}

/// What must hold, at the very moment tmux delivers, for anything to be written to a pane.
public struct DeliveryGuard: Hashable, Sendable {
  public var pane: PaneID
  /// The pane's first process as it was when the decision fell; `nil` accepts any.
  public var process: Int32?

  public init(pane: PaneID, process: Int32? = nil) {
    self.pane = pane
    self.process = process
  }

  /// tmux checks and delivers in one step of its command queue, so nothing can come in between.
  func wrapping(_ command: TmuxCommand) -> TmuxCommand? {
    guard let line = command.line else { return nil }
    var busy = "#{||:#{pane_in_mode},#{pane_dead}}"
    if let process { busy = "#{||:\(busy),#{!=:#{pane_pid},\(process)}}" }
    let refuse = TmuxCommand("display-message", "-p", "refused").line ?? []
    return TmuxCommand(
      words: ["if-shell", "-F", "-t", "\(pane)", busy].map { Array($0.utf8) } + [refuse, line])
  }
}

extension ControlClient {
  /// Presses keys, in order, if the guard holds.
  ///
  /// One round trip; about 0.3 ms to the pane's program.
  public func press(_ keys: [Key], if condition: DeliveryGuard) async throws -> Delivery {
    try await deliver(Self.sending(keys, to: condition.pane), if: condition)
  }

  /// As above for a caller who does not wait: the command is written before this returns.
  ///
  /// - Parameter done: Called from the reading thread with what became of it, nil when tmux answered with an
  ///   error; must return at once. Never called when the connection ends first.
  /// - Throws: `TmuxError.ended`, `.congested`.
  public func press(
    _ keys: [Key], if condition: DeliveryGuard, then done: @escaping @Sendable (Delivery?) -> Void
  ) throws(TmuxError) {
    guard let guarded = condition.wrapping(Self.sending(keys, to: condition.pane)) else { return }
    let answered = Completion.inStream { replies in
      done(Self.delivery(replies))
      return nil
    }
    let refused = submit(
      [guarded], Request(serial: nextSerial(), blocks: 2, command: "send-keys", completion: answered))
    if let refused { throw refused }
  }

  private static func sending(_ keys: [Key], to pane: PaneID) -> TmuxCommand {
    precondition(!keys.isEmpty, "press needs at least one key")
    return TmuxCommand(
      words: (["send-keys", "-t", "\(pane)", "--"] + keys.map(\.rawValue)).map { Array($0.utf8) })
  }

  /// Types text as single keys, without Enter, if the guard holds.
  public func type(_ text: TypedText, if condition: DeliveryGuard) async throws -> Delivery {
    try await deliver(
      TmuxCommand(
        words: ["send-keys", "-l", "-t", "\(condition.pane)", "--"].map { Array($0.utf8) } + [text.bytes]),
      if: condition)
  }

  /// Pastes text as one piece, bracketed if the program asked for it, without Enter, if the guard holds.
  ///
  /// The buffer is deleted again whatever happens.
  public func paste(_ text: TypedText, if condition: DeliveryGuard) async throws -> Delivery {
    let buffer = "outrider-\(nextSerial())"
    _ = try await send(
      TmuxCommand(words: ["set-buffer", "-b", buffer, "--"].map { Array($0.utf8) } + [text.bytes]))
    let delete = TmuxCommand("delete-buffer", "-b", buffer)
    do {
      let paste = TmuxCommand("paste-buffer", "-p", "-d", "-b", buffer, "-t", "\(condition.pane)")
      let delivery = try await deliver(paste, if: condition)
      if delivery == .refused { _ = try await send(delete) }
      return delivery
    } catch {
      abandon(delete)
      throw error
    }
  }

  /// Whether the keys of somebody who has the pane before him have reached tmux in so short a time.
  ///
  /// By tmux's own notes and clock, in whole seconds; control clients, as we are one, have no keys.
  public func isTypedInto(_ pane: PaneID, within time: Duration) async throws -> Bool {
    let replies = try await request(
      [
        TmuxCommand("display-message", "-p", "%s"),
        TmuxCommand("list-clients", "-F", "#{client_control_mode} #{client_activity} #{pane_id}"),
      ], blocks: 2)
    guard replies.count == 2, let now = replies[0].lines.first.flatMap(decimal) else { return false }
    return replies[1].lines.contains { line in
      let words = line.split(separator: 0x20)
      guard words.count == 3, words[0].elementsEqual("0".utf8), PaneID(words[2]) == pane,
        let last = decimal(words[1])
      else { return false }
      return now - last <= Int(time.components.seconds)
    }
  }

  func deliver(_ command: TmuxCommand, if condition: DeliveryGuard) async throws -> Delivery {
    guard let guarded = condition.wrapping(command) else { throw TmuxError.badArgument("\(command)") }
    return Self.delivery(try await request([guarded], blocks: 2)) ?? .refused
  }

  /// What two answers say: the guard's own and that of the branch it took. Nil after an error.
  private static func delivery(_ replies: [Reply]) -> Delivery? {
    guard replies.count == 2, !replies[1].failed else { return nil }
    return replies[1].lines.first.map { $0.elementsEqual("refused".utf8) } == true ? .refused : .sent
  }
}
