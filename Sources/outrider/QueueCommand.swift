import ArgumentParser
import Foundation
import Journal
import Notices
import Rulebook
import Sidecar
import Tmux

extension Outrider {
  struct Queue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Queues a text for an agent, to be typed when its turn ends.",
      usage: """
        outrider queue AGENT 'TEXT' [--expires 8h]
        outrider queue [--json]
        outrider queue --remove ID
        outrider queue --move ID AGENT
        """,
      discussion: """
        AGENT is a pane (%3), its place (work:0.1), an agent's name (codex, claude) or its session's. What waits is kept \
        on the disk, typed once and in order, read back before it is sent, and never typed over a dialog, a human's \
        words or into copy mode. It waits on when the agent is started anew in the same pane and folder; it is typed \
        into no other pane, unless you move it there. Without a running watch it waits for the next one.
        """)

    @Argument(help: "The agent.")
    var agent: String?

    @Argument(help: "What to type, of at most 800 characters in 3 lines.")
    var text: String?

    @Option(help: "How long it may wait, as 30m, 8h or 2d.")
    var expires = QueueItem.lifetime.spelled

    @Option(help: "Take this one out.")
    var remove: String?

    @Option(help: "Give this one to another agent.")
    var move: String?

    @Flag(help: "Print what waits as JSON, one a line.")
    var json = false

    @OptionGroup var server: ServerOptions
    @OptionGroup var rules: RuleOptions

    func validate() throws {
      guard Duration(spelled: expires).map({ $0 >= .seconds(1) }) ?? false else {
        throw ValidationError("--expires '\(expires)': write a time of up to 30 days, as 30m, 8h or 2d.")
      }
      if remove != nil, move != nil || agent != nil {
        throw ValidationError("--remove takes an id and nothing else.")
      }
      if move != nil, agent == nil || text != nil {
        throw ValidationError("Write: outrider queue --move ID AGENT")
      }
      if move == nil, remove == nil, agent != nil, text == nil {
        throw ValidationError("Write what to queue: outrider queue AGENT 'then run the tests'")
      }
    }

    func run() async throws {
      if let text {
        do { _ = try QueueItem.checked(text) } catch { throw Failure(.usage, "outrider queue: \(error)") }
      }
      let client = try await server.client()
      do {
        if text == nil, move == nil, remove == nil {
          let known = try asked(client, Message("queue", ["do": "list"]), [QueueItem].self)
          return try await list(known.flatMap { $0 })
        }
        try show(changed(by: client))
      } catch SidecarClient.Failure.nobody {
        try await goAlone()
      } catch let failure as SidecarClient.Failure {
        throw Failure(.missing, "outrider queue: \(failure)")
      } catch let refusal as QueueRefusal {
        throw Failure(.findings, "outrider queue: \(refusal)")
      }
    }

    /// Has the sidecar do it that watches the agent's tmux server.
    private func changed(by client: SidecarClient) throws -> [QueueItem] {
      if let remove {
        return try asked(client, Message("queue", ["do": "remove", "id": remove]), [QueueItem].self).flatMap {
          $0
        }
      }
      let places = try asked(client, Message("queue", ["do": "agents"]), [AgentPlace].self).flatMap { $0 }
      let place = try AgentAddress.find(agent ?? "", among: places)
      let fields = ["agent": place.target.pane, "expires": expires]
      let message =
        move.map { Message("queue", fields.merging(["do": "move", "id": $0]) { $1 }) }
        ?? Message("queue", fields.merging(["do": "add"]) { $1 }, body: Array((text ?? "").utf8))
      let folder = RuntimeFolder(environment: ProcessInfo.processInfo.environment)
      let its = SidecarClient(folder: folder, tmuxSocket: place.target.server)
      return try asked(its, message, [QueueItem].self, isNamed: true).flatMap { $0 }
    }

    /// What the sidecars answer; their refusal when none does.
    private func asked<Answer: Decodable>(
      _ client: SidecarClient, _ message: Message, _: Answer.Type, isNamed: Bool? = nil
    ) throws -> [Answer] {
      let answers = try client.askAll(message, onlyPreferred: isNamed ?? server.isNamed, limit: .seconds(15))
      let done = answers.filter { $0.verb == "ok" }
      guard !done.isEmpty else {
        let words = answers.first.map { answer in
          answer.fields["why"] ?? String(decoding: answer.body, as: UTF8.self)
        }
        throw QueueRefusal(words ?? "the sidecar refused")
      }
      return try done.map { try JSONDecoder().decode(Answer.self, from: Data($0.body)) }
    }

    /// Without a sidecar: what is queued waits on the disk for the next watch.
    private func goAlone() async throws {
      guard let path = QueueStore.defaultPath(environment: ProcessInfo.processInfo.environment) else {
        throw Failure(.missing, "outrider queue: $HOME is not set; the queue is kept there")
      }
      let store = QueueStore(path)
      let now = WallTime.now
      do {
        if text == nil, move == nil, remove == nil { return try await list([]) }
        let dialects = try rules.load(withProject: false).dialects
        // What is queued for a tmux server that is gone can be taken out as well.
        let survey =
          remove == nil
          ? try await FleetSurvey(server.server, dialects: dialects)
          : try? await FleetSurvey(server.server, dialects: dialects)
        if let objection = survey?.objection(to: getpid()) { throw QueueRefusal(objection) }
        if let remove {
          guard let gone = try await store.end(remove, "removed", at: now) else { throw unknown(remove) }
          return show([gone])
        }
        let place = try AgentAddress.find(agent ?? "", among: survey?.places ?? [])
        if let move {
          guard try await store.aim(move, at: place.target, now: now) else { throw unknown(move) }
          return show(try await store.items().filter { $0.id == move })
        }
        show([
          try await store.add(
            text ?? "", for: place.target, by: QueueItem.human,
            lifetime: Duration(spelled: expires) ?? QueueItem.lifetime, at: now)
        ])
        complain("outrider: no watch is running; it is typed when one is: outrider watch")
      } catch let error as QueueRefusal {
        throw Failure(.findings, "outrider queue: \(error)")
      } catch let error as Failure {
        throw error
      } catch {
        throw Failure(.missing, "outrider queue: \(error)")
      }
    }

    private func unknown(_ id: String) -> QueueRefusal {
      QueueRefusal("nothing of the id '\(id)' waits; see what does with: outrider queue")
    }

    /// What is on the disk, with what sidecars know of it.
    private func list(_ known: [QueueItem]) async throws {
      guard let path = QueueStore.defaultPath(environment: ProcessInfo.processInfo.environment) else {
        return show(known)
      }
      let store = QueueStore(path)
      do {
        let items = try await store.items()
        for notice in await store.takeNotices() { complain("outrider: \(notice)") }
        let wanted = server.isNamed ? await server.key() : nil
        show(
          items.filter { item in wanted.map { $0 == item.target.server } ?? true }.map { item in
            var item = item
            if let told = known.first(where: { $0.id == item.id }) { return told }
            if item.state == .waiting { item.note = "no watch is running on its tmux server" }
            return item
          })
      } catch {
        throw Failure(.missing, "outrider queue: \(error)")
      }
    }

    private func show(_ items: [QueueItem]) {
      if json { return items.forEach { print(QueueLine.json($0)) } }
      if let item = items.first, text != nil {
        return print("\(item.id)  queued for \(item.target.label); it expires \(QueueLine.expiry(of: item))")
      }
      if let item = items.first, remove != nil {
        let rest = item.state == .typing ? "; it may still stand unsent in the prompt box" : ""
        return print("\(item.id)  removed\(rest): '\(TerminalText.legible(item.text, bytes: 900))'")
      }
      if let item = items.first, move != nil { return print("\(item.id)  is for \(item.target.label) now") }
      if items.isEmpty { return print("nothing is queued") }
      let width = Rendering.standardOutput().width ?? 80
      items.forEach { QueueLine.lines($0, width: width).forEach { print($0) } }
    }
  }
}

