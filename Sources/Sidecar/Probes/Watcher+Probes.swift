import Foundation
import Journal
import Processes
import Rulebook
import Senses
import Tmux

/// What is measured and asked beside what agents show: file systems, pull requests, work trees, processes.
extension Watcher {
  /// How the pull request of an agent's branch stands, as it was seen last; nil when it has none.
  public func reviewStanding(of pane: PaneID) -> ReviewStanding? { probes.agents[pane]?.review?.standing }

  /// Probes until the task is cancelled. Whatever takes time is done elsewhere; nobody waits for it.
  func probe() async {
    guard let own = settings.probes else { return }
    await withDiscardingTaskGroup { group in
      while !isOver, !Task.isCancelled {
        for errand in errands(own, at: clock.now) { group.addTask { await self.run(errand, own) } }
        try? await Task.sleep(for: own.pulse)
      }
    }
  }

  private nonisolated func run(_ errand: ProbeErrand, _ own: ProbeSettings) async {
    switch errand {
    case .disks(let id, let probe, let paths):
      await take(probe.measure(paths) ?? [], of: id)
    case .review(let id, let checkout):
      do throws(GitHubProbe.Trouble) {
        let request = try await GitHubProbe(environment: own.environment).pullRequest(in: checkout.root)
        await take(.success(request), of: id, checkout)
      } catch {
        await take(.failure(error), of: id, checkout)
      }
    case .changes(let id, let directory):
      await take(ChangedFiles.ask(in: directory), of: id)
    case .edits(let id, let root):
      await take(ChangedFiles.ask(in: root).map { WorktreeMark($0, in: root) }, of: id)
    case .own(let id, let order, let directory):
      let run = ProgramRun(order.run, in: directory, environment: own.environment, limit: ProbeOrder.limit)
      do throws(ProgramRun.Failure) {
        await take(.success(try run.result()), of: id, order)
      } catch {
        await take(.failure(error), of: id, order)
      }
    }
  }

  /// What is due now.
  private func errands(_ own: ProbeSettings, at now: Instant) -> [ProbeErrand] {
    probes.agents = probes.agents.filter { panes[$0.key] != nil }
    var errands = hearEmitted(own, at: now)
    for (id, place) in panes where place.isReported {
      // Also of an agent that was not found when it last printed something.
      seekProcess(of: id, at: now)
      seekEnd(of: id, place, at: now)
      errands += ownErrands(of: id, place, own, at: now) + editErrand(of: id, place, own, at: now)
      errands += diskErrand(of: id, place, own, at: now) + reviewErrand(of: id, place, own, at: now)
      tellNews(to: id, place, own, at: now)
    }
    return errands
  }

  /// What rules made of facts may ask for a probe at once.
  private func hearEmitted(_ own: ProbeSettings, at now: Instant) -> [ProbeErrand] {
    var errands: [ProbeErrand] = []
    courts.all.forEach { hearEmitted(by: $0.judge) }
    for fact in probes.takeHeard() where fact.source != .probe {
      guard let id = PaneID(Array(fact.agent.utf8)), let place = panes[id] else { continue }
      switch fact.kind {
      case .diskShort: probes.agents[id]?.measured = nil
      case .pullRequestOpened, .branchPushed:
        if let root = probes.agents[id]?.review?.checkout.root { probes.owners[root] = id }
        probes.agents[id]?.review?.hurry(isPush: fact.kind == .branchPushed, at: now)
      case .hookFailed where !(probes.agents[id]?.asksGit ?? true):
        probes.agents[id]?.asksGit = true
        errands.append(.changes(id, place.info.directory))
      default: break
      }
      errands += ownErrands(of: id, place, own, after: fact.kind, at: now)
    }
    return errands
  }

  // MARK: Disks

