import Foundation
import Golden
import Testing

@Suite struct ObjectiveTextTests {
  @Test(arguments: [
    ("charbonnier", "charbonnier"),
    ("  L1+0.2*MS-SSIM +  0.5 * gradient ", "l1 + 0.2*ms-ssim + 0.5*gradient"),
    ("ssim + l2", "l2 + ssim"), ("1.0*l1", "l1"),
    ("10*l1 + 1e-3*features", "10*l1 + 0.001*features"),
    ("1e-6*adversarial + 1e6*l1", "1000000*l1 + 1e-06*adversarial"),
  ])
  func `is read and written`(text: String, canonical: String) throws {
    let objective = try Objective(text: text)
    #expect(objective.description == canonical)
    #expect(try Objective(text: canonical) == objective)
    let data = try JSONEncoder().encode([objective])
    #expect(String(decoding: data, as: UTF8.self) == "[\"\(canonical)\"]")
    #expect(try JSONDecoder().decode([Objective].self, from: data) == [objective])
  }

  @Test func `knows its weights`() throws {
    let objective = try Objective(text: "l1 + 0.25*adversarial")
    #expect(objective.weight(of: .adversarial) == 0.25)
    #expect(objective.weight(of: .ssim) == 0)
    #expect(objective.needsNetwork)
    #expect(objective == Objective([.adversarial: 0.25, .l1: 1]))
    #expect(objective != Objective([.adversarial: 0.5, .l1: 1]))
  }

  @Test(arguments: [
    ("", ObjectiveError.Code.empty), ("l1 +", .empty), ("+ l1", .empty), ("2*", .empty),
    ("psnr", .unknownTerm),
    ("l1 + l2 + L1", .duplicateTerm), ("0*l1", .badWeight), ("-1*l1", .badWeight),
    ("nan*l1", .badWeight),
    ("1e9*l1", .badWeight), ("0x1*l1", .badWeight), ("l1*2", .unknownTerm), ("*l1", .badWeight),
    ("2*3*l1", .unknownTerm),
    ("l1 l2", .unknownTerm),
  ])
  func `refuses nonsense and lists what is known`(text: String, code: ObjectiveError.Code) throws {
    let error = #expect(throws: ObjectiveError.self) { try Objective(text: text) }
    #expect(error?.code == code)
    #expect(
      error?.description.contains(
        "l1, l2, charbonnier, ssim, ms-ssim, gradient, features, adversarial") == true)
    #expect(Objective(text) == nil)
    let data = try JSONEncoder().encode([text])
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([Objective].self, from: data) }
  }
}
