import Simulation
import TestSupport
import Testing

// Numbers of the published C code's algorithm, worked out independently in Python integers.
@Test(arguments: [
  (UInt64(0), [0x99ec_5f36_cb75_f2b4, 0xbf6e_1f78_4956_452a, 0x1a5f_849d_4933_e6e0] as [UInt64]),
  (UInt64(17), [0xa872_2ce6_78e6_e2ca, 0xb0c5_8def_a535_f501, 0xf057_b25f_fb0b_f1b9]),
])
func `draws the numbers of xoshiro256**`(seed: UInt64, expected: [UInt64]) {
  var random = SeededGenerator(seed: seed)
  #expect(expected.map { _ in random.next() } == expected)
}
