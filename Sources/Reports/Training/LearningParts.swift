import Foundation
import Records

/// What the pages of a training and of a comparison share.
enum LearningParts {
  /// A row of a table of facts.
  static func fact(_ name: String, _ value: String, _ note: String = "") -> [String: Any] {
    ["name": name, "value": value, "note": note]
  }

  /// The scans: learnt from, held out, left out.
  static func scans(_ lesson: LessonRecord) -> [String: Any] {
    func names(_ names: [String]) -> [[String: Any]] { names.map { ["name": $0] } }
    return [
      "taught": names(lesson.taught), "taughtCount": Wording.grouped(lesson.taught.count),
      "heldOut": names(lesson.heldOut), "heldOutCount": Wording.grouped(lesson.heldOut.count),
      "refused": lesson.refused.map { ["name": $0.name, "reason": $0.reason] },
      "refusedCount": Wording.grouped(lesson.refused.count), "hasRefused": !lesson.refused.isEmpty,
    ]
  }

  /// The files that the result depends on.
  static func files(_ files: [(name: String, file: FileRecord?)]) -> [[String: Any]] {
    files.compactMap { name, file in
      file.map {
        ["name": name, "path": $0.path, "short": Wording.short($0.sha256), "hash": $0.sha256]
      }
    }
  }

  /// A number of decibel; infinite where there is none.
  static func decibel(_ value: Double?) -> String {
    value.map { Wording.number($0, digits: 2) } ?? "∞"
  }

  /// The templates of these parts.
  static let templates = ["scans": scansTemplate, "files": filesTemplate, "legend": legendTemplate]

