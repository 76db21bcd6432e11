import Shell

extension PreparedWriter {
  mutating func write(_ table: ProgramTable) {
    write(table.programs.sorted { $0.key < $1.key }) {
      $0.write($1.key)
      $0.write($1.value.words)
      $0.write($1.value.values.sorted())
      $0.write($1.value.flags.sorted())
      $0.write($1.value.takesStrays)
    }
    write(table.wrappers.sorted { $0.key < $1.key }) {
      $0.write($1.key)
      $0.write($1.value)
    }
    write(table.images.sorted { $0.key < $1.key }) {
      $0.write($1.key)
      $0.write($1.value)
    }
    write(table.filters.sorted())
  }

  private mutating func write(_ wrapper: ProgramTable.Wrapper) {
    write(wrapper.values.sorted())
    write(wrapper.texts.sorted())
    write(wrapper.inert.sorted())
    write(wrapper.operands)
    for flag in [wrapper.assignments, wrapper.joined, wrapper.reported, wrapper.dashes, wrapper.shell] {
      write(flag)
    }
    write(wrapper.place) { $0.write($1) }
  }
}

extension PreparedReader {
  mutating func programs() throws(Broken) -> ProgramTable {
    var programs: [String: ProgramTable.Program] = [:]
    for _ in 0..<(try count()) {
      programs[try text()] = ProgramTable.Program(
        words: try number(), values: Set(try texts()), flags: Set(try texts()), takesStrays: try flag())
    }
    var wrappers: [String: ProgramTable.Wrapper] = [:]
    for _ in 0..<(try count()) { wrappers[try text()] = try wrapper() }
    var images: [String: String] = [:]
    for _ in 0..<(try count()) { images[try text()] = try text() }
    return ProgramTable(programs: programs, wrappers: wrappers, images: images, filters: Set(try texts()))
  }

  private mutating func wrapper() throws(Broken) -> ProgramTable.Wrapper {
    ProgramTable.Wrapper(
      values: Set(try texts()), texts: Set(try texts()), inert: Set(try texts()), operands: try number(),
      assignments: try flag(), joined: try flag(), reported: try flag(), dashes: try flag(),
      shell: try flag(), place: try optional { reader throws(Broken) in try reader.word() })
  }
}
