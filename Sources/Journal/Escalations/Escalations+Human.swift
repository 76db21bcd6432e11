/// What the human says about them.
extension Escalations {
  /// The troubles that a name means: `all` that are open, or one by the id of any of its alerts or the
  /// beginning of it.
  public func named(_ name: String) -> [Escalation] {
    if name == "all" { return all.filter { $0.state == .open } }
    let exact = open.filter { $0.id == name || $0.alerts.contains(name) }
    if !exact.isEmpty { return exact }
    guard name.utf8.count >= 4 else { return [] }
    let begun = open.filter { $0.alerts.contains { $0.hasPrefix(name) } }
    return begun.count == 1 ? begun : []
  }

  /// The human knows of these; nobody is called for them until they return.
  ///
  /// - Returns: Those of them that were open.
  public mutating func acknowledge(_ ids: Set<String>, by who: String, at now: WallTime) -> [Escalation] {
    all.indices.compactMap { index in
      guard ids.contains(all[index].id), all[index].state == .open else { return nil }
      all[index].state = .acknowledged
      all[index].changed = now
      all[index].by = who
      all[index].due = nil
      all[index].waitsForMorning = false
      return all[index]
    }
  }

  /// - Returns: Whether there was room for it.
  public mutating func add(_ silence: Silence) -> Bool {
    guard silences.count < Silence.most else { return false }
    silences.append(silence)
    return true
  }

  /// Ends a silence before its time.
  public mutating func endSilence(_ id: String) -> Silence? {
    guard let index = silences.firstIndex(where: { $0.id == id }) else { return nil }
    return silences.remove(at: index)
  }
}