  private func diskErrand(
    of id: PaneID, _ place: Place, _ own: ProbeSettings, at now: Instant
  ) -> [ProbeErrand] {
    var agent = probes.agents[id] ?? ProbesAtWork.Agent()
    defer { probes.agents[id] = agent }
    guard let interval = own.disks, agent.measured.map({ now - $0 >= interval }) ?? true else { return [] }
    agent.measured = now
    let process = agent.process ?? executions.roots["\(id)"]
    let environment = process.map { Self.environment(of: $0.id) } ?? own.environment
    let paths = [
      place.info.directory, environment["TMPDIR"] ?? "/tmp",
      environment["HOME"] ?? own.environment["HOME"] ?? "",
    ]
    return [.disks(id, agent.disk, paths.filter { $0.hasPrefix("/") })]
  }

  /// What an agent was started with.
  private static func environment(of process: Int32) -> [String: String] {
    ProcessFiles.environment(process).split(separator: 0).reduce(into: [:]) { result, entry in
      let parts = entry.split(separator: UInt8(ascii: "="), maxSplits: 1)
      guard parts.count == 2 else { return }
      result[String(decoding: parts[0], as: UTF8.self)] = String(decoding: parts[1], as: UTF8.self)
    }
  }

  private func take(_ spaces: [DiskSpace], of id: PaneID) {
    let now = clock.now
    guard let news = probes.agents[id]?.readings.news(spaces, at: now), !news.isEmpty else { return }
    take(news.map { $0.fact(of: "\(id)", at: now) }, of: id, at: now)
    setAlarm()
  }

  private func take(_ changes: ChangedFiles?, of id: PaneID) {
    let now = clock.now
    probes.agents[id]?.asksGit = false
    guard let changes else { return }
    take([changes.fact(of: "\(id)", at: now)], of: id, at: now)
    setAlarm()
  }

  // MARK: Reviews

  private func reviewErrand(
    of id: PaneID, _ place: Place, _ own: ProbeSettings, at now: Instant
  ) -> [ProbeErrand] {
    guard let pace = own.reviews else { return [] }
    var agent = probes.agents[id] ?? ProbesAtWork.Agent()
    defer { probes.agents[id] = agent }
    if agent.looked.map({ now - $0 >= min(ProbesAtWork.checkoutInterval, pace.shortest) }) ?? true {
      agent.looked = now
      let checkout = Checkout(at: place.info.directory).flatMap { $0.hasRemote ? $0 : nil }
      if checkout != agent.review?.checkout { agent.review = checkout.map { ReviewWatch($0, pace, at: now) } }
    }
    guard let review = agent.review, review.isDue(at: now), owns(id, review.checkout.root) else { return [] }
    agent.review?.isUnderWay = true
    return [.review(id, review.checkout)]
  }

  /// Of several agents in one work tree, the one who pushed last is told; before anybody did, the first.
  private func owns(_ id: PaneID, _ root: String) -> Bool {
    if let owner = probes.owners[root], panes[owner] != nil { return owner == id }
    let sharing = probes.agents.filter { $0.value.review?.checkout.root == root }.keys.map { "\($0)" }
    return sharing.allSatisfy { $0 >= "\(id)" }
  }

  private func take(
    _ found: Result<PullRequest?, GitHubProbe.Trouble>, of id: PaneID, _ checkout: Checkout
  ) {
    let now = clock.now
    guard !isOver, !Task.isCancelled, probes.agents[id]?.review?.checkout == checkout else { return }
    probes.agents[id]?.review?.isUnderWay = false
    switch found {
    case .failure(let trouble):
      probes.agents[id]?.review?.note(trouble, at: now)
      if probes.isNew("\(trouble)") { office.report(.note("\(trouble)")) }
    case .success(let request):
      let memory = reviewMemory()
      let facts =
        probes.agents[id]?.review?.note(request, of: "\(id)", knows: memory.contains, at: now) ?? []
      take(facts, of: id, at: now)
      setAlarm()
    }
  }

