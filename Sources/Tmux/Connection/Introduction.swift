import CLinux
import Glibc

/// What a tmux client says of itself when it connects, taken down so that the server hears all of it at once.
///
/// tmux up to 3.6 crashes when it has something to tell control clients while it has heard only the beginning: that one is
/// such a client, and not yet that it is complete. A client says it in several pieces, since a piece carries one descriptor
/// at most, and may lose its processor between two. Here the messages that carry a descriptor are put first, each by
/// itself, then all others, and as the last piece, too small to be cut, the one that says what kind of client it is with
/// the one that completes it; none depends on its place but that. The frame of a message: its
/// type, its length with a flag in the upper half where it carries a descriptor, and eight bytes more, all in the
/// machine's byte order.
struct Introduction {
  /// Bytes that go to the server in one piece, with a descriptor.
  struct Piece: Equatable {
    var bytes: [UInt8]
    var descriptor: Int32 = -1
  }

  private static let header = 16
  /// Bytes that are read at a time, and of an introduction that is put in order.
  static let longest = 1 << 18
  /// The type of the message with which it is complete.
  private static let done: UInt32 = 106
  /// The types of those that say what kind of client it is, of old and of today.
  private static let flags: Set<UInt32> = [100, 111]

  private var bytes: [UInt8] = []
  private var descriptors: [Int32] = []
  /// As it came, for the case that it is not understood.
  private var raw: [Piece] = []
  private(set) var isComplete = false
  /// Where the next message begins.
  private var next = 0

  /// What the client has sent, with the descriptor that came with it.
  mutating func take(_ read: [UInt8], _ descriptor: Int32) {
    raw.append(Piece(bytes: read, descriptor: descriptor))
    bytes += read
    if descriptor >= 0 { descriptors.append(descriptor) }
    while !isComplete, let (type, length, _) = frame(at: next) {
      next += length
      isComplete = type == Self.done
    }
  }

  /// Closes the descriptors that came.
  mutating func close() {
    descriptors.forEach { _ = Glibc.close($0) }
    descriptors = []
    raw = []
  }

  /// The pieces for the server, in order.
  var pieces: [Piece] {
    guard isComplete, bytes.count <= Self.longest else { return raw }
    var first: [Piece] = []
    var middle = Piece(bytes: [])
    var last = Piece(bytes: [])
    var (place, left, isOver) = (0, descriptors[...], false)
    while place < bytes.count {
      // What follows the last message may be the beginning of another.
      guard let (type, length, carries) = frame(at: place), !isOver else {
        last.bytes += bytes[place...]
        break
      }
      let message = bytes[place..<place + length]
      if carries {
        guard let descriptor = left.popFirst() else { return raw }
        first.append(Piece(bytes: Array(message), descriptor: descriptor))
      } else if Self.flags.contains(type) || type == Self.done {
        last.bytes += message
      } else {
        middle.bytes += message
      }
      isOver = type == Self.done
      place += length
    }
    return left.isEmpty ? first + (middle.bytes.isEmpty ? [] : [middle]) + [last] : raw
  }

  /// The message that begins there, when it is there whole.
  private func frame(at place: Int) -> (type: UInt32, length: Int, carriesDescriptor: Bool)? {
    guard place + Self.header <= bytes.count else { return nil }
    let word = word(at: place + 4)
    let length = Int(word & 0xFFFF)
    guard length >= Self.header, place + length <= bytes.count else { return nil }
    return (self.word(at: place), length, word >> 16 != 0)
  }

  private func word(at place: Int) -> UInt32 {
    bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: UInt32.self) }
  }
}
