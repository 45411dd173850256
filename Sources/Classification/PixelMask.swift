internal import Raster

/// The pixels of a picture that are of one kind, and the pieces they make.
struct PixelMask {
  let width, height: Int
  /// Whether a pixel is one, row by row.
  var isSet: [Bool]
  var bounds: PixelRect { PixelRect(x: 0, y: 0, width: width, height: height) }
  /// All other pixels.
  var inverted: PixelMask { PixelMask(width: width, height: height, isSet: isSet.map { !$0 }) }

  /// How many there are.
  var count: Int { isSet.count(where: \.self) }
  /// Those, and the eight around each.
  var dilated: PixelMask {
    var result = self
    for place in isSet.indices where isSet[place] {
      let (x, y) = (place % width, place / width)
      for row in max(0, y - 1)...min(height - 1, y + 1) {
        for column in max(0, x - 1)...min(width - 1, x + 1) {
          result.isSet[row * width + column] = true
        }
      }
    }
    return result
  }

  init(width: Int, height: Int, isSet: [Bool]) {
    (self.width, self.height, self.isSet) = (width, height, isSet)
  }

  /// A mask of the pixels at places in it.
  init(width: Int, height: Int, set places: [Int]) {
    self.init(width: width, height: height, isSet: [Bool](repeating: false, count: width * height))
    for place in places { isSet[place] = true }
  }

  /// Those that another mask of the same size has not.
  func without(_ other: PixelMask) -> PixelMask {
    PixelMask(
      width: width, height: height, isSet: zip(isSet, other.isSet).map { $0 && !$1 })
  }

  /// How many another mask of the same size has, too.
  func count(in other: PixelMask) -> Int {
    zip(isSet, other.isSet).count { $0 && $1 }
  }

  /// The pieces that have one of the pixels at places in it, corners joining.
  func pieces(touching places: [Int]) -> PixelMask {
    let numbers = pieces(in: bounds, corners: true).numbers
    let touched = Set(places.map { numbers[$0] }).subtracting([0])
    return PixelMask(
      width: width, height: height, isSet: numbers.map { touched.contains($0) })
  }

  /// Pixels that hang together.
  struct Piece {
    var box: PixelRect
    /// Which of the list of all pieces' pixels are its own.
    var range: Range<Int>
  }

  /// The pieces in a window.
  ///
  /// - Parameter corners: whether pixels that touch at a corner are of one piece.
  /// - Returns: for each pixel of the window the number of its piece, from 1, or 0; the pieces, and the pixels of all of them,
  ///   as places in the window.
  func pieces(
    in window: PixelRect, corners: Bool
  ) -> (numbers: [Int32], places: [Piece], pixels: [Int]) {
    var numbers = [Int32](repeating: 0, count: window.area)
    var places: [Piece] = []
    var pixels: [Int] = []
    isSet.withUnsafeBufferPointer { isSet in
      numbers.withUnsafeMutableBufferPointer { numbers in
        for startY in 0..<window.height {
          for startX in 0..<window.width
          where isSet[(window.y &+ startY) &* width &+ window.x &+ startX]
            && numbers[startY &* window.width &+ startX] == 0
          {
            let number = Int32(places.count + 1)
            var (left, top, right, bottom) = (startX, startY, startX, startY)
            let first = pixels.count
            var next = first
            numbers[startY &* window.width &+ startX] = number
            pixels.append(startY &* window.width &+ startX)
            while next < pixels.count {
              let (x, y) = (pixels[next] % window.width, pixels[next] / window.width)
              next += 1
              (left, right) = (min(left, x), max(right, x))
              (top, bottom) = (min(top, y), max(bottom, y))
              for j in max(0, y - 1)...min(window.height - 1, y + 1) {
                for i in max(0, x - 1)...min(window.width - 1, x + 1)
                where corners || i == x || j == y {
                  let place = j &* window.width &+ i
                  guard numbers[place] == 0, isSet[(window.y &+ j) &* width &+ window.x &+ i]
                  else { continue }
                  numbers[place] = number
                  pixels.append(place)
                }
              }
            }
            places.append(
              Piece(
                box: PixelRect(
                  x: window.x + left, y: window.y + top, width: right - left + 1,
                  height: bottom - top + 1), range: first..<pixels.count))
          }
        }
      }
    }
    return (numbers, places, pixels)
  }

  /// The pixels of the second largest part into which another mask parts a piece of this one; 0 where it parts none.
  ///
  /// - Parameter places: pixels of the window, one of which the piece has; nil takes any piece.
  func parted(by other: PixelMask, in window: PixelRect, touching places: [Int]? = nil) -> Int {
    var (mine, pieces, _) = pieces(in: window, corners: true)
    if let places {
      let touched = Set(places.map { mine[$0] })
      for place in mine.indices where !touched.contains(mine[place]) { mine[place] = 0 }
    }
    let (theirs, parts, _) = other.pieces(in: window, corners: false)
    guard parts.count > 1 else { return 0 }
    var shared: [Int: Int] = [:]
    for (a, b) in zip(mine, theirs) where a > 0 && b > 0 {
      shared[(Int(a) - 1) * parts.count + Int(b) - 1, default: 0] += 1
    }
    var largest = [(first: Int, second: Int)](repeating: (0, 0), count: pieces.count)
    for (key, count) in shared {
      let piece = key / parts.count
      if count > largest[piece].first {
        largest[piece] = (count, largest[piece].first)
      } else {
        largest[piece].second = max(largest[piece].second, count)
      }
    }
    return largest.map(\.second).max() ?? 0
  }

  /// The pixels of the piece at a place if less than a quarter of them are of another mask, else 0.
  func alone(at place: Int, from other: PixelMask, in window: PixelRect) -> Int {
    let (numbers, pieces, pixels) = pieces(in: window, corners: true)
    let number = numbers[(place / width - window.y) * window.width + place % width - window.x]
    guard number > 0 else { return 0 }
    let own = pieces[Int(number) - 1].range
    let shared = pixels[own].count {
      other.isSet[(window.y + $0 / window.width) * width + window.x + $0 % window.width]
    }
    return 4 * shared < own.count ? own.count : 0
  }
}
