/// The style that all pages share.
enum PageStyle {
  static let base = #"""
    :root{color-scheme:light;--ink:#1b1f24;--soft:#5a636e;--faint:#e3e6ea;--back:#f6f7f8;--bright:#b3500a;--dark:#0b5394;--refused:#8f1d1d;--focus:#1a62b8}
    *{box-sizing:border-box}
    html{print-color-adjust:exact;-webkit-print-color-adjust:exact}
    body{margin:0 auto;max-width:1760px;padding:16px 24px 24px;background:#fff;color:var(--ink);font:14px/1.4 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif;font-variant-numeric:tabular-nums}
    h1,h2,p,dl,dd,figure{margin:0}
    h1{font-size:24px;line-height:1.2;overflow-wrap:anywhere}
    h2{font-size:15px;margin-bottom:6px}
    small{display:block;color:var(--soft);font-size:12px;line-height:1.3}
    code{font-family:ui-monospace,"DejaVu Sans Mono","Liberation Mono",Consolas,monospace;font-size:12px}
    table{border-collapse:collapse}
    th{font-weight:400;text-align:left}
    a{color:var(--focus)}
    button,.switch span,.views span{font:inherit;color:inherit}
    :focus-visible{outline:2px solid var(--focus);outline-offset:1px}
    .over{color:var(--soft);font-size:14px}
    header{display:flex;justify-content:space-between;gap:24px;align-items:flex-start}
    .who{min-width:0}
    .facts{display:flex;flex-wrap:wrap;gap:2px 18px;margin-top:4px}
    .facts div{display:flex;gap:5px}
    .facts dt{color:var(--soft)}
    .verdict{flex:none;max-width:58%;min-width:220px;padding:8px 16px 9px;border-left:6px solid;background:var(--back)}
    .verdict strong{font-size:22px;line-height:1.2}
    .verdict.found{border-color:var(--bright)}
    .verdict.clean{border-color:#4d7f6a}
    .verdict.refused{border-color:var(--refused);background:#fbeeee}
    .verdict.refused strong{color:var(--refused);text-transform:uppercase;letter-spacing:.02em}
    .verdict.refused p{font-size:16px;overflow-wrap:anywhere}
    .verdict.refused p::first-letter{text-transform:uppercase}
    .tiles{display:flex;flex-wrap:wrap;border:solid var(--faint);border-width:1px 0;margin:14px 0 16px}
    .tiles div{flex:1 1 auto;padding:8px 18px 8px 0;margin-right:18px;border-right:1px solid var(--faint)}
    .tiles div:last-child{border-right:0;margin-right:0}
    .inspected{fill:none;stroke:#fff;stroke-opacity:.85;stroke-width:1.5px;stroke-dasharray:7 5;vector-effect:non-scaling-stroke;pointer-events:none}
    .tiles dt,.tiles .note{color:var(--soft);font-size:12px}
    .tiles .note{min-height:1.3em}
    .tiles b{font-size:20px;font-weight:600;line-height:1.25}
    footer{margin-top:20px;padding-top:8px;border-top:1px solid var(--faint);color:var(--soft);font-size:12px}
    [data-sortable] button{all:unset;cursor:pointer}
    [data-sortable] button:focus-visible{outline:2px solid var(--focus)}
    [aria-sort=ascending] button::after{content:" ▲";font-size:9px}
    [aria-sort=descending] button::after{content:" ▼";font-size:9px}
    html:not(.js) .script{display:none}
    @page{size:A4;margin:12mm}
    @media print{
    body{max-width:none;padding:0;font-size:11px}
    h1{font-size:19px} small,code,.facts,.over,.tiles dt,.tiles .note{font-size:10px}
    .script,button::after{display:none!important}
    .tiles{margin:8px 0 10px} .tiles b{font-size:15px} .tiles div{padding:5px 10px 5px 0;margin-right:10px}
    .verdict strong{font-size:17px} .verdict.refused p{font-size:12px}
    }

    """#
}
