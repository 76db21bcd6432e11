/// The keys that may be pressed in a pane.
///
/// A closed list: no other key name ever reaches tmux.
public enum Key: String, CaseIterable, Sendable {
  case escape = "Escape"
  case enter = "Enter"
  case tab = "Tab"
  case backTab = "BTab"
  case space = "Space"
  case backspace = "BSpace"
  case up = "Up"
  case down = "Down"
  case left = "Left"
  case right = "Right"
  case home = "Home"
  case end = "End"
  case controlA = "C-a"
  case controlC = "C-c"
  case controlD = "C-d"
  case controlE = "C-e"
  case controlJ = "C-j"
  case controlK = "C-k"
  case controlS = "C-s"
  case controlU = "C-u"
  case controlW = "C-w"
  case controlX = "C-x"
}
