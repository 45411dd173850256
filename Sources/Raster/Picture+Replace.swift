extension Picture {
  /// Puts another picture of as many planes in the place of a rectangle inside.
  public mutating func replace(_ rect: PixelRect, by other: Picture) {
    precondition(
      bounds.contains(rect) && other.width == rect.width && other.height == rect.height
        && other.channels == channels, "what is put in fits the rectangle")
    for plane in planes.indices {
      for y in 0..<rect.height {
        let start = (rect.y + y) * width + rect.x
        planes[plane].samples.replaceSubrange(
          start..<start + rect.width,
          with: other.planes[plane].samples[y * rect.width..<(y + 1) * rect.width])
      }
    }
  }
}
