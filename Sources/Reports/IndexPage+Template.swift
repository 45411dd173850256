extension IndexPage {
  /// The page over all scans.
  static let page = #"""
    <body>
    <header><div class="who"><p class="over">{{devices}}</p><h1>Inspected scans</h1></div></header>
    <dl class="tiles">
    {{#tiles}}<div{{#isRefused}} class="refused"{{/isRefused}}><dt>{{name}}</dt><dd><b>{{value}}</b>{{#unit}} {{unit}}{{/unit}}</dd></div>
    {{/tiles}}
    </dl>
    {{#isEmpty}}<p class="none">No scan has been inspected yet.</p>{{/isEmpty}}
    {{^isEmpty}}
    <table data-sortable>
    <thead><tr>
    <th scope="col" aria-sort="ascending"><button type="button">Scan</button></th>
    <th scope="col"><button type="button">Verdict</button></th>
    <th scope="col" class="n" data-down><button type="button">Findings</button></th>
    <th scope="col" class="n"><button type="button">Confidence</button></th>
    <th scope="col" class="n" data-down><button type="button">Mpx</button></th>
    <th scope="col" class="n" data-down><button type="button">Time</button></th>
    <th scope="col"><button type="button">Taken</button></th>
    <th scope="col"><button type="button">From</button></th>
    </tr></thead>
    <tbody>
    {{#rows}}<tr class="row {{kind}}">
    <td data-v="{{scan}}"><a href="{{link}}">{{scan}}</a>{{#hasDevices}}<small>{{device}}</small>{{/hasDevices}}</td>
    <td data-v="{{order}}" class="outcome"><b>{{verdict}}</b>{{#split}}<small>{{split}}</small>{{/split}}{{#reason}}<span>{{reason}}</span>{{/reason}}</td>
    <td class="n" data-v="{{findings}}">{{#isInspected}}<b>{{findingsText}}</b>{{/isInspected}}{{^isInspected}}–{{/isInspected}}</td>
    <td class="n" data-v="{{confidence}}">{{confidenceText}}{{^confidenceText}}–{{/confidenceText}}</td>
    <td class="n" data-v="{{mpx}}">{{mpxText}}{{^mpxText}}–{{/mpxText}}</td>
    <td class="n" data-v="{{seconds}}">{{time}}</td>
    <td data-v="{{taken}}">{{taken}}</td>
    <td data-v="{{origin}}">{{origin}}</td>
    </tr>
    {{/rows}}
    </tbody>
    </table>
    {{/isEmpty}}
    <script>{{{script}}}</script>
    </body>
    </html>

    """#

  /// What the index needs beside the common style.
  static let style = #"""
    table{width:100%}
    thead th{position:sticky;top:0;background:#fff;color:var(--soft);font-size:12px;border-bottom:1.5px solid #8b949e}
    th,td{padding:6px 16px 6px 0;vertical-align:top;border-bottom:1px solid var(--faint);white-space:nowrap}
    th:first-child,td:first-child{padding-left:10px}
    td:first-child,.outcome{white-space:normal;overflow-wrap:anywhere}
    td:first-child{min-width:160px;font-weight:600}
    td:first-child{width:24%}
    .outcome{width:40%}
    .outcome span::first-letter{text-transform:uppercase}
    .n{text-align:right}
    tbody tr:hover{background:#f3f6f9}
    .row td:first-child{box-shadow:inset 4px 0 0 transparent}
    .row.found td:first-child{box-shadow:inset 4px 0 0 var(--bright)}
    .row.clean .outcome b{font-weight:400}
    .row.refused,.row.refused:hover{background:#fbeeee}
    .row.refused td:first-child{box-shadow:inset 4px 0 0 var(--refused)}
    .row.refused .outcome b,.tiles .refused b{color:var(--refused)}
    .outcome span{display:block}
    .none{color:var(--soft)}
    @media print{thead{display:table-header-group;break-inside:avoid} thead th{position:static} tr{break-inside:avoid} th,td{padding:4px 8px 4px 0;white-space:normal;font-size:10px} td:first-child{min-width:0;width:17%} .outcome{width:30%} thead th{font-size:9px} td:nth-last-child(2){min-width:20mm} td:last-child{min-width:26mm} td:first-child,.outcome{overflow-wrap:break-word} .n{white-space:nowrap}}

    """#
}
