extension ReportPage {
  /// The page of one scan.
  static let page = #"""
    <body>
    <header>
    <div class="who">
    <p class="over">{{device}}</p>
    <h1>{{scanName}}</h1>
    <dl class="facts">{{#facts}}<div><dt>{{name}}</dt><dd>{{value}}</dd></div>{{/facts}}</dl>
    </div>
    <div class="verdict {{verdictClass}}">
    <strong>{{verdict}}</strong>
    {{#reason}}<p>{{reason}}</p>{{/reason}}
    {{#isClean}}<p>in the area that was compared</p>{{/isClean}}
    {{#nuisances}}<p>{{nuisances}}</p>{{/nuisances}}
    </div>
    </header>
    <dl class="tiles">
    {{#tiles}}<div><dt>{{name}}</dt><dd><b>{{value}}</b>{{#unit}} {{unit}}{{/unit}}</dd><dd class="note">{{note}}</dd></div>
    {{/tiles}}
    </dl>
    <main>
    {{#map}}{{>map}}{{/map}}
    <aside>
    {{#registration}}{{>registration}}{{/registration}}
    <section>
    <h2>Made by</h2>
    <p class="made">{{program}}</p>
    <table class="files">
    {{#files}}<tr><th scope="row">{{name}}</th><td><span class="path">{{path}}</span><details class="hash"><summary title="SHA-256 {{hash}}"><code>{{short}}…</code></summary><code>{{hash}}</code></details></td></tr>
    {{/files}}
    </table>
    </section>
    </aside>
    </main>
    {{#hasRows}}
    <section class="findings">
    <h2>Findings</h2>
    {{#hasConcepts}}<p class="lead">Classes are named by a classifier; “why” tells what it went by. <a href="{{concepts}}">All concepts it looks for</a></p>{{/hasConcepts}}
    <div class="table{{#hasRelevance}} told{{/hasRelevance}}{{#hasClasses}} classed{{/hasClasses}}{{^hasLayout}} placeless{{/hasLayout}}{{^hasLayers}} bare{{/hasLayers}}" role="table" aria-label="Findings" data-sortable>
    {{>head}}
    {{#rows}}{{>row}}{{/rows}}{{#later}}<noscript class="later">{{#rows}}{{>row}}{{/rows}}</noscript>{{/later}}
    </div>
    </section>
    {{/hasRows}}
    {{#hasRepeated}}
    <section class="findings">
    <h2>On most dies</h2>
    <p class="lead">These places differ from the golden here and on other dies alike: the reticle has something wrong there, or the golden is always wrong there. They are not counted among this die's findings.</p>
    <div class="table classed{{^hasLayout}} placeless{{/hasLayout}}{{^hasLayers}} bare{{/hasLayers}}" role="table" aria-label="On most dies" data-sortable>
    {{#repeatedHead}}{{>head}}{{/repeatedHead}}
    {{#repeated}}{{>row}}{{/repeated}}
    </div>
    </section>
    {{/hasRepeated}}
    {{#hasVariation}}
    <section class="variation">
    <h2>Process variation</h2>
    <p class="lead">How far each layer's edges lie further out than the golden's; in below 0. This is no defect, and is not counted among the findings.</p>
    <table><thead><tr><th scope="col">Layer</th><th scope="col">Where</th><th scope="col" class="n">Outwards, px</th><th scope="col" class="n">nm</th><th scope="col" class="n">± by chance, px</th><th scope="col" class="n">Shifted right, up, nm</th><th scope="col" class="n">Edge pixels</th><th scope="col"></th></tr></thead>
    <tbody>{{#variation}}<tr><td>{{#layer}}{{name}}{{/layer}}</td><td>{{place}}</td><td class="n">{{px}}</td><td class="n">{{nm}}</td><td class="n">{{chance}}</td><td class="n">{{shift}}</td><td class="n">{{edges}}</td><td>{{#standsOut}}stands out{{/standsOut}}</td></tr>
    {{/variation}}</tbody></table>
    </section>
    {{/hasVariation}}
    <footer>{{device}} · {{scanName}} · {{program}} · scan <code title="{{scanHashFull}}">{{scanHash}}</code> · recipe <code title="{{recipeHashFull}}">{{recipeHash}}</code></footer>
    <script>{{{script}}}</script>
    </body>
    </html>

    """#

  /// The headings of a table of findings.
  static let head = #"""
    <div class="head" role="row">
    <span role="columnheader" aria-sort="ascending"><button type="button">No.</button></span>
    <span role="columnheader" class="c-crops"><i>Scan</i><i>Golden</i><i>Difference</i>{{#hasRelevance}}<i>Relevance</i>{{/hasRelevance}}</span>
    <span role="columnheader"><button type="button">Polarity</button></span>
    <span role="columnheader" class="n" data-down><button type="button" title="−log₁₀ of the false alarms expected on a pixel: 7 is one in ten million">Score</button></span>
    <span role="columnheader" class="n" data-down><button type="button">Contrast, grey levels</button></span>
    <span role="columnheader" class="n" data-down><button type="button">Area, px</button></span>
    <span role="columnheader" class="n"><button type="button">Box, px</button></span>
    <span role="columnheader" class="n c-layout"><button type="button">Layout, µm</button></span>
    <span role="columnheader" class="c-class"><button type="button">{{classColumn}}</button></span>
    <span role="columnheader" class="c-layers"><button type="button">Layers under it</button></span>
    </div>

    """#

  /// The map of the field.
  static let map = #"""
    <section class="field" data-width="{{width}}" data-height="{{height}}" data-crowd="{{crowd}}"{{#scale}} data-pixel="{{pixelSize}}"{{/scale}}{{#back}} data-back="{{back}}"{{/back}}>
    <div class="bar">
    <fieldset class="views">
    <label><input type="radio" name="view" id="v-scan" checked><span>Scan{{#hasChoice}} <kbd>1</kbd>{{/hasChoice}}</span></label>
    {{#golden}}<label><input type="radio" name="view" id="v-golden"><span>Golden <kbd>2</kbd></span></label>{{/golden}}
    {{#difference}}<label><input type="radio" name="view" id="v-difference"><span>Difference <kbd>3</kbd></span></label>{{/difference}}
    </fieldset>
    {{#hasPair}}<label class="switch script"><input type="checkbox" id="blink"><span>Blink <kbd>B</kbd></span></label>{{/hasPair}}
    {{#hasBoxes}}<label class="switch"><input type="checkbox" id="boxes" checked><span>Boxes <kbd>F</kbd></span></label>
    <span class="steps script"><button type="button" id="previous" title="Previous finding">‹ <kbd>P</kbd></button><button type="button" id="next" title="Next finding"><kbd>N</kbd> ›</button></span>{{/hasBoxes}}
    <button type="button" id="whole" class="script" title="Show the whole field">Whole field <kbd>0</kbd></button>
    </div>
    <div class="frame">
    <svg id="map" viewBox="0 0 {{width}} {{height}}" style="--u:{{unit}};--ratio:{{ratio}};aspect-ratio:{{width}}/{{height}}" class="{{#isCrowded}}crowded{{/isCrowded}}" role="img" aria-label="The field of the scan">
    <defs>
    <image id="p-scan" width="{{pictureWidth}}" height="{{pictureHeight}}" preserveAspectRatio="none" href="{{{scan}}}"/>
    {{#golden}}<image id="p-golden" width="{{pictureWidth}}" height="{{pictureHeight}}" preserveAspectRatio="none" href="{{{golden}}}"/>{{/golden}}
    {{#difference}}<image id="p-difference" width="{{pictureWidth}}" height="{{pictureHeight}}" preserveAspectRatio="none" href="{{{difference}}}"/>{{/difference}}
    <clipPath id="edge"><rect width="{{width}}" height="{{height}}"/></clipPath>
    </defs>
    <g clip-path="url(#edge)"><use href="#p-scan" class="layer l-scan"/>{{#golden}}<use href="#p-golden" class="layer l-golden"/>{{/golden}}{{#difference}}<use href="#p-difference" class="layer l-difference"/>{{/difference}}</g>
    {{#inspected}}<rect class="inspected" x="{{x}}" y="{{y}}" width="{{width}}" height="{{height}}"><title>The part that was compared</title></rect>{{/inspected}}
    <g class="boxes">
    {{#boxes}}<g class="box {{polarity}}" id="b{{id}}" data-id="{{id}}" data-box="{{box}}"><title>{{id}}</title><rect class="rim" x="{{x}}" y="{{y}}" width="{{width}}" height="{{height}}"/><rect class="line" x="{{x}}" y="{{y}}" width="{{width}}" height="{{height}}"/><text x="{{x}}" y="{{labelY}}">{{id}}</text></g>
    {{/boxes}}
    </g>
    {{#scale}}<g class="scale"><rect x="{{x}}" y="{{y}}" width="{{span}}" height="{{thickness}}"/><text x="{{textX}}" y="{{textY}}">{{length}}</text></g>{{/scale}}
    </svg>
    </div>
    <div class="under">
    {{#legend}}
    <div class="legend" aria-label="Colours of the difference">
    <div class="ramp" style="background:{{gradient}}">{{#ticks}}<i style="left:{{percent}}%"></i>{{/ticks}}</div>
    <div class="marks">{{#marks}}<span class="{{kind}}" style="left:{{percent}}%">{{text}}</span>{{/marks}}</div>
    <p>Scan less golden, as a score: −log₁₀ of the false alarms expected on a pixel. <b class="t-dark">Blue darker</b>, <b class="t-bright">orange brighter</b>{{#threshold}}; flagged from ±{{threshold}}{{/threshold}}. <i class="chip" style="background:{{notCompared}}"></i> not compared</p>
    </div>
    {{/legend}}
    <p class="hint script">Wheel zooms, drag pans.{{#reduction}} {{reduction}}.{{/reduction}}</p>
    <p class="where script" aria-live="off"></p>
    </div>
    {{#hasChoice}}
    <div class="paper">
    {{#golden}}<figure><svg viewBox="0 0 {{width}} {{height}}"><use href="#p-golden"/></svg><figcaption>Golden</figcaption></figure>{{/golden}}
    {{#difference}}<figure><svg viewBox="0 0 {{width}} {{height}}"><use href="#p-difference"/></svg><figcaption>Difference</figcaption></figure>{{/difference}}
    </div>
    {{/hasChoice}}
    </section>
    """#

  /// What is known of the place.
  static let registration = #"""
    <section>
    <h2>Registration</h2>
    {{^known}}<p class="none">The scan was not placed on its golden.</p>{{/known}}
    {{#known}}
    {{#ambiguities}}<p class="caution">{{sentence}}</p>{{/ambiguities}}
    <table class="values">
    {{#facts}}<tr><th scope="row">{{name}}</th><td>{{value}}{{#note}}<small>{{note}}</small>{{/note}}</td></tr>
    {{/facts}}
    </table>
    <details><summary>Matrix to scan pixels</summary>
    <table class="matrix">{{#matrix}}<tr>{{#cells}}<td>{{value}}</td>{{/cells}}</tr>{{/matrix}}</table>
    <small>from {{matrixFrom}}; scan pixels y down, origin top left</small>
    </details>
    {{/known}}
    </section>
    """#

  /// A row of the table of findings.
  ///
  /// There may be thousands: white space between the cells would be a node each.
  static let row = #"""
    <div class="row {{polarity}}{{#isNuisance}} nuisance{{/isNuisance}}" role="row" id="f{{id}}" data-id="{{id}}" tabindex="0"><span role="cell" data-v="{{id}}"><b>{{id}}</b></span><span role="cell" class="c-crops">{{#crops}}<span class="crops" style="{{insets}}">{{#pictures}}<span class="crop" style="width:{{width}}px;aspect-ratio:{{width}}/{{height}}"><img src="{{{address}}}" alt="{{name}}" decoding="async" loading="lazy"></span>{{/pictures}}</span>{{/crops}}{{^crops}}<span class="none">no pictures</span>{{/crops}}</span><span role="cell" data-v="{{polarity}}" class="polarity">{{polarity}}</span><span role="cell" class="n" data-v="{{score}}"><b>{{scoreText}}</b></span><span role="cell" class="n" data-v="{{contrast}}">{{contrastText}}</span><span role="cell" class="n" data-v="{{area}}">{{areaText}}{{#areaReal}}<small>{{areaReal}}</small>{{/areaReal}}</span><span role="cell" class="n" data-v="{{boxOrder}}">{{boxPlace}}<small>{{boxSize}}</small></span><span role="cell" class="n c-layout" data-v="{{layoutOrder}}">{{#layoutX}}{{layoutX}}<br>{{layoutY}}{{/layoutX}}{{^layoutX}}–{{/layoutX}}</span><span role="cell" class="c-class" data-v="{{class}}"><b>{{class}}</b>{{#classScore}}<small>{{classScore}}{{#isNuisance}}, not counted{{/isNuisance}}</small>{{/classScore}}{{#why}}<a href="{{why}}">why ›</a>{{/why}}</span><span role="cell" class="c-layers" data-v="{{layersOrder}}">{{#layers}}<span{{#told}} title="{{told}}"{{/told}}>{{#colour}}<i style="background:{{colour}}"></i>{{/colour}}{{name}}</span>{{/layers}}{{^layers}}–{{/layers}}</span></div>

    """#
}
