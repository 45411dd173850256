import Raster
import Testing

@Suite struct SymmetricSystemTests {
  @Test func `a system worked by hand is solved, whatever stands above the diagonal`() {
    // 4 2 0 / 2 5 1 / 0 1 3, times (1, −2, 3).
    let solution = SymmetricSystem.solution([4, .nan, .nan, 2, 5, .nan, 0, 1, 3], [0, -5, 7])
    for (found, wanted) in zip(solution, [1.0, -2, 3]) { #expect(abs(found - wanted) < 1e-12) }
  }

  @Test func `a matrix that is not definite gives numbers`() {
    let solution = SymmetricSystem.solution([1, 1, 1, 1], [2, 2], least: 1e-6)
    #expect(solution[0].isFinite && solution[1].isFinite)
    #expect(SymmetricSystem.solution([], []).isEmpty)
  }
}
