#pragma once
/// The style sheet of report.html: system fonts, both colour schemes, contrast of at least 4.5 to 1 (WCAG 2.1, 1.4.3), and a print form.

#include <string_view>

namespace moisson::report {

inline constexpr std::string_view page_style = R"css(:root{color-scheme:light dark;
--ink:#1c2420;--soft:#56625c;--paper:#fff;--wash:#f4f6f4;--line:#dce2de;--bar:#3c7a57;--credit:#a8501f;
--good:#1d6b42;--good-wash:#dff2e6;--warn:#7a4d00;--warn-wash:#fdefcf;--bad:#a11d1d;--bad-wash:#fbe1e0;--info:#2b5787;--info-wash:#e1ecf8}
@media (prefers-color-scheme:dark){:root{
--ink:#e8eeea;--soft:#a5b1aa;--paper:#161b18;--wash:#1f2622;--line:#343e38;--bar:#6fbf93;--credit:#e39a68;
--good:#8fdcb0;--good-wash:#173524;--warn:#f3c668;--warn-wash:#3a2c0c;--bad:#ff9c96;--bad-wash:#451b1a;--info:#9cc6f2;--info-wash:#182c42}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
main{max-width:72rem;margin:0 auto;padding:2rem 1.25rem 3rem}
header{border-bottom:1px solid var(--line);padding-bottom:1.25rem}
.brand{margin:0;color:var(--bar);font-weight:700}
.brand span{color:var(--soft);font-weight:400}
a{color:inherit}
h1{margin:.15rem 0 .5rem;font-size:2.25rem;line-height:1.15;letter-spacing:-.01em}
h2{margin:2.5rem 0 .75rem;font-size:1.25rem}
h3{margin:0 0 .35rem;font-size:1rem;font-weight:600}
.verdict{margin:0}
.note,footer{color:var(--soft);font-size:.875rem}
.badge{display:inline-block;padding:.05rem .6rem;border-radius:1rem;font-size:.8125rem;font-weight:600;white-space:nowrap}
.good{color:var(--good);background:var(--good-wash)}
.warn{color:var(--warn);background:var(--warn-wash)}
.bad{color:var(--bad);background:var(--bad-wash)}
.info{color:var(--info);background:var(--info-wash)}
.to-do li{margin:0 0 .75rem}
.to-do p{margin:0}
.to-do em{color:var(--soft);font-style:normal}
.to-do code{overflow-wrap:anywhere}
.count{color:var(--soft);font-weight:400}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(14rem,1fr));gap:.75rem;margin:0}
.tile{background:var(--wash);border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem}
.tile dt{color:var(--soft);font-size:.875rem}
.tile dd{margin:0;font-size:1.3rem;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.tile small{display:block;color:var(--soft);font-size:.8125rem;font-weight:400}
article{border:1px solid var(--line);border-radius:.5rem;padding:.85rem 1rem;margin:0 0 .75rem}
article p{margin:0 0 .5rem}
article table{margin:0}
article tbody tr:last-child>*{border-bottom:0}
article th:first-child,article td:first-child{width:9rem}
article th:nth-child(2),article td:nth-child(2){width:34%}
table{width:100%;border-collapse:collapse;margin:0 0 1rem;font-size:.875rem}
caption{text-align:left;color:var(--soft);padding:0 0 .35rem}
th,td{padding:.35rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
thead th{color:var(--soft);font-weight:600;border-bottom-width:2px;overflow-wrap:normal}
tbody th{font-weight:600}
td small,th small{display:block;color:var(--soft);font-size:.8125rem;font-weight:400}
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums;overflow-wrap:normal}
.chart{width:32%;vertical-align:middle}
.bars th:first-child{width:34%}
svg{display:block;width:100%;height:.8rem}
.track{fill:var(--wash)}
.bar{fill:var(--bar)}
.credit{fill:var(--credit)}
code{font-family:ui-monospace,"Cascadia Mono","DejaVu Sans Mono",monospace;font-size:.92em}
.digest{overflow-wrap:anywhere}
.facts{margin:0}
.facts div{display:flex;gap:1rem;padding:.2rem 0;border-bottom:1px solid var(--line)}
.facts dt{flex:0 0 9rem;color:var(--soft)}
.facts dd{margin:0;overflow-wrap:anywhere}
footer{margin-top:2rem}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media screen and (max-width:48rem){section{overflow-x:auto}.chart{display:none}}
@media print{:root{
color-scheme:light;--ink:#000;--soft:#444;--paper:#fff;--wash:#f4f4f4;--line:#bbb;--bar:#3c7a57;--credit:#a8501f;
--good:#1d6b42;--good-wash:#fff;
--warn:#7a4d00;--warn-wash:#fff;--bad:#a11d1d;--bad-wash:#fff;--info:#2b5787;--info-wash:#fff}
body{font-size:9pt}main{max-width:none;padding:0}
.badge{border:1px solid currentColor}thead{display:table-header-group}tr,.tile{break-inside:avoid}h2,h3{break-after:avoid}
.bar,.credit,.track{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)css";

}  // namespace moisson::report
