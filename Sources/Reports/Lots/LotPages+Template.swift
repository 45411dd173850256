extension LotPages {
  /// The page of a wafer, of a lot, and over all lots.
  static let page = #"""
    <body>
    <header><div class="who"><p class="over">{{over}}</p><h1>{{title}}</h1></div><nav class="script"><a href="{{upLink}}">{{upName}}</a></nav></header>
    <dl class="tiles">
    {{#tiles}}<div><dt>{{name}}</dt><dd><b>{{value}}</b></dd><dd class="note">{{note}}</dd></div>
    {{/tiles}}
    </dl>
    {{#trend}}<section><h2>{{trendTitle}}</h2><p class="key"><span><i class="k bar"></i>findings</span> <span><i class="k line"></i>dies without findings</span></p>{{{trend}}}</section>{{/trend}}
    {{#rowTitle}}
    <section><table data-sortable class="wide"><thead><tr>
    <th scope="col" aria-sort="ascending"><button type="button">{{rowTitle}}</button></th>
    {{#hasWafers}}<th scope="col" class="n"><button type="button">Wafers</button></th>{{/hasWafers}}
    <th scope="col" class="n"><button type="button">Scans</button></th>
    <th scope="col" class="n"><button type="button">Not inspectable</button></th>
    <th scope="col" class="n" data-down><button type="button">Findings</button></th>
    <th scope="col" class="n"><button type="button">Yield</button></th>
    <th scope="col"><button type="button">Most frequent</button></th>
    </tr></thead><tbody>
    {{#rows}}<tr class="row"><td data-v="{{name}}"><a href="{{link}}">{{name}}</a></td>{{#hasWafers}}<td class="n" data-v="{{wafers}}">{{wafers}}</td>{{/hasWafers}}<td class="n" data-v="{{scansOrder}}">{{scans}}</td><td class="n" data-v="{{refusedOrder}}">{{refused}}</td><td class="n" data-v="{{findingsOrder}}">{{findings}}</td><td class="n" data-v="{{yieldOrder}}">{{yield}}</td><td data-v="{{top}}">{{top}}</td></tr>
    {{/rows}}
    </tbody></table></section>
    {{/rowTitle}}
    <div class="columns">
    {{#map}}<section class="mapbox"><h2>Wafer map</h2>{{{map}}}<p class="key"><span><i class="k good"></i>no findings</span> <span><i class="k spoilt"></i>findings</span> <span><i class="k not"></i>not inspectable</span> <span><i class="k dot"></i>finding, not counted</span> <span><i class="k notchkey"></i>notch</span></p></section>{{/map}}
    <div>
    {{#hasPareto}}<section><h2>Classes</h2><table class="bars"><tbody>
    {{#pareto}}<tr><th scope="row">{{name}}</th><td class="n">{{count}}</td><td class="n soft">{{share}}</td><td class="n soft" title="with those above">{{sum}}</td><td class="graph"><i style="width:{{width}}%"></i></td></tr>
    {{/pareto}}</tbody></table><p class="note">Count, share, and share with those above. Waived findings and nuisances don't count.</p></section>{{/hasPareto}}
    <section class="yields"><h2>Yield per product</h2><table class="bars"><tbody>
    {{#yields}}<tr><th scope="row">{{product}}</th><td class="n">{{good}} of {{inspected}}</td><td class="n">{{yield}}</td><td class="graph ok"><i style="width:{{width}}%"></i></td></tr>
    {{/yields}}</tbody></table><p class="note">Inspected places without a finding that counts.</p></section>
    <section><h2>Adders</h2>{{#hasAdders}}<p><b>{{adders}}</b> findings lie where an earlier inspection of the same place had none.</p>{{/hasAdders}}{{^hasAdders}}<p class="note">No place was inspected more than once.</p>{{/hasAdders}}</section>
    </div>
    </div>
    {{#hasRepeaters}}<section><h2>Repeaters</h2><p class="note">The same place of the reticle in two dies or more. {{repeaterNote}}</p><table class="wide"><thead><tr><th scope="col">Layout µm</th><th scope="col" class="n">Dies</th><th scope="col">Which</th><th scope="col">Classes</th><th scope="col">Pictures</th></tr></thead><tbody>
    {{#repeaters}}<tr><td>{{place}}</td><td class="n">{{dies}}</td><td>{{names}}</td><td>{{classes}}</td><td class="shots">{{#links}}<a href="{{link}}"><img src="{{image}}" alt="{{name}}" loading="lazy" width="48" height="48"></a>{{/links}}</td></tr>
    {{/repeaters}}</tbody></table></section>{{/hasRepeaters}}
    {{#hasMaps}}<h2>Wafer maps</h2>{{/hasMaps}}
    {{#maps}}<figure class="small"><a href="{{link}}">{{{svg}}}<figcaption>{{name}}</figcaption></a></figure>{{/maps}}
    <section class="gallery-box"><h2>Gallery</h2><p class="note">{{galleryNote}}</p><div class="gallery">
    {{#gallery}}<figure><a href="{{link}}"><img src="{{image}}" alt="{{name}}" loading="lazy" width="128" height="128"></a><figcaption><b>{{class}}</b><small>score {{score}}<br>{{name}}{{#die}} · <span>die {{die}}</span>{{/die}}</small></figcaption></figure>
    {{/gallery}}</div></section>
    <section class="scans"><table data-sortable class="wide"><thead><tr><th scope="col"><button type="button">Scan</button></th><th scope="col"><button type="button">Die</button></th><th scope="col"><button type="button">Outcome</button></th><th scope="col"><button type="button">Taken</button></th></tr></thead><tbody>
    {{#scans}}<tr class="row {{kind}}"><td data-v="{{name}}"><a href="{{link}}">{{name}}</a></td><td data-v="{{die}}">{{die}}</td><td data-v="{{verdict}}"><b>{{verdict}}</b>{{#reason}} <small>{{reason}}</small>{{/reason}}</td><td data-v="{{time}}">{{time}}</td></tr>
    {{/scans}}</tbody></table></section>
    <script>{{{script}}}</script>
    </body>
    </html>

    """#

  /// What these pages need beside the common style.
  static let style = #"""
    section{margin:0 0 22px}
    nav a{white-space:nowrap}
    .wide{width:100%}
    .wide th,.wide td{padding:5px 14px 5px 0;border-bottom:1px solid var(--faint);vertical-align:top}
    .wide thead th{color:var(--soft);font-size:12px;border-bottom:1.5px solid #8b949e}
    .n{text-align:right;white-space:nowrap}
    .soft,.note,.key{color:var(--soft);font-size:12px}
    .columns{display:flex;flex-wrap:wrap;gap:16px 40px;align-items:flex-start}
    .columns>*{flex:1 1 420px;min-width:0}
    .mapbox{flex:0 1 580px}
    .map{display:block;width:100%;max-width:560px;height:auto}
    .wafer{fill:#fafbfc;stroke:#9aa4ae}
    .blank{fill:none;stroke:#e3e6ea;stroke-width:.6}
    .good{fill:#d8e8df;stroke:#fff;stroke-width:.6}
    .spoilt{fill:#f6dcc4;stroke:#fff;stroke-width:.6}
    .map .refused{fill:#d8c3c3;stroke:#fff;stroke-width:.6}
    .site{fill:#6fa58b;fill-opacity:.35;stroke:#4d7f6a;stroke-width:.4}
    .site.bad{fill:#cf6a1f;fill-opacity:.35;stroke:#b3500a}
    .dot.bright{fill:#b3500a}
    .dot.dark{fill:#0b5394}
    .dot.waived{fill:none;stroke:#8b949e}
    .notch{fill:#1b1f24}
    .key span{white-space:nowrap;margin-right:12px}
    .k{display:inline-block;width:12px;height:12px;margin:0 5px 0 0;vertical-align:-2px;border:1px solid #c4cad1}
    .k.good{background:#d8e8df}.k.spoilt{background:#f6dcc4}.k.not{background:#d8c3c3}.k.bar{background:#b9c6d3}
    .k.dot{width:9px;height:9px;border:1px solid #8b949e;border-radius:50%;vertical-align:-1px}
    .k.line{height:0;border:0;border-top:2.5px solid #2f7d5b;vertical-align:3px}
    .k.notchkey{border:0;width:0;height:0;border:6px solid transparent;border-top:0;border-bottom:11px solid #1b1f24}
    .bars{width:100%}
    .bars th,.bars td{padding:3px 12px 3px 0;white-space:nowrap}
    .bars th{width:190px;max-width:220px;overflow:hidden;text-overflow:ellipsis}
    .bars .n{width:80px}
    .graph i{display:block;height:13px;background:#8fa9c1;min-width:1px}
    .graph.ok i{background:#7fb39a}
    .trend{display:block;width:100%;max-width:1100px;height:auto}
    .trend text{font-size:11px;fill:var(--soft)}
    .trend .axis{stroke:#9aa4ae}
    .trend .bar{fill:#b9c6d3}
    .trend polyline.yield{fill:none;stroke:#2f7d5b;stroke-width:2}
    .trend circle.yield{fill:#2f7d5b}
    .shots a{margin-right:4px}
    .shots img,.gallery img{object-fit:cover;background:var(--back);border:1px solid var(--faint)}
    .gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(128px,1fr));gap:12px}
    .gallery figure{break-inside:avoid;min-width:0}
    .gallery figcaption{font-size:12px;overflow-wrap:anywhere}
    .gallery figcaption span{white-space:nowrap}
    .gallery:empty,.gallery-box:not(:has(figure)),.scans:not(:has(tbody tr)),.yields:not(:has(tr)){display:none}
    figure.small{display:inline-block;width:260px;margin:0 18px 18px 0;text-align:center}
    .row.refused b{color:var(--refused)}
    .row.found b{color:var(--bright)}
    .row.clean b{font-weight:400}
    @media print{
    h2,h2+.note,.key{break-after:avoid} thead{display:table-header-group;break-inside:avoid} tr,figure,.columns section,.trend{break-inside:avoid}
    section{margin-bottom:16px} .columns{gap:0 5%;margin-bottom:0} .columns>*{flex:1 1 44%} .mapbox{flex:0 0 50%}
    .wide th,.wide td{padding:4px 10px 4px 0} .key,.note,.soft,.bars,.gallery figcaption{font-size:10px} .bars th{width:auto} .bars .n{width:auto} .graph{width:45%}
    .gallery{grid-template-columns:repeat(6,1fr);gap:8px} .gallery img{width:100%;height:auto}
    .gallery-box>.gallery{display:block} .gallery figure{display:inline-block;width:14.6%;margin:0 1.2% 8px 0;vertical-align:top} .gallery small{font-size:8.5px}
    figure.small{width:30%;margin:0 2% 12px 0} .shots{width:30%}
    }

    """#
}
