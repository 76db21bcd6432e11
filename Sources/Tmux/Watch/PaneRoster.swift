/// Which panes are watched, each through one session only, and what a new listing changes.
///
/// Pure.
struct PaneRoster {
  enum Change: Equatable {
    case appeared(PaneInfo, fresh: Bool)
    case changed(PaneInfo, resized: Bool)
    /// The session it was watched through is no longer an option; another shows it too.
    case moved(PaneInfo)
    case gone(PaneID)
  }

  private(set) var watched: [PaneID: PaneInfo] = [:]
  /// All panes of the last listing, watched or not; `nil` before the first of a server's life.
  private var listed: Set<PaneID>?

  /// - Parameters:
  ///   - listing: every pane of the server, once per session it stands in.
  ///   - sessions: those that we have a connection to.
  mutating func update(listing: [PaneInfo], connected sessions: Set<SessionID>) -> [Change] {
    var places: [PaneID: PaneInfo] = [:]
    for info in listing where sessions.contains(info.session) {
      if places[info.pane] == nil || watched[info.pane]?.session == info.session {
        places[info.pane] = info
      }
    }
    var changes: [Change] = []
    for pane in watched.keys.sorted() where places[pane] == nil { changes.append(.gone(pane)) }
    for (pane, info) in places.sorted(by: { $0.key < $1.key }) {
      if let known = watched[pane] {
        if known.session != info.session {
          changes.append(.moved(info))
        } else if known != info {
          let resized = known.columns != info.columns || known.rows != info.rows
          changes.append(.changed(info, resized: resized))
        }
      } else {
        changes.append(.appeared(info, fresh: listed.map { !$0.contains(pane) } ?? false))
      }
    }
    watched = places
    listed = Set(listing.map(\.pane))
    return changes
  }

  /// The server is gone, and with it all it had; its ids mean nothing to the next one.
  mutating func clear() -> [Change] {
    defer { self = PaneRoster() }
    return watched.keys.sorted().map { .gone($0) }
  }
}