  private static let scansTemplate = #"""
    <section>
    <h2>Scans</h2>
    <table class="values scans">
    <tr><th scope="row">Learnt from</th><td><b>{{taughtCount}}</b> {{#taught}}<span>{{name}}</span> {{/taught}}</td></tr>
    <tr><th scope="row">Held out</th><td><b>{{heldOutCount}}</b> {{#heldOut}}<span>{{name}}</span> {{/heldOut}}</td></tr>
    {{#hasRefused}}<tr class="refused"><th scope="row">Left out</th><td><b>{{refusedCount}}</b>{{#refused}}<div><span>{{name}}</span> {{reason}}</div>{{/refused}}</td></tr>{{/hasRefused}}
    </table>
    </section>
    """#

  private static let filesTemplate = #"""
    <section>
    <h2>Files</h2>
    <table class="values">
    {{#files}}<tr><th scope="row">{{name}}</th><td>{{path}}<small title="SHA-256 {{hash}}">SHA-256 <code>{{short}}…</code></small></td></tr>
    {{/files}}
    <tr><th scope="row">Made by</th><td>{{program}}</td></tr>
    </table>
    </section>
    """#

  private static let legendTemplate = #"""
    <div class="legend" aria-label="Colours of the difference">
    <div class="ramp" style="background:{{gradient}}"></div>
    <div class="marks"><span>≤ −{{most}}</span><span>0</span><span>≥ +{{most}}</span></div>
    <p>Difference: brightness of the scan less the golden's, grey levels of 255, shown {{factor}} times as strong: <b class="t-dark">blue darker</b>, <b class="t-bright">orange brighter</b> than the golden.</p>
    </div>
    """#

  /// What the pages need beside the common style.
  static let style =
    PageStyle.base + #"""
      section{margin-bottom:22px;min-width:0}
      h3{font-size:13px;font-weight:600;margin:0 0 4px}
      .columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));gap:0 32px;align-items:start}
      .columns.wide{grid-template-columns:minmax(0,3fr) minmax(0,2fr)}
      .values{width:100%}
      .values tr{border-top:1px solid var(--faint)}
      .values th{color:var(--soft);vertical-align:top;padding:4px 12px 4px 0;white-space:nowrap;width:1%}
      .values td{padding:4px 0;overflow-wrap:anywhere}
      .scans span{display:inline-block;border:1px solid var(--faint);background:var(--back);border-radius:3px;padding:0 5px;margin:0 3px 3px 0;font-size:12px}
      .scans td b{margin-right:6px}
      .scans .refused b,.scans .refused th{color:var(--refused)}
      .numbers{width:100%}
      .numbers.narrow{max-width:820px}
      .numbers th,.numbers td{padding:5px 14px 5px 0;border-bottom:1px solid var(--faint);vertical-align:middle}
      .numbers thead th{color:var(--soft);font-size:12px;border-bottom:1.5px solid #8b949e;vertical-align:bottom}
      .numbers .n{text-align:right;white-space:nowrap}
      .numbers .best{font-weight:700}
      .bar{width:30%;min-width:70px}
      .bar i{position:relative;display:block;height:12px;background:var(--back)}
      .bar i b{position:absolute;top:0;bottom:0;background:#5a7896}
      .bar i b.bright{background:var(--bright)} .bar i b.dark{background:var(--dark)}
      .bar i.both::after{content:"";position:absolute;left:50%;top:-2px;bottom:-2px;border-left:1px solid #8b949e}
      .note{color:var(--soft);font-size:12px;margin-top:4px}
      .chart{display:block;width:100%;max-width:640px;font:12px system-ui,"Segoe UI",Arial,"Liberation Sans",sans-serif}
      .chart .grid{stroke:var(--faint)} .chart .zero,.chart .axis,.chart .mark{stroke:#8b949e}
      .chart text{fill:var(--soft);font-size:11.5px}
      .chart .y{text-anchor:end;dominant-baseline:middle} .chart .x{text-anchor:middle} .chart .name{text-anchor:end}
      .chart .line{fill:none;stroke-width:1.8px;stroke-linejoin:round}
      .chart polyline.a{stroke:#1a62b8} .chart circle.a{fill:#1a62b8}
      .chart polyline.b{stroke:var(--bright);stroke-dasharray:5 3} .chart circle.b{fill:var(--bright)}
      .keys{display:flex;gap:16px;color:var(--ink);font-size:12px}
      .keys i{display:inline-block;width:22px;border-top:2px solid #1a62b8;vertical-align:3px;margin-right:5px}
      .keys i.b{border-top:2px dashed var(--bright)}
      .legend{display:grid;grid-template-columns:minmax(160px,300px) minmax(0,1fr);gap:0 20px;font-size:12px;margin:4px 0 12px}
      .legend p{grid-row:1/3;grid-column:2}
      .ramp{height:14px;border:1px solid #aab1b9}
      .marks{display:flex;justify-content:space-between}
      .t-dark{color:var(--dark)} .t-bright{color:var(--bright)}
      .windows{display:grid;grid-template-columns:repeat(auto-fill,minmax(560px,1fr));gap:18px 28px}
      .window figure{min-width:0}
      .window:has(.many){margin-bottom:18px}
      .window p{font-size:12px;color:var(--soft);margin-bottom:3px}
      .window p b{color:var(--ink)}
      .trio{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:8px}
      .many{display:grid;grid-auto-flow:column;grid-template-rows:auto auto;grid-auto-columns:minmax(150px,288px);gap:8px;overflow-x:auto}
      .many figure:nth-child(odd){display:flex;flex-direction:column;justify-content:flex-end}
      .many figcaption{overflow-wrap:anywhere;margin-bottom:3px}
      .window img{display:block;width:100%;image-rendering:pixelated;background:#dfe2e6}
      figcaption{font-size:12px;color:var(--soft);line-height:1.3}
      @media (max-width:1000px){.columns.wide{grid-template-columns:1fr}.windows{grid-template-columns:1fr}}
      @media print{
      section{margin-bottom:12px} h2{font-size:12px} h3{font-size:10.5px}
      h2,h3,.legend,.keys{break-after:avoid} .keys{font-size:9px}
      .columns{grid-template-columns:1fr 1fr;gap:0 8mm}
      .columns.wide{display:block} .columns.wide .chart{max-width:120mm}
      .columns.three{grid-template-columns:1fr 1fr 1fr;gap:0 5mm}
      .windows{display:block} .window{break-inside:avoid;margin-bottom:8px;max-width:150mm}
      .many{grid-auto-columns:minmax(0,1fr);overflow:visible;max-width:none}
      tr,.chart{break-inside:avoid} .numbers th,.numbers td{padding:3px 8px 3px 0;font-size:10px}
      .values th,.values td{padding:2px 8px 2px 0} .scans span,.note,figcaption,.window p,.legend{font-size:9px}
      }

      """#
}