  /// Tells an agent that is at rest of what was found.
  private func tellNews(to id: PaneID, _ place: Place, _ own: ProbeSettings, at now: Instant) {
    guard let review = probes.agents[id]?.review else { return }
    let standing = place.court.judge.standing(of: "\(id)")
    guard standing?.state == .idle, place.pane.reader.state == .idle else {
      probes.agents[id]?.review?.noteAtWork()
      return
    }
    guard !review.news.isEmpty, let since = standing?.since, now - since >= own.ease,
      owns(id, review.checkout.root), let (news, more) = probes.agents[id]?.review?.next(at: now)
    else { return }
    // Remembered before it is told: twice would be worse than a human who is called since it was not delivered.
    var memory = reviewMemory()
    do {
      try memory.remember([news.key])
    } catch {
      office.report(.trouble("what agents are told of reviews is not remembered: \(error)"))
    }
    probes.memory = memory
    take([news.fact(of: "\(id)", more: more, at: now)], of: id, at: now)
    setAlarm()
  }

  private func reviewMemory() -> ReviewMemory {
    if let memory = probes.memory { return memory }
    // Who only observes has told nobody.
    let memory = ReviewMemory(path: settings.isObserving ? nil : settings.probes?.reviewMemory)
    probes.memory = memory
    return memory
  }

  // MARK: Whether the agent is still there

  /// Finds out that an agent's program has ended, also where the kernel does not tell.
  private func seekEnd(of id: PaneID, _ place: Place, at now: Instant) {
    guard let dialect = place.pane.reader.dialect else { return }
    var agent = probes.agents[id] ?? ProbesAtWork.Agent()
    let known = agent.process
    if known?.isAlive ?? false { return }
    if place.pane.restarts.isPastReturn {
      // It was ended to be started again.
      (agent.process, agent.hasEnded) = (nil, false)
      probes.agents[id] = agent
      return
    }
    guard known != nil || (agent.searched.map { now - $0 >= ProbesAtWork.processInterval } ?? true) else {
      return
    }
    agent.searched = now
    agent.process = AgentProcess.find(in: place.info.process, dialect)
    agent.hasEnded = agent.process == nil && (known != nil || agent.hasEnded)
    probes.agents[id] = agent
    guard known != nil, agent.hasEnded else { return }
    take(
      [Self.exited("\(id)", "its program has ended; the pane is back at a shell", at: now)], of: id, at: now)
    setAlarm()
  }

  /// Whether a fact is about an agent that is there: what the pane still shows of one that has ended is none.
  func isCurrent(_ fact: Fact, of id: PaneID, _ place: Place) -> Bool {
    guard fact.kind == .state, fact.source == .pane, !place.pane.restarts.isPastReturn,
      let agent = probes.agents[id],
      let dialect = place.pane.reader.dialect, agent.hasEnded || !(agent.process?.isAlive ?? true)
    else { return true }
    guard let process = AgentProcess.find(in: place.info.process, dialect) else { return false }
    probes.agents[id]?.process = process
    probes.agents[id]?.hasEnded = false
    return true
  }

  /// The pane of an agent has gone, and its program with it.
  func noteGone(_ place: Place, at now: Instant) {
    guard place.isReported else { return }
    probes.depart(place.info.pane, place)
    raise(
      place.court.judge.judge(Self.exited("\(place.info.pane)", "the pane is gone", at: now)), at: now)
    setAlarm()
  }

  static func exited(
    _ agent: String, _ evidence: String, status: Int32? = nil, source: Fact.Source = .probe, at now: Instant
  ) -> Fact {
    var fields: [String: Value] = [
      "state": .string(AgentState.exited.rawValue), "evidence": .string(evidence),
    ]
    if let status { fields["exit"] = .number(Double(status)) }
    return Fact(
      time: now, agent: agent, kind: .state, text: AgentState.exited.rawValue, fields: fields, source: source)
  }
}

extension Fact.Kind {
  fileprivate static let diskShort = Fact.Kind(rawValue: "disk-short")
  fileprivate static let pullRequestOpened = Fact.Kind(rawValue: "pr-opened")
  fileprivate static let branchPushed = Fact.Kind(rawValue: "branch-pushed")
  fileprivate static let hookFailed = Fact.Kind(rawValue: "hook-failed")
}
