extension ConceptPages {
  static let page = #"""
    <body>
    <nav><a href="index.html">‹ All concepts</a><span>{{#previous}}<a href="{{previous}}">‹ previous</a>{{/previous}}{{#next}}<a href="{{next}}">next ›</a>{{/next}}</span></nav>
    <header><div class="who"><p class="over">{{model}} · {{layer}}</p><h1>Concept {{channel}}{{#main}}: mostly {{main}}{{/main}}</h1></div></header>
    <section>
    <h2>Training examples in which it mattered most</h2>
    {{#hasReferences}}<img class="wide" src="{{strip}}" alt="training examples">
    <details><summary>Their names</summary><ol class="names">{{#references}}<li>{{sample}} <b>{{class}}</b></li>{{/references}}</ol></details>{{/hasReferences}}
    {{^hasReferences}}<p class="none">It was relevant in none.</p>{{/hasReferences}}
    </section>
    <section class="narrow">
    <h2>Mean relevance by class in the training data</h2>
    <table class="bars">{{#classes}}<tr><th scope="row">{{name}}</th><td><span class="bar"><i style="width:{{width}}%"></i></span></td><td class="n">{{mean}}</td></tr>{{/classes}}</table>
    </section>
    <section>
    <h2>Where it mattered in this lot</h2>
    <p class="lead">{{sentence}}</p>
    <div class="uses">
    {{#uses}}<a href="{{page}}"><i class="tile" style="--atlas:url({{atlas}});--i:{{tile}};--count:{{tiles}}"></i><b>{{class}}</b> <small>{{scan}}, finding {{finding}}<br>{{share}} {{word}}</small></a>
    {{/uses}}
    </div>
    </section>
    <footer>model <code title="{{hash}}">{{hash}}</code></footer>
    </body>
    </html>

    """#

  static let overviewPage = #"""
    <body>
    <nav><a href="../index.html">‹ All scans</a></nav>
    <header><div class="who"><p class="over">{{model}} · {{layer}}</p><h1>What the classifier looks for</h1></div></header>
    <p class="lead">Each concept is a channel of the classifier's layer, shown by the training examples in which it mattered most. Those that mattered most in this lot come first.</p>
    <div class="all">
    {{#rows}}<a href="{{page}}"><span><b>Concept {{channel}}</b><small>mostly {{main}}<br>in {{findings}} findings</small></span>{{#hasReferences}}<img src="{{strip}}" alt="" loading="lazy">{{/hasReferences}}</a>
    {{/rows}}
    </div>
    <footer>model <code title="{{hash}}">{{hash}}</code></footer>
    </body>
    </html>

    """#

  static let style = #"""
    .wide{display:block;max-width:100%;height:auto}
    .names{columns:3;font-size:12px;color:var(--soft)}
    .narrow{max-width:560px}
    .uses{display:flex;flex-wrap:wrap;gap:16px}
    .uses a{width:128px;color:inherit;text-decoration:none}
    .all a{display:grid;grid-template-columns:130px minmax(0,1fr);gap:14px;padding:6px 0;border-top:1px solid var(--faint);color:inherit;text-decoration:none;align-items:center}
    .all a:hover,.uses a:hover{background:#f3f6f9}
    .all img{display:block;max-width:100%;height:auto}

    """#
}
