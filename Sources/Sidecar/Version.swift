/// The version of Outrider; the hook program, the watch and the person at the terminal may have different ones.
public let outriderVersion = "0.1.0"
