import Glibc
import Rulebook

/// What a file system has left for its user.
public struct DiskSpace: Sendable, Equatable {
  public let path: String
  /// MiB that a user without privileges may still write; nil where the file system does not tell its size.
  public let mebibytesLeft: Int?
  /// Of its whole size, 0 to 100.
  public let percentLeft: Int?
  /// Nil where it has no fixed number of inodes.
  public let inodesLeft: Int?
  public let inodesPercentLeft: Int?
  /// Names the file system.
  public let system: UInt64

  public init(
    path: String, mebibytesLeft: Int?, percentLeft: Int? = nil, inodesLeft: Int?,
    inodesPercentLeft: Int? = nil,
    system: UInt64 = 0
  ) {
    (self.path, self.system) = (path, system)
    (self.mebibytesLeft, self.percentLeft) = (mebibytesLeft, percentLeft)
    (self.inodesLeft, self.inodesPercentLeft) = (inodesLeft, inodesPercentLeft)
  }

  /// What is left where the path leads; nil when there is no such path, or when nothing can be written there anyway.
  ///
  /// May take as long as the file system does: a dead network file system never answers.
  public init?(measuring path: String) {
    var figures = statvfs()
    var file = stat()
    guard statvfs(path, &figures) == 0, stat(path, &file) == 0 else { return nil }
    self.init(path: path, figures, system: UInt64(file.st_dev))
  }

  init?(path: String, _ figures: statvfs, system: UInt64) {
    guard figures.f_flag & UInt(ST_RDONLY) == 0 else { return nil }
    let hasSize = figures.f_blocks > 0 && figures.f_frsize > 0
    let bytes = figures.f_bavail.multipliedReportingOverflow(by: UInt(figures.f_frsize))
    // btrfs and others make inodes as they need them, and count none.
    let hasInodes = figures.f_files > 0
    self.init(
      path: path,
      mebibytesLeft: hasSize ? Int(clamping: bytes.overflow ? .max : bytes.partialValue >> 20) : nil,
      percentLeft: hasSize ? Self.percent(figures.f_bavail, of: figures.f_blocks) : nil,
      inodesLeft: hasInodes ? Int(clamping: figures.f_favail) : nil,
      inodesPercentLeft: hasInodes ? Self.percent(figures.f_favail, of: figures.f_files) : nil, system: system
    )
  }

  private static func percent(_ part: UInt, of whole: UInt) -> Int {
    Int((Double(part) / Double(whole) * 100).rounded(.down).clamped(to: 0...100))
  }

  /// The fact of one agent's.
  public func fact(of agent: String, at now: Instant) -> Fact {
    var fields: [String: Value] = ["measure": .string("disk"), "path": .string(path)]
    var words: [String] = []
    if let mebibytesLeft {
      fields["mib_left"] = .number(Double(mebibytesLeft))
      words.append("\(mebibytesLeft) MiB")
    }
    if let inodesLeft {
      fields["inodes_left"] = .number(Double(inodesLeft))
      words.append("\(inodesLeft) inodes")
    }
    if let percentLeft { fields["percent_left"] = .number(Double(percentLeft)) }
    if let inodesPercentLeft { fields["inodes_percent_left"] = .number(Double(inodesPercentLeft)) }
    return Fact(
      time: now, agent: agent, kind: .probe, text: "\(path) has \(words.joined(separator: " and ")) left",
      fields: fields, source: .probe)
  }
}

extension Double {
  fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}

/// What was told of an agent's file systems, so that one that stays as it is is told once an hour.
public struct DiskReadings: Sendable {
  /// After that a reading is told though nothing has changed.
  public static let renewal: Duration = .seconds(3600)

  private var told: [UInt64: (space: DiskSpace, time: Instant)] = [:]

  public init() {}

  /// Those that are worth a fact: of each file system the first path, when what is left has changed by more than a
  /// hundredth since it was told last.
  public mutating func news(_ spaces: [DiskSpace], at now: Instant) -> [DiskSpace] {
    var seen: Set<UInt64> = []
    let news = spaces.filter { space in
      guard seen.insert(space.system).inserted else { return false }
      if let last = told[space.system], now - last.time < Self.renewal,
        !Self.differ(last.space.mebibytesLeft, space.mebibytesLeft),
        !Self.differ(last.space.inodesLeft, space.inodesLeft)
      {
        return false
      }
      told[space.system] = (space, now)
      return true
    }
    told = told.filter { seen.contains($0.key) }
    return news
  }

  private static func differ(_ old: Int?, _ new: Int?) -> Bool {
    guard let old, let new else { return old != new }
    return abs(old - new) > old / 100
  }
}
