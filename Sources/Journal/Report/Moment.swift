import Rulebook

/// A point in time as people write it: `2h`, `today`, `yesterday`, `22:30`, `2026-11-24`, `2026-11-24T22:30`.
///
/// A day means its beginning, and a length of time how long ago. Told the time and the zone.
public enum Moment {
  /// How a moment can be written, for who wrote another.
  public static let spellings = "2h, today, yesterday, now, 22:30, 2026-11-24 or 2026-11-24T22:30"

  /// - Returns: nil for what is no such time.
  public static func read(_ text: String, now: WallTime, zone: Rendering.Zone) -> WallTime? {
    let today = day(of: now, zone)
    switch text {
    case "now": return now
    case "today": return local("\(today)T00:00:00", zone)
    case "yesterday":
      // Whatever the clock was set to in the night, twelve hours before midnight were yesterday.
      return local("\(today)T00:00:00", zone).flatMap {
        local("\(day(of: $0 + .seconds(-43_200), zone))T00:00:00", zone)
      }
    default: break
    }
    if let long = Duration(spelled: text) { return now + (.zero - long) }
    if let exact = WallTime(iso8601: text) { return exact }
    let shape = text.map { $0.isASCII && $0.isNumber ? "9" : $0 }
    switch String(shape) {
    case "99:99": return local("\(today)T\(text):00", zone)
    case "9999-99-99": return local("\(text)T00:00:00", zone)
    case "9999-99-99T99:99": return local("\(text):00", zone)
    case "9999-99-99T99:99:99": return local(text, zone)
    default: return nil
    }
  }

  static func day(of time: WallTime, _ zone: Rendering.Zone) -> String {
    String((time + .seconds(zone.secondsEast(at: time))).iso8601.prefix(10))
  }

  private static func local(_ text: String, _ zone: Rendering.Zone) -> WallTime? {
    guard let asIfUTC = WallTime(iso8601: text + "Z") else { return nil }
    // The zone at that time is not known before the time is.
    let guess = asIfUTC + .seconds(-zone.secondsEast(at: asIfUTC))
    return asIfUTC + .seconds(-zone.secondsEast(at: guess))
  }
}
