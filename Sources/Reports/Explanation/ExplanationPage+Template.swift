extension ExplanationPage {
  static let page = #"""
    <body style="--atlas:url({{atlas}});--count:{{count}}">
    <nav>{{#report}}<a href="{{report}}">‹ {{scan}}</a>{{/report}}{{^report}}<span></span>{{/report}}<span>{{#previous}}<a href="{{previous}}">‹ previous</a>{{/previous}}{{#next}}<a href="{{next}}">next ›</a>{{/next}}</span></nav>
    <header>
    <div class="who">
    <p class="over">{{device}} · {{scan}}</p>
    <h1>Finding {{id}}: {{class}}</h1>
    <dl class="facts">{{#facts}}<div><dt>{{name}}</dt><dd>{{value}}{{#layers}}<span class="layer">{{#colour}}<i style="background:{{colour}}"></i>{{/colour}}{{name}}{{#told}}<small>{{told}}</small>{{/told}}</span>{{/layers}}</dd></div>{{/facts}}</dl>
    </div>
    <div class="verdict {{#isNuisance}}clean{{/isNuisance}}{{^isNuisance}}found{{/isNuisance}}">
    <strong>{{class}}</strong>
    <p>{{confidence}} confidence{{#isNuisance}}; not counted as a defect{{/isNuisance}}{{#isUnknown}}; no class is sure enough{{/isUnknown}}</p>
    </div>
    </header>
    <section class="seen">
    {{#tiles}}<figure><i class="tile big" style="--i:{{index}}"></i><figcaption>{{name}}</figcaption></figure>{{/tiles}}
    <div class="classes">
    <h2>Classes</h2>
    <table class="bars">{{#scores}}<tr><th scope="row">{{name}}</th><td><span class="bar"><i style="width:{{width}}%"></i></span></td><td class="n">{{percent}}</td></tr>{{/scores}}</table>
    <p class="key"><i class="chip for"></i> speaks for “{{explained}}” <i class="chip against"></i> speaks against it</p>
    </div>
    </section>
    {{#measured}}
    <section>
    <h2>Measured here</h2>
    <p class="lead">What multiplies the odds of “{{explained}}” beside what the network saw, by which alone it would be {{class}}, {{percent}}.</p>
    <dl class="facts measured">{{#rows}}<div><dt>{{name}}</dt><dd>{{value}}<small>odds × {{odds}}</small></dd></div>{{/rows}}</dl>
    </section>
    {{/measured}}
    <section>
    <h2>Concepts behind “{{explained}}”{{guess}}</h2>
    <p class="lead">A concept is something the classifier learnt to look for. Those below hold {{sum}} of the relevance of all concepts in its layer <code>{{layer}}</code>{{through}}; its biases took up {{absorbed}}. Beside each: where it was seen here, and the training examples in which it mattered most, bright where they show it.</p>
    <div class="concepts">
    {{#concepts}}
    <div class="concept">
    <div class="share"><b>{{share}}</b> {{word}}<span class="bar {{kind}}"><i style="width:{{width}}%"></i></span>{{#page}}<a href="{{page}}">Concept {{channel}}</a>{{/page}}{{^page}}Concept {{channel}}{{/page}}{{#main}}<small>mostly <b>{{main}}</b>{{#mainShare}}, {{mainShare}}{{/mainShare}}</small>{{/main}}</div>
    <figure><i class="tile" style="--i:{{index}}"></i><figcaption>here</figcaption></figure>
    {{#strip}}<figure class="strip">{{#page}}<a href="{{page}}">{{/page}}<img src="{{strip}}" alt="training examples of concept {{channel}}" loading="lazy">{{#page}}</a>{{/page}}<figcaption>training examples</figcaption></figure>{{/strip}}
    {{#absent}}<p class="none">{{absent}}</p>{{/absent}}
    </div>
    {{/concepts}}
    </div>
    </section>
    <div class="two">
    {{#golden}}
    <section>
    <h2>What made the golden here</h2>
    <p class="lead">Relevance of the difference through the generator to the layers of the layout.</p>
    <table class="bars">{{#layers}}<tr title="{{effect}}"><th scope="row"><span class="layer">{{#colour}}<i style="background:{{colour}}"></i>{{/colour}}{{name}}{{#told}}<small>{{told}}</small>{{/told}}</span></th><td><span class="bar {{kind}}"><i style="width:{{width}}%"></i></span></td><td class="n">{{percent}}</td><td class="effect">{{effect}}</td></tr>{{/layers}}</table>
    </section>
    {{/golden}}
    <section>
    <h2>Audit record</h2>
    <table class="audit">{{#audit}}<tr><th scope="row">{{name}}</th><td>{{#isCode}}<code>{{value}}</code>{{/isCode}}{{^isCode}}{{value}}{{/isCode}}</td></tr>{{/audit}}</table>
    <p class="lead">To compute it again and compare: <code>{{command}}</code></p>
    </section>
    </div>
    <footer>{{device}} · {{scan}} · {{program}}</footer>
    </body>
    </html>

    """#

  static let style = #"""
    body{max-width:1240px}
    nav{display:flex;justify-content:space-between;margin-bottom:10px}
    nav span{display:flex;gap:18px}
    section{margin-top:20px}
    .tile{--side:128px;display:block;width:var(--side);height:var(--side);background:#dfe2e6 var(--atlas) calc(var(--i)*-1*var(--side)) 0/calc(var(--count)*var(--side)) var(--side) no-repeat}
    .tile.big{--side:208px}
    .layer{margin-right:12px;white-space:nowrap}
    .layer i{display:inline-block;width:.7em;height:.7em;margin-right:4px;border:1px solid var(--soft);border-radius:2px;print-color-adjust:exact;-webkit-print-color-adjust:exact}
    .layer small{display:inline;color:var(--soft);font-weight:400;margin-left:5px}
    figcaption{color:var(--soft);font-size:12px;margin-top:3px}
    .seen{display:flex;flex-wrap:wrap;gap:14px}
    .seen figure{width:208px}
    .classes{flex:1;min-width:240px}
    .bars{width:100%}
    .bars th{padding:2px 10px 2px 0;white-space:nowrap}
    .bars td{padding:2px 6px 2px 0}
    .bars td:nth-child(2){width:60%}
    .effect{color:var(--soft);font-size:12px;white-space:nowrap}
    .n{text-align:right;white-space:nowrap}
    .bar{display:block;height:11px;background:var(--faint);border-radius:2px;overflow:hidden}
    .bar i{display:block;height:100%;background:#4b6584}
    .bar.for i{background:#c9302c}
    .bar.against i{background:#2b5fc4}
    .measured small{display:inline;color:var(--soft);font-weight:400;margin-left:5px}
    .key{font-size:12px;color:var(--soft);margin-top:8px}
    .chip{display:inline-block;width:12px;height:12px;vertical-align:-2px;border-radius:2px}
    .chip.for{background:#db1a14}.chip.against{background:#0d4dd9;margin-left:10px}
    .lead{color:var(--soft);max-width:84em;margin-bottom:8px}
    .concept{display:grid;grid-template-columns:170px 128px minmax(0,1fr);gap:16px;padding:10px 0;border-top:1px solid var(--faint);align-items:start}
    .share b{font-size:18px}
    .share small b{font-size:12px;color:var(--ink)}
    .share .bar{margin:4px 0 8px}
    .strip{max-width:597px;overflow:hidden}
    .strip img{display:block;height:72px;max-width:none}
    .two{display:grid;grid-template-columns:minmax(300px,2fr) minmax(0,3fr);gap:32px}
    .two>section:only-child{grid-column:1/-1}
    .audit th{color:var(--soft);padding:3px 12px 3px 0;vertical-align:top;white-space:nowrap}
    .audit td{padding:3px 0;overflow-wrap:anywhere}
    .none{color:var(--soft)}
    @media screen and (max-width:900px){.two{grid-template-columns:1fr}.concept{grid-template-columns:1fr}}
    @media print{
    .tile{--side:24mm} .tile.big{--side:43mm} .seen{gap:3mm} .seen figure{width:43mm} .strip img{height:14.3mm}
    .concept{grid-template-columns:36mm 24mm minmax(0,1fr);gap:4mm;padding:2mm 0} .two{display:block}
    section{margin-top:12px} h2{font-size:12px;break-after:avoid} .lead,.key,figcaption{font-size:9.5px} .concept,.seen,.bars,.audit tr{break-inside:avoid} .audit th,.audit td{padding:1px 8px 1px 0} .audit code{font-size:8px}
    }

    """#
}
