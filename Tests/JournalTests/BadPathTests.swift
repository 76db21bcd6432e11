import Foundation
import Processes
import Testing

@testable import Journal

@Suite struct BadPathTests {
  private func failure(_ path: String) -> String? {
    do {
      try AlertFile(path).append(sample())
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("A directory, a path through a file, a device and somebody else's file are told apart, with advice")
  func paths() throws {
    let scratch = try Scratch()
    let here = scratch.directory
    try scratch.write("notes of my own\nsecond line\n".utf8, to: here + "/notes")
    #expect(
      failure(here)
        == "\(here): the alert log cannot be opened: it is a directory; name a file in it with --log")
    #expect(
      failure(here + "/notes/alerts.jsonl")
        == "\(here)/notes/alerts.jsonl: the alert log has no directory and none can be made: a part of the "
        + "path is a file, not a directory; name another file with --log")
    #expect(failure("/proc/nowhere/alerts.jsonl")?.contains("has no directory and none can be made") == true)
    #expect(
      failure(here + "/notes")
        == "\(here)/notes: this file holds no alerts and is not written to; move it away or name another "
        + "with --log")
    #expect(try scratch.bytes(here + "/notes").count == 28)
    try FileManager.default.createSymbolicLink(atPath: here + "/full", withDestinationPath: "/dev/full")
    #expect(
      failure(here + "/full")
        == "\(here)/full: the alert log cannot be here, since this is no regular file; name another with --log"
    )
    #expect(mkfifo(here + "/pipe", 0o600) == 0)
    #expect(failure(here + "/pipe")?.contains("no regular file") == true)
    #expect(!FileManager.default.fileExists(atPath: here + ".head"))
  }

  @Test("A directory that is not ours to write in is told with its advice")
  func permission() throws {
    let scratch = try Scratch()
    chmod(scratch.directory, 0o755)
    let words = getuid() == 0 ? ["--uid", "65534"] : []
    if getuid() != 0 { chmod(scratch.directory, 0o555) }
    defer { chmod(scratch.directory, 0o755) }
    let end = try Writer([scratch.log, "1", "w"] + words).finish()
    #expect(end.status == 1)
    #expect(
      end.errors
        == "\(scratch.log): the alert log has no directory and none can be made: permission denied; make it "
        + "writable for this user or name another file with --log\n")
  }

  @Test("A write that stops in the middle leaves whole lines only")
  func fileSizeLimit() throws {
    let scratch = try Scratch()
    let end = try Writer([scratch.log, "100", "w", "--limit", "50000"]).finish()
    #expect(end.status == 1)
    #expect(
      end.errors
        == "\(scratch.log): the alert log cannot be written: the file would become larger than the limit "
        + "allows; raise the limit (`ulimit -f`) or name another file with --log\n")
    let found = try AlertLog.verify(scratch.log)
    #expect(found.findings.isEmpty && found.last == end.printed.last)
    #expect(try AlertFile(scratch.log).append(sample()).notices.isEmpty)
  }

  @Test("A full disk is told with its advice, and leaves whole lines only", .enabled(if: canMount))
  func fullDisk() throws {
    let scratch = try Scratch()
    let mount = scratch.directory + "/disk"
    try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: true)
    let script = """
      mount -t tmpfs -o size=64k journal-test '\(mount)' && "$0" "$@"; status=$?
      cp '\(mount)'/alerts* '\(scratch.directory)'; exit $status
      """
    let words = ["-m", "sh", "-c", script]
    let end = try Writer([mount + "/alerts.jsonl", "100", "w"], through: Self.unshare(words)).finish()
    #expect(end.status == 1)
    #expect(
      end.errors
        == "\(mount)/alerts.jsonl: the alert log cannot be written: no space left on the disk; free some "
        + "space there or name a file on another disk with --log\n")
    let found = try AlertLog.verify(scratch.directory + "/alerts.jsonl")
    #expect(found.isIntact && found.last == end.printed.last && found.last! > 5)
  }

  @Test(
    "Room that was kept is given up for the last lines on a full disk, and kept again when there is some",
    .enabled(if: canMount, "mounting a small file system takes root"))
  func reserve() throws {
    let scratch = try Scratch()
    let mount = scratch.directory + "/disk"
    try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: true)
    let script = """
      mount -t tmpfs -o size=3m journal-test '\(mount)' && cd '\(mount)' || exit 9
      "$0" '\(mount)/alerts.jsonl' 5 early >&2 && ls alerts.jsonl.reserve >&2
      cat /dev/zero > filler 2> /dev/null
      "$0" "$@"; status=$?
      ls alerts.jsonl.reserve >&2
      rm filler
      "$0" '\(mount)/alerts.jsonl' 1 late >&2 && ls alerts.jsonl.reserve >&2
      cp alerts* '\(scratch.directory)'; exit $status
      """
    let words = [mount + "/alerts.jsonl", "1000", "w"]
    let end = try Writer(words, through: Self.unshare(["-m", "sh", "-c", script])).finish()
    #expect(end.status == 1)
    let said = end.errors.split(separator: "\n").map(String.init)
    #expect(said.dropFirst(5).first == "alerts.jsonl.reserve")
    #expect(said.contains { $0.contains("the last 256 KiB, kept for the alert log, are in use now") })
    #expect(said.contains { $0.contains("no space left on the disk") })
    #expect(said.contains { $0.contains("cannot access") })
    #expect(said.last == "alerts.jsonl.reserve")
    // Some 30 lines have room in it.
    #expect(end.printed.count > 20)
    let found = try AlertLog.verify(scratch.directory + "/alerts.jsonl")
    #expect(found.isIntact && found.last == end.printed.last! + 1)
  }

  @Test("A read-only file system is told with its advice", .enabled(if: canMount))
  func readOnly() throws {
    let scratch = try Scratch()
    let mount = scratch.directory + "/disk"
    try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: true)
    let script = "mount -t tmpfs -o ro journal-test '\(mount)' && \"$0\" \"$@\""
    let words = ["-m", "sh", "-c", script]
    let end = try Writer([mount + "/alerts.jsonl", "1", "w"], through: Self.unshare(words)).finish()
    #expect(
      end.errors
        == "\(mount)/alerts.jsonl: the alert log cannot be opened: the file system is read-only; name "
        + "another file with --log\n")
  }

  @Test("A lock that is never given back is not waited for for ever")
  func lock() throws {
    let scratch = try Scratch()
    try filled(scratch, 1)
    let head = try Head(of: scratch.log)
    try head.lock(patience: 0)
    let expected = JournalError.locked(path: scratch.log, milliseconds: 5)
    #expect(throws: expected) { try AlertFile(scratch.log, patience: 5).append(sample()) }
    head.unlock()
    #expect(try AlertFile(scratch.log, patience: 5).append(sample()).seq == 2)
  }

  @Test("Each failure has one sentence that names the path and says what to do")
  func sentences() {
    for code: Int32 in [
      EACCES, ENOSPC, EDQUOT, EFBIG, EISDIR, ENOTDIR, EROFS, ENOENT, ELOOP, EMFILE, EIO, EBADF,
    ] {
      let text = JournalError.failed(.write, path: "/l", code: code).description
      #expect(text.hasPrefix("/l: the alert log cannot be written: "))
      #expect(text.split(separator: ";").count == 2 && !text.contains("\n"))
    }
  }

  private static func unshare(_ words: [String]) -> String {
    let quoted = words.map { "'" + $0.replacing("'", with: "'\\''") + "'" }
    return "exec unshare \(quoted.joined(separator: " ")) \"$0\" \"$@\""
  }
}

/// Whether this user may mount a file system in a name space of its own.
private let canMount: Bool = {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/bin/sh")
  process.arguments = ["-c", "unshare -m mount -t tmpfs -o size=64k journal-test /mnt 2>/dev/null"]
  do {
    try process.start()
  } catch {
    return false
  }
  process.waitUntilExit()
  return process.terminationStatus == 0
}()
