extension ReportPage {
  /// The style of the page of one scan.
  static let style =
    PageStyle.base + #"""
      main{display:grid;grid-template-columns:minmax(0,1fr) 330px;gap:24px;align-items:start}
      .bar{display:flex;flex-wrap:wrap;gap:6px 10px;align-items:center;margin-bottom:8px;min-height:30px}
      .bar fieldset{border:0;margin:0;padding:0;display:flex}
      .bar input{position:absolute;opacity:0;pointer-events:none}
      .bar label span,.bar button{display:block;padding:4px 10px;border:1px solid #c3c9d0;background:#fff;cursor:pointer;line-height:20px}
      .views label span{margin-left:-1px}
      .views label:first-child span{border-radius:4px 0 0 4px;margin-left:0}
      .views label:last-child span{border-radius:0 4px 4px 0}
      .views label:only-child span,.switch span,.bar>button{border-radius:4px}
      .bar input:checked+span{background:#2b3440;border-color:#2b3440;color:#fff}
      .bar input:focus-visible+span{outline:2px solid var(--focus);outline-offset:1px}
      .bar label:hover span,.bar button:hover{background:#eef1f4}
      .bar input:checked+span:hover,.bar label:hover input:checked+span{background:#3a4552}
      .steps{display:flex}
      .steps button:first-child{border-radius:4px 0 0 4px}
      .steps button:last-child{border-radius:0 4px 4px 0;margin-left:-1px}
      kbd{font:11px ui-monospace,"DejaVu Sans Mono",monospace;opacity:.6}
      .frame{position:relative;background:#dfe2e6}
      #map{display:block;width:100%;min-height:240px;max-height:max(340px,calc(100vh - 275px));overflow:hidden;touch-action:none;user-select:none;cursor:grab}
      #map.moving{cursor:grabbing}
      #map.close{image-rendering:pixelated}
      .layer{visibility:hidden}
      .field .l-scan{visibility:visible}
      .field:has(#v-golden:checked) .l-golden,.field:has(#v-difference:checked) .l-difference{visibility:visible}
      .field:has(#boxes:not(:checked)) .boxes{display:none}
      .box{cursor:pointer;pointer-events:all}
      .box rect{fill:none;vector-effect:non-scaling-stroke}
      .box .rim{stroke:#000;stroke-opacity:.55;stroke-width:3px}
      .box .line{stroke-width:1.4px}
      .box.bright .line{stroke:#ff9a2e}
      .box.dark .line{stroke:#52b7ff}
      .box text{font:600 12px system-ui,"Segoe UI",Arial,"Liberation Sans",sans-serif;font-size:calc(12px*var(--u));paint-order:stroke;stroke:#000;stroke-opacity:.75;stroke-width:calc(3px*var(--u));stroke-linejoin:round;fill:#fff}
      .box.bright text{fill:#ffb566}
      .box.dark text{fill:#8ccfff}
      .crowded .box:not(.on) text{display:none}
      .crowded .box .rim{stroke-opacity:0}
      .box.on .line{stroke-width:2px}
      .box.on .rim{stroke:#fff;stroke-opacity:.95;stroke-width:4px}
      .scale{pointer-events:none}
      .scale rect{fill:#fff;stroke:#000;stroke-width:1px;vector-effect:non-scaling-stroke}
      .scale text{font:600 13px system-ui,"Segoe UI",Arial,"Liberation Sans",sans-serif;font-size:calc(13px*var(--u));paint-order:stroke;stroke:#000;stroke-opacity:.75;stroke-width:calc(3px*var(--u));stroke-linejoin:round;fill:#fff}
      .field:has(#v-difference:checked) :is(.box .rim,.box text,.scale text){stroke:#fff;stroke-opacity:.9}
      .field:has(#v-difference:checked) .bright .line{stroke:var(--bright)}
      .field:has(#v-difference:checked) .dark .line{stroke:var(--dark)}
      .field:has(#v-difference:checked) .bright text{fill:var(--bright)}
      .field:has(#v-difference:checked) .dark text{fill:var(--dark)}
      .field:has(#v-difference:checked) :is(.scale text,.scale rect){fill:var(--ink)}
      .under{display:flex;flex-wrap:wrap;justify-content:space-between;gap:4px 24px;margin-top:6px;color:var(--soft);font-size:12px;min-height:20px}
      .where{color:var(--ink)}
      .legend{display:none;width:100%;color:var(--ink)}
      .field:has(#v-difference:checked) .legend{display:block}
      .ramp{position:relative;height:14px;width:340px;max-width:100%;border:1px solid #aab1b9}
      .ramp i{position:absolute;top:-4px;bottom:-4px;width:0;border-left:1.5px solid #1b1f24}
      .marks{position:relative;height:17px;width:340px;max-width:100%}
      .marks span{position:absolute;white-space:nowrap;transform:translateX(-50%)}
      .marks .low{transform:none} .marks .high{transform:translateX(-100%)}
      .chip{display:inline-block;width:12px;height:12px;vertical-align:-2px;border:1px solid #888;margin-left:8px}
      .t-dark{color:var(--dark)} .t-bright{color:var(--bright)}
      .paper{display:none}
      aside section{margin-bottom:18px}
      aside table{width:100%}
      aside tr{border-top:1px solid var(--faint)}
      aside th{color:var(--soft);vertical-align:top;padding:4px 10px 4px 0;white-space:nowrap}
      aside td{padding:4px 0;overflow-wrap:anywhere}
      .caution{border-left:4px solid var(--bright);background:#fdf3ea;padding:5px 10px;margin-bottom:8px;font-weight:600}
      .none{color:var(--soft)}
      .made{margin-bottom:4px}
      .path{display:block}
      summary{cursor:pointer}
      details summary{color:var(--soft)}
      .hash[open] code{overflow-wrap:anywhere}
      .hash[open] summary code{display:none}
      .hash[open] summary::after{content:"SHA-256";font-size:12px}
      .matrix{margin:4px 0}
      .matrix td{font:11px ui-monospace,"DejaVu Sans Mono","Liberation Mono",monospace;text-align:right;padding:3px 4px}
      .findings{margin-top:18px}
      .head,.row{display:grid;grid-template-columns:var(--columns);gap:0 12px}
      .table{--columns:34px var(--shots,400px) 64px 60px 74px 76px 92px 92px minmax(0,1fr)}
      .table.classed{--columns:34px var(--shots,400px) 64px 60px 74px 76px 92px 92px 118px minmax(0,1fr)}
      .table.told{--shots:536px}
      .table.placeless{--columns:34px var(--shots,400px) 64px 60px 74px 76px 92px minmax(0,1fr)}
      .table.placeless.classed{--columns:34px var(--shots,400px) 64px 60px 74px 76px 92px 118px minmax(0,1fr)}
      .table:not(.classed) .c-class,.table.placeless .c-layout,.table.bare .c-layers{display:none}
      .head{position:sticky;top:0;z-index:2;background:#fff;border-bottom:1.5px solid #8b949e;padding:5px 0;align-items:end;color:var(--soft);font-size:12px;line-height:1.25}
      .head .c-crops{display:grid;grid-template-columns:repeat(auto-fill,128px);gap:8px}
      .head i{font-style:normal}
      .n{text-align:right;white-space:nowrap}
      .head .n{white-space:normal}
      .row{content-visibility:auto;contain-intrinsic-size:auto 143px;border-bottom:1px solid var(--faint);padding:7px 0;min-height:40px;cursor:pointer;scroll-margin:60px}
      .row:hover{background:#f3f6f9}
      .row.on{background:#e8f0fa;box-shadow:inset 4px 0 0 var(--focus)}
      .row.on>:first-child{padding-left:8px}
      .row>span{min-width:0;overflow-wrap:anywhere}
      .polarity::before{content:"";display:inline-block;width:10px;height:10px;margin-right:6px;border-radius:50%;background:var(--bright)}
      .row.dark .polarity::before{border-radius:0;background:var(--dark)}
      .crops{display:grid;grid-template-columns:repeat(auto-fill,128px);gap:8px}
      .crop{position:relative;display:block;background:#dfe2e6;overflow:hidden}
      .crop img{display:block;width:100%;height:100%;image-rendering:pixelated}
      .crop::after{content:"";--c:#ff9a2e;position:absolute;inset:max(0px,var(--t) - 5px) max(0px,var(--r) - 5px) max(0px,var(--b) - 5px) max(0px,var(--l) - 5px);
      background:linear-gradient(var(--c),var(--c)) 0 0/6px 1.5px,linear-gradient(var(--c),var(--c)) 0 0/1.5px 6px,linear-gradient(var(--c),var(--c)) 100% 0/6px 1.5px,linear-gradient(var(--c),var(--c)) 100% 0/1.5px 6px,linear-gradient(var(--c),var(--c)) 0 100%/6px 1.5px,linear-gradient(var(--c),var(--c)) 0 100%/1.5px 6px,linear-gradient(var(--c),var(--c)) 100% 100%/6px 1.5px,linear-gradient(var(--c),var(--c)) 100% 100%/1.5px 6px;background-repeat:no-repeat}
      .row.dark .crop::after{content:"";--c:#38a9fb}
      .crop:nth-child(3)::after{--c:#1b1f24!important}
      .crop:nth-child(4)::after{--c:#1b1f24!important}
      .c-class a{display:inline-block;margin-top:4px}
      .row.nuisance>span:not(.c-class){opacity:.55}
      .box.nuisance .line,.box.again .line{stroke-dasharray:4 3;stroke-opacity:.8}
      .lead{color:var(--soft);margin-bottom:6px}
      .variation{margin-top:18px}
      .variation table{border-collapse:collapse}
      .variation th,.variation td{padding:5px 22px 5px 0;border-bottom:1px solid var(--faint);text-align:left;vertical-align:top}
      .variation thead th{color:var(--soft);font-size:12px;font-weight:400}
      .variation .n{text-align:right;white-space:nowrap}
      body:has(#boxes:not(:checked)) .crop::after{display:none}
      .c-layers span{display:inline-block;border:1px solid var(--faint);background:var(--back);border-radius:3px;padding:0 5px;margin:0 4px 4px 0;font-size:12px}
      .c-layers i{display:inline-block;width:.7em;height:.7em;margin-right:4px;border:1px solid var(--soft);border-radius:2px;print-color-adjust:exact;-webkit-print-color-adjust:exact}
      @media screen and (max-width:1440px){
      .table.told{--shots:424px}
      .table.told .crops{zoom:.78}
      .table.told .head .c-crops{grid-template-columns:repeat(auto-fill,100px);gap:6px}
      }
      @media (max-width:1100px){main{grid-template-columns:1fr}}
      @media print{
      main{display:block}
      .bar{display:none}
      .frame,.paper svg{background:none}
      .frame{break-inside:avoid}
      #map{min-height:0;max-height:none;width:min(100%,calc(88mm*var(--ratio)));margin:auto}
      .legend{display:block!important;break-inside:avoid;margin-top:2px}
      .under{font-size:10px}
      .ramp,.marks{width:90mm}
      .paper{display:grid;grid-template-columns:1fr 1fr;gap:6mm;margin-top:4px;break-inside:avoid}
      .paper svg{display:block;width:100%;max-height:56mm}
      .paper figcaption{color:var(--soft);font-size:10px;text-align:center}
      aside{margin-top:8px;display:grid;grid-template-columns:1fr 1fr;gap:8mm}
      aside section{break-inside:avoid;margin:0}
      aside td,aside th{padding:1px 8px 1px 0}
      aside td small{display:inline;margin-left:6px}
      .hash summary{display:none}
      .hash code{font-size:8px}
      .matrix td{font-size:9px;padding:1px 4px}
      h2{font-size:12px;margin-bottom:3px}
      .findings{margin-top:0;break-before:page}
      .table{display:table;width:100%;font-size:9px}
      .table small,.c-layers span{font-size:8.5px}
      .head{display:table-header-group;break-inside:avoid;position:static;font-size:8.5px}
      .row{display:table-row;break-inside:avoid;content-visibility:visible;background:none!important;box-shadow:none!important}
      .row.on>:first-child{padding-left:0}
      .head>span,.row>span{display:table-cell;vertical-align:top;padding:4px 6px 4px 0;border-bottom:1px solid var(--faint)}
      .head>span{vertical-align:bottom}
      .head>span,.row>span{overflow-wrap:normal}
      .row .polarity{white-space:nowrap}
      .head>span.c-crops,.row>span.c-crops{display:table-cell;min-width:72mm;width:72mm}
      .head .c-crops i{display:inline-block;width:23.4mm}
      .crops{display:grid;grid-template-columns:repeat(auto-fill,22mm);gap:1.4mm}
      .crop{width:auto!important;max-width:22mm}
      .head .c-crops:has(i:nth-child(4)) i{width:17mm}
      .crops:has(.crop:nth-child(4)){grid-template-columns:repeat(4,17mm);gap:1.1mm}
      .table:not(.classed) .c-class,.table.placeless .c-layout,.table.bare .c-layers{display:none!important}
      .c-layers span{margin:0 2px 2px 0;padding:0 3px}
      .polarity::before{width:7px;height:7px;margin-right:3px}
      footer{margin-top:8px;padding-top:4px;font-size:9px}
      }

      """#
}