/// How a queued text reads.
private enum QueueLine {
  static func lines(_ item: QueueItem, width: Int) -> [String] {
    let text = TerminalText.legible(item.text, bytes: 1024)
    let by = item.by == QueueItem.human ? "" : ", by rule \(item.by)"
    let why = item.note.map { ": \($0)" } ?? ""
    let rest = TerminalText.legible(
      "\(item.state.rawValue)\(why); expires \(expiry(of: item))\(by)", bytes: 1024)
    return [
      TerminalText.cut(
        "\(item.id)  \(TerminalText.legible(item.target.label, bytes: 200))  \(text)", to: width),
      TerminalText.cut("       \(rest)", to: width),
    ]
  }

  static func expiry(of item: QueueItem) -> String {
    let left = max(0, item.expires.milliseconds - WallTime.now.milliseconds) / 60_000 * 60
    return "in \(Duration.seconds(max(60, left)).spelled)"
  }

  static func json(_ item: QueueItem) -> String {
    var line = JSONLine()
    line.add("id", item.id)
    line.add("agent", item.target.label)
    line.add("session", item.target.session)
    line.add("cwd", item.target.cwd)
    line.add("text", item.text)
    line.add("state", item.state.rawValue)
    if let note = item.note { line.add("note", note) }
    line.add("queued", item.queued.iso8601)
    line.add("expires", item.expires.iso8601)
    line.add("by", item.by)
    return line.finished()
  }
}
