/// Places for buffers that live at different times, in as little memory as a simple rule finds: the largest first, each
/// at the lowest place that is free while it lives.
struct Arena {
  /// A buffer that is wanted.
  struct Tenant {
    var bytes: Int
    /// The first and last moment it is needed.
    var life: ClosedRange<Int>
  }

  /// Where each tenant's memory begins.
  let offsets: [Int]
  /// Bytes in all.
  let bytes: Int

  private static let alignment = 64

  init(_ tenants: [Tenant]) {
    var offsets = [Int](repeating: 0, count: tenants.count)
    var placed: [Int] = []
    var end = 0
    for tenant in tenants.indices.sorted(by: { tenants[$0].bytes > tenants[$1].bytes }) {
      let size = tenants[tenant].bytes
      let neighbours = placed.filter { tenants[$0].life.overlaps(tenants[tenant].life) }
        .sorted { offsets[$0] < offsets[$1] }
      var offset = 0
      for other in neighbours {
        if offset + size <= offsets[other] { break }
        let after = offsets[other] + tenants[other].bytes
        offset = max(offset, (after + Arena.alignment - 1) / Arena.alignment * Arena.alignment)
      }
      offsets[tenant] = offset
      placed.append(tenant)
      end = max(end, offset + size)
    }
    (self.offsets, bytes) = (offsets, end)
  }
}
