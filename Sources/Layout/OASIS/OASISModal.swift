/// What OASIS records leave out where it is the same as before; nil: not said yet.
struct OASISModal {
  var isRelative = false
  var placementX = 0
  var placementY = 0
  var geometryX = 0
  var geometryY = 0
  var textX = 0
  var textY = 0
  var layer: Int?
  var datatype: Int?
  var textLayer: Int?
  var textType: Int?
  /// As `CellNotes.Text.string`, or the complement of a place in the list of references.
  var textString: Int32?
  /// Number of a cell's name.
  var placementCell: Int?
  var repetition: OASISRepetition?
  var width: Int?
  var height: Int?
  var polygon: [SIMD2<Int>]?
  var path: [SIMD2<Int>]?
  var halfWidth: Int?
  var startExtension: Int?
  var endExtension: Int?
  var ctrapezoidType: Int?
  var radius: Int?
}

/// A repetition, numbered in the table of the layout so that all that use it share it.
struct OASISRepetition {
  var lattice: Lattice
  var number: UInt32
}
