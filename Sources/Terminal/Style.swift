/// A colour as the program asked for it; palettes are not resolved.
public enum Color: Hashable, Sendable {
  /// The terminal's own foreground or background.
  case standard
  /// One of the 256 palette entries.
  case indexed(UInt8)
  case rgb(red: UInt8, green: UInt8, blue: UInt8)
}

/// How the first glyph of a line that is not blank is drawn.
///
/// Faint text is not known: libvterm 0.1.4 drops that attribute.
public struct Style: Hashable, Sendable {
  public let foreground: Color
  public let background: Color
  public let isBold: Bool
  /// Foreground and background change places; both are reported as the program asked for them.
  public let isReversed: Bool

  public static let plain = Style(
    foreground: .standard, background: .standard, isBold: false, isReversed: false)

  public init(foreground: Color, background: Color, isBold: Bool, isReversed: Bool) {
    self.foreground = foreground
    self.background = background
    self.isBold = isBold
    self.isReversed = isReversed
  }
}

/// A style in 64 bits, as every cell carries it: two colours of 26 bits, bold, reverse.
///
/// Zero is plain.
struct Pen: Equatable {
  private(set) var bits: UInt64 = 0

  init(bits: UInt64 = 0) {
    self.bits = bits
  }

  var style: Style {
    Style(
      foreground: color(at: Self.foregroundShift), background: color(at: Self.backgroundShift),
      isBold: bits & Self.bold != 0, isReversed: bits & Self.reverse != 0)
  }

  mutating func setForeground(_ color: Color) { set(color, at: Self.foregroundShift) }
  mutating func setBackground(_ color: Color) { set(color, at: Self.backgroundShift) }
  mutating func setBold(_ isOn: Bool) { bits = isOn ? bits | Self.bold : bits & ~Self.bold }
  mutating func setReversed(_ isOn: Bool) { bits = isOn ? bits | Self.reverse : bits & ~Self.reverse }

  private static let foregroundShift: UInt64 = 0
  private static let backgroundShift: UInt64 = 26
  private static let bold: UInt64 = 1 << 52
  private static let reverse: UInt64 = 1 << 53
  private static let indexed: UInt64 = 1 << 24
  private static let direct: UInt64 = 2 << 24

  private mutating func set(_ color: Color, at shift: UInt64) {
    let value: UInt64 =
      switch color {
      case .standard: 0
      case .indexed(let index): Self.indexed | UInt64(index)
      case .rgb(let red, let green, let blue):
        Self.direct | UInt64(red) << 16 | UInt64(green) << 8 | UInt64(blue)
      }
    bits = bits & ~(0x3FF_FFFF << shift) | value << shift
  }

  private func color(at shift: UInt64) -> Color {
    let value = bits >> shift & 0x3FF_FFFF
    return switch value & (3 << 24) {
    case Self.indexed: .indexed(UInt8(truncatingIfNeeded: value))
    case Self.direct:
      .rgb(
        red: UInt8(truncatingIfNeeded: value >> 16), green: UInt8(truncatingIfNeeded: value >> 8),
        blue: UInt8(truncatingIfNeeded: value))
    default: .standard
    }
  }
}
