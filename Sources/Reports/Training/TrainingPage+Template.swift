extension TrainingPage {
  /// The page of one training.
  static let page = #"""
    <body>
    <header><div class="who"><p class="over">{{device}}</p><h1>Training of a {{architecture}} generator</h1></div></header>
    <dl class="tiles">
    {{#tiles}}<div><dt>{{name}}</dt><dd><b>{{value}}</b>{{#unit}} {{unit}}{{/unit}}</dd><dd class="note">{{note}}</dd></div>
    {{/tiles}}
    </dl>
    <div class="columns">
    <section>
    <h2>What was taught</h2>
    <table class="values">
    {{#facts}}<tr><th scope="row">{{name}}</th><td>{{value}}{{#note}}<small>{{note}}</small>{{/note}}</td></tr>
    {{/facts}}
    </table>
    </section>
    <div>
    {{#scans}}{{>scans}}{{/scans}}
    {{#made}}{{>files}}{{/made}}
    </div>
    </div>
    <section>
    <h2>Curves</h2>
    <div class="columns three">
    {{#charts}}<figure><h3>{{title}}</h3>{{{svg}}}{{#note}}<figcaption>{{note}}</figcaption>{{/note}}</figure>
    {{/charts}}
    </div>
    </section>
    <section>
    <h2>Scores on the scans held out</h2>
    <table class="numbers narrow">
    <thead><tr><th scope="col">Pixels</th><th scope="col" class="n">L1, grey levels</th><th scope="col" class="n">PSNR, dB</th><th scope="col" class="n">SSIM</th><th scope="col" class="n">Gradient L1, grey levels a pixel</th></tr></thead>
    <tbody>
    {{#scores}}<tr><th scope="row">{{name}}</th><td class="n">{{l1}}</td><td class="n">{{psnr}}</td><td class="n">{{ssim}}</td><td class="n">{{gradient}}</td></tr>
    {{/scores}}
    </tbody>
    </table>
    <p class="note">Whole scans, after the photometric fit, with whatever noise and defects they have. Near edges: within 3 pixels of a drawn edge.</p>
    </section>
    <div class="columns wide">
    <section>
    <h2>Residual by layer</h2>
    <table class="numbers">
    <thead><tr><th scope="col">Layer</th><th scope="col" class="n">Pixels, %</th><th scope="col" class="n">Mean |scan − golden|</th><th scope="col" class="bar"></th><th scope="col" class="n">Bias: scan − golden</th><th scope="col" class="bar"></th></tr></thead>
    <tbody>
    {{#layers}}<tr><th scope="row">{{name}}</th><td class="n">{{share}}</td><td class="n">{{absolute}}</td><td class="bar"><i><b style="left:0;width:{{width}}%"></b></i></td><td class="n">{{bias}}</td><td class="bar"><i class="both"><b class="{{polarity}}" style="left:{{biasLeft}}%;width:{{biasWidth}}%"></b></i></td></tr>
    {{/layers}}
    </tbody>
    </table>
    <p class="note">Grey levels of 255. A pixel counts for every layer that covers it.</p>
    </section>
    {{#distance}}<section>
    <h2>Residual by distance to the edge</h2>
    <p class="keys">{{#keys}}<span><i class="{{kind}}"></i>{{name}}, grey levels</span>{{/keys}}</p>
    {{{svg}}}
    </section>{{/distance}}
    </div>
    {{#hasWindows}}
    <section>
    <h2>Samples of the scans held out</h2>
    {{#legend}}{{>legend}}{{/legend}}
    <div class="windows">
    {{#windows}}<div class="window"><p><b>{{scan}}</b> {{place}}</p><div class="trio"><figure><img src="{{{seen}}}" alt="Scan"><figcaption>Scan</figcaption></figure><figure><img src="{{{golden}}}" alt="Golden"><figcaption>Golden</figcaption></figure><figure><img src="{{{difference}}}" alt="Difference"><figcaption>Difference</figcaption></figure></div></div>
    {{/windows}}
    </div>
    </section>
    {{/hasWindows}}
    <footer>{{device}} · {{program}}</footer>
    </body>
    </html>

    """#
}
