import Foundation
import Rulebook
import Settings

/// What is about to happen to one settings file.
struct SettingsChange {
  let file: SettingsFile
  /// Nil when the file goes away.
  let after: [UInt8]?
  /// What the file was, or would be, without Outrider; nil when there would be none.
  let former: [UInt8]?
  private let receipt: Receipt?

  var isNeeded: Bool { file.bytes != after }

  /// The change that adds to a file, or puts right what is in it.
  ///
  /// - Parameters:
  ///   - adding: Gives the new text for the present one, which is empty when there is none.
  ///   - removing: Gives the text without Outrider, from the present one and the one before if it is known.
  static func install(
    _ path: String, receipts: URL?, adding: ([UInt8]) throws -> [UInt8], removing: Removing
  ) throws -> SettingsChange {
    let file = try SettingsFile(path)
    let (former, receipt) = try former(file, receipts, removing)
    let after = try placed(path) { try adding(file.bytes ?? []) }
    return SettingsChange(file: file, after: after, former: former, receipt: receipt)
  }

  /// The change that takes Outrider out.
  static func uninstall(_ path: String, receipts: URL?, removing: Removing) throws -> SettingsChange {
    let file = try SettingsFile(path)
    let (former, receipt) = try former(file, receipts, removing)
    return SettingsChange(file: file, after: former, former: former, receipt: receipt)
  }

  typealias Removing = (_ bytes: [UInt8], _ before: [UInt8]?) throws -> [UInt8]

  private static func former(
    _ file: SettingsFile, _ receipts: URL?, _ removing: Removing
  ) throws -> ([UInt8]?, Receipt?) {
    let receipt = Receipt.read(of: file.target, in: receipts)
    guard let bytes = file.bytes else { return (nil, receipt) }
    if let receipt, Array(receipt.after) == bytes { return (receipt.before.map(Array.init), receipt) }
    let rest = try placed(file.path) { try removing(bytes, receipt.map { Array($0.before ?? Data()) }) }
    let isOurs = receipt != nil && receipt?.before == nil
    return (isOurs && HookSettings.saysNothing(rest) ? nil : rest, receipt)
  }

  private static func placed<T>(_ path: String, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as SettingsError {
      throw Failure(.usage, "\(cleaned(path, limit: 400)):\(error); nothing was changed")
    }
  }

  /// The change as a unified diff, safe to be shown.
  func shown(colours: Bool) -> String {
    let diff = UnifiedDiff(before: file.bytes, after: after, name: file.path)
    return diff.lines.map { line in
      let text = line.text.split(separator: "\t", omittingEmptySubsequences: false)
        .map { cleaned(String($0), limit: 16_384) }.joined(separator: "\t")
      guard colours else { return text }
      return switch line.kind {
      case .added: "\u{1B}[32m\(text)\u{1B}[m"
      case .removed: "\u{1B}[31m\(text)\u{1B}[m"
      case .file: "\u{1B}[1m\(text)\u{1B}[m"
      case .place: "\u{1B}[36m\(text)\u{1B}[m"
      case .kept, .note: text
      }
    }.joined(separator: "\n")
  }

  /// The folders that were made for the file, the innermost first; to go with it if nothing else is in them.
  var folders: [String] { after == nil ? (receipt?.folders ?? []).reversed() : [] }

  /// Does it, and notes what the file was.
  ///
  /// - Returns: False when that could not be noted.
  func carryOut(receipts: URL?) throws -> Bool {
    let made = try file.replace(by: after)
    guard after != former, let after else {
      Receipt.remove(of: file.target, in: receipts)
      return true
    }
    let folders = made.isEmpty ? receipt?.folders ?? [] : made
    return Receipt(path: file.target, before: former.map { Data($0) }, after: Data(after), folders: folders)
      .write(in: receipts)
  }
}
