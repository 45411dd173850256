import Explanations
import Networks
import Testing

@Suite struct MethodTextTests {
  @Test(
    arguments: Composite.named.map { Method.relevance($0) } + [
      .gradient, .gradientTimesInput, .gradCAM, .activation, .random(seed: 12),
    ])
  func `a method comes back from its words`(method: Method) {
    #expect(Method(text: method.text) == method)
  }

  @Test func `rules of one's own keep their numbers`() throws {
    let composite = Composite(
      "of its own", first: .wSquare, convolutions: .zBox(low: -2, high: 0.5),
      dense: .alphaBeta(alpha: 3))
    let text = Method.relevance(composite).text
    #expect(text == "lrp first=wsquare convolutions=zbox(-2.0,0.5) dense=alphabeta(3.0)")
    #expect(Method(text: text) == .relevance(composite))
  }

  @Test(arguments: [
    "", "lrp", "lrp convolutions=zplus", "lrp convolutions=zplus dense=epsilon(0)",
    "lrp convolutions=zplus dense=epsilon(1e-6) last=flat", "gradient 2", "random(x)",
    "lrp convolutions=gamma(-1) dense=zplus", "lrp convolutions=gamma(inf) dense=zplus",
    "lrp convolutions=zplus( dense=zplus", "guess",
  ])
  func `other words are no method`(text: String) {
    #expect(Method(text: text) == nil)
  }
}
