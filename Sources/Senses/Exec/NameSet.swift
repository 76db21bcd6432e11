/// Short names, asked for by their bytes without allocating.
///
/// Keeps 64 bits of each: a name that was never put in may be found once in many lifetimes, and is then looked at
/// for nothing.
struct NameSet: Sendable {
  private var slots: ContiguousArray<UInt64> = [0]
  private let mask: Int

  init(_ names: some Collection<String>) {
    var size = 16
    while size < names.count * 4 { size *= 2 }
    slots = ContiguousArray(repeating: 0, count: size)
    mask = size - 1
    for name in names {
      var name = name
      name.withUTF8 { insert(Self.hash($0[...])) }
    }
  }

  func contains(_ name: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    let hash = Self.hash(name)
    var place = Int(truncatingIfNeeded: hash) & mask
    while slots[place] != 0 {
      if slots[place] == hash { return true }
      place = (place + 1) & mask
    }
    return false
  }

  private mutating func insert(_ hash: UInt64) {
    var place = Int(truncatingIfNeeded: hash) & mask
    while slots[place] != 0, slots[place] != hash { place = (place + 1) & mask }
    slots[place] = hash
  }

  /// FNV-1a; never 0.
  private static func hash(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash == 0 ? 1 : hash
  }
}
