#pragma once
/// The style sheet of report.html: system fonts, both colour schemes, contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3), a form for
/// telephones and one for paper. The page's policy names its digest, which bundle/page_scripts.hpp has, too.

#include <string_view>

namespace moisson::report {

inline constexpr std::string_view page_style = R"css(:root{color-scheme:light dark;
--ink:#1c2420;--soft:#56625c;--paper:#fff;--wash:#f4f6f4;--line:#dce2de;--bar:#2f7650;--past:#a9c7b6;--credit:#b25a24;--mark:#fff6d6;
--good:#1d6b42;--good-wash:#dff2e6;--warn:#7a4d00;--warn-wash:#fdefcf;--bad:#a11d1d;--bad-wash:#fbe1e0;--info:#2b5787;--info-wash:#e1ecf8}
@media (prefers-color-scheme:dark){:root{
--ink:#e8eeea;--soft:#a5b1aa;--paper:#161b18;--wash:#1f2622;--line:#343e38;--bar:#7fd0a4;--past:#3f6d55;--credit:#e39a68;--mark:#39361f;
--good:#8fdcb0;--good-wash:#173524;--warn:#f3c668;--warn-wash:#3a2c0c;--bad:#ff9c96;--bad-wash:#451b1a;--info:#9cc6f2;--info-wash:#182c42}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
main{max-width:76rem;margin:0 auto;padding:2rem 1.5rem 3rem}
.brand{margin:0;color:var(--good);font-weight:700}
.brand span{color:var(--soft);font-weight:400}
h1{margin:.1rem 0 .6rem;font-size:2.25rem;line-height:1.15;letter-spacing:-.015em}
h2{margin:2.75rem 0 .75rem;font-size:1.25rem;line-height:1.3}
h3{margin:0 0 .35rem;font-size:1rem;font-weight:600}
.verdict{margin:0;font-size:1.0625rem;max-width:60rem}
.verdict .badge{font-size:.9375rem;padding:.1rem .8rem}
.note,footer{color:var(--soft);font-size:.875rem;max-width:60rem;overflow-wrap:anywhere}
nav{display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;margin:1.25rem 0 0;padding:.5rem 0;border:solid var(--line);border-width:1px 0;
font-size:.875rem}
nav a{padding:.2rem 0}
a{color:inherit;text-decoration-color:var(--soft);text-underline-offset:.15em}
a:hover{text-decoration-thickness:2px}
nav a:not(:hover){text-decoration:none}
:focus-visible{outline:2px solid var(--info);outline-offset:2px;border-radius:2px}
:target{scroll-margin-top:3rem}
tr:target>*{background:var(--mark)}
.badge{display:inline-block;padding:.05rem .6rem;border-radius:1rem;font-size:.8125rem;font-weight:600;white-space:nowrap}
.good{color:var(--good);background:var(--good-wash)}
.warn{color:var(--warn);background:var(--warn-wash)}
.bad{color:var(--bad);background:var(--bad-wash)}
.info{color:var(--info);background:var(--info-wash)}
.to-do{margin:0;padding:0 0 0 1.75rem}
.to-do li{margin:0 0 1rem;padding-left:.25rem}
.to-do li::marker{color:var(--soft);font-weight:600}
.to-do p{margin:0;max-width:62rem;overflow-wrap:anywhere}
.to-do em{color:var(--soft);font-style:normal;font-size:.875rem;white-space:nowrap}
.to-do p+p{font-size:.9375rem}
.to-do p+p+p{color:var(--soft)}
.to-do small{display:block;font-size:.8125rem}
.to-do b{white-space:nowrap}
.to-do code{display:inline-block;margin-top:.2rem;padding:.05rem .4rem;border-radius:.25rem;background:var(--wash);overflow-wrap:anywhere}
.count{color:var(--soft);font-weight:400}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(15rem,100%),1fr));gap:.75rem;margin:0 0 1rem}
.tiles:has(+.tiles){margin-bottom:.75rem}
.tile:not(:has(.months)){align-self:start}
.tile{background:var(--wash);border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem}
.tile dt{color:var(--soft);font-size:.875rem}
.tile dd{margin:0;font-size:1.375rem;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.tile small{display:block;color:var(--soft);font-size:.8125rem;font-weight:400}
.tile .months{display:flex;flex-wrap:wrap;justify-content:space-between;margin-top:.6rem;color:var(--soft);font-size:.75rem;font-weight:400}
.history{display:block;width:100%;height:4.5rem;margin-bottom:.15rem}
.history path{stroke:var(--past);stroke-width:7.5;fill:none}
.history .now{stroke:var(--bar)}
.history .credit{stroke:var(--credit)}
.history .zero{stroke:var(--line);stroke-width:1;vector-effect:non-scaling-stroke}
.history path:hover{opacity:.7}
.spark{display:block;width:6.5rem;height:1.3rem}
.spark+.spark{margin-top:.2rem}
.spark path{stroke:var(--bar);stroke-width:7.5;fill:none}
details{margin:0 0 1rem}
summary{cursor:pointer;width:fit-content;padding:.15rem 0;color:var(--info);font-weight:600;font-size:.9375rem}
summary h2{display:inline-block;margin:1rem 0 .25rem;color:var(--ink)}
details[open]>summary{margin-bottom:.5rem}
article{border:1px solid var(--line);border-radius:.5rem;padding:.85rem 1rem;margin:0 0 .75rem}
article p{margin:0 0 .5rem;max-width:62rem}
article details,article table{margin:0}
article tbody tr:last-child>*{border-bottom:0}
.findings thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.findings tbody tr:first-child>*{border-top:1px solid var(--line)}
.findings td:nth-child(-n+2){width:1%;white-space:nowrap}
table{width:100%;border-collapse:collapse;margin:0 0 1rem;font-size:.875rem}
caption{text-align:left;color:var(--soft);padding:0 0 .35rem}
th,td{padding:.4rem .75rem .4rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--soft);font-weight:600;border-bottom-width:2px;overflow-wrap:normal;vertical-align:bottom}
thead button{position:relative;font:inherit;color:inherit;background:none;border:0;padding:0;min-height:24px;cursor:pointer;
text-align:inherit}
thead button::after{content:"\2195";position:absolute;left:100%;bottom:0;padding-left:.1em;opacity:.6}
[aria-sort] button{color:var(--ink)}
[aria-sort=ascending] button::after{content:"\2191";opacity:1}
[aria-sort=descending] button::after{content:"\2193";opacity:1}
thead .number{white-space:normal}
tbody th{font-weight:600}
tbody tr:hover>*{background:var(--wash)}
tbody tr:target:hover>*{background:var(--mark)}
td small,th small{display:block;color:var(--soft);font-size:.8125rem;font-weight:400}
.sums td>a,.changed td>a,th>bdi{overflow-wrap:normal}
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums;overflow-wrap:normal}
.documents td:first-child,.documents td:nth-child(3)>*:first-child{white-space:nowrap}
.documents td:last-child{overflow-wrap:anywhere}
.documents .number{padding-right:2.5rem}
.contracts th:first-child{min-width:7rem}
.contracts td:nth-child(2){min-width:13rem}
.contracts .picture,.contracts td:last-child{padding-left:.75rem}
.filter{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem .75rem;margin:0 0 .75rem;font-size:.9375rem}
.filter[hidden]{display:none}
.filter input{flex:0 1 22rem;min-width:0;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--soft);
border-radius:.35rem;padding:.35rem .6rem}
.filter span,.filter output{color:var(--soft);font-variant-numeric:tabular-nums}
.chart{width:32%;vertical-align:middle}
.bars th:first-child{width:34%}
.chart svg{display:block;width:100%;height:.8rem}
.track{fill:var(--wash)}
.bar{fill:var(--bar)}
rect.credit{fill:var(--credit)}
.figures{width:auto;min-width:22rem}
code{font-family:ui-monospace,"Cascadia Mono","DejaVu Sans Mono",monospace;font-size:.92em}
.digest{overflow-wrap:anywhere}
.facts{margin:0}
.facts div{display:flex;gap:1rem;padding:.25rem 0;border-bottom:1px solid var(--line)}
.facts dt{flex:0 0 9rem;color:var(--soft)}
.facts dd{margin:0;overflow-wrap:anywhere;min-width:0}
footer{margin-top:2.5rem}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media screen and (min-width:60.01rem){
.contracts .number{padding-left:.6rem}
}
@media screen and (max-width:60rem){
.tiles+.tiles{grid-template-columns:repeat(3,minmax(0,1fr))}
.contracts th,.contracts td{padding-right:.55rem}
.contracts .spark{width:4rem}
.contracts thead th{font-size:.8125rem}
.contracts thead .number:not([aria-sort]) button::after{content:none}
.contracts td:nth-child(2){min-width:9rem}
}
@media screen and (max-width:40rem){
.tiles+.tiles{grid-template-columns:minmax(0,1fr)}
main{padding:1.25rem 1rem 2rem}
h1{font-size:1.75rem}
nav{gap:.1rem 1rem}
nav a{padding:.35rem 0}
.to-do{padding-left:1.4rem}
.to-do small{display:none}
table,tbody,tr,caption{display:block}
thead{display:block;position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.sorts thead{position:static;width:auto;height:auto;overflow:visible;clip-path:none;margin:0 0 .5rem}
.sorts thead tr{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
.sorts thead th{display:block;border:0;padding:0}
.findings td:nth-child(-n+2){white-space:normal}
tbody tr{display:grid;grid-template-columns:minmax(0,1fr);gap:.1rem .75rem;border:1px solid var(--line);border-radius:.5rem;
padding:.6rem .75rem;margin:0 0 .5rem}
article tbody tr{border-width:1px 0 0;border-radius:0;padding:.5rem 0;margin:0}
tr[hidden]{display:none}
tbody th,tbody td{display:block;border:0;padding:0;width:auto!important;min-width:0}
tbody td:empty{display:none}
tbody td::before{color:var(--soft)}
.number{white-space:normal}
.documents .number{padding:0}
.contracts td:nth-child(2){min-width:0}
.contracts .picture,.contracts td:last-child{padding-left:0}
td::before{padding-right:.75rem}
.documents tbody tr{grid-template-columns:minmax(0,1fr) auto}
.documents td:nth-child(2){font-weight:600}
.documents td:nth-child(n+3){grid-column:1/-1}
.documents td:nth-child(4){grid-column:auto;order:-1}
.documents td:nth-child(1){order:-3}
.documents td:nth-child(2){order:-2}
.documents td:nth-child(4){grid-column:1/-1;color:var(--soft)}
.contracts tbody tr{grid-template-columns:repeat(2,minmax(0,1fr))}
.contracts th,.contracts td:nth-child(2),.contracts td:nth-child(n+7){grid-column:1/-1}
.contracts td.number,.sums td.number,.changed td.number,.inbox td.number,.files td.number,.bars td.number{display:flex;
justify-content:space-between;text-align:right}
.contracts td:last-child{display:flex;justify-content:space-between;align-items:center;flex-wrap:wrap}
.contracts td:last-child:empty{display:none}
.figures{min-width:0}
.figures tbody tr{grid-template-columns:minmax(0,1fr) auto}
.chart{display:none}
.facts div{display:block}
.filter input{flex:1 1 100%}
}
@page{size:A4;margin:14mm 13mm}
@media print{:root{
color-scheme:light;--ink:#000;--soft:#444;--paper:#fff;--wash:#fff;--line:#bbb;--bar:#2f7650;--past:#a9c7b6;--credit:#b25a24;--mark:#fff;
--good:#1d6b42;--good-wash:#fff;--warn:#7a4d00;--warn-wash:#fff;--bad:#a11d1d;--bad-wash:#fff;--info:#2b5787;--info-wash:#fff}
html{font-size:11.5px}
body{font-size:8pt;line-height:1.35}
main{max-width:none;padding:0}
nav,.filter,details:not([open]),section:has(>details:not([open]):only-child),section:has(>h2+details:not([open])),
section:has(>h2+.note+details:not([open]):last-child),thead button::after{display:none}
.to-do+details:not([open]),.sums+details:not([open]),.changed+details:not([open]){display:block}
thead button{display:contents}
h1{font-size:20pt}h2{margin:5mm 0 2mm;font-size:12pt}
table,.to-do p+p,summary,.to-do em{font-size:7.5pt}
caption,td small,th small,.note,footer,.tile small,.badge{font-size:7pt}
.verdict,.verdict .badge{font-size:9pt}
.verdict,.note,.to-do p,article p{max-width:none}
section:has(>.tiles){display:grid;grid-template-columns:repeat(4,1fr);gap:2mm}
section:has(>.tiles)>:not(.tiles){grid-column:1/-1;margin-bottom:0}
.tiles{display:contents}
.tile{padding:1.2mm 2mm}.tile dd{font-size:10pt}.tile .months{margin-top:.8mm;font-size:6.5pt}
.history{height:8mm}
.to-do li{margin-bottom:1.2mm;break-inside:avoid}
.to-do code{display:none}
th,td{padding:.5mm 2mm .5mm 0}
article{border:0;border-top:1px solid var(--line);border-radius:0;padding:1.2mm 0;margin:0;break-inside:avoid-page}
article h3,article>p{display:inline;font-size:7.5pt}
article>table{margin-top:.5mm}
.documents small{display:inline;padding-left:.6em}
.documents .number{padding-right:6mm}
.findings tbody tr>*,.findings tbody tr:first-child>*{border:0;padding:0 2mm 0 0}
.contracts th:first-child{min-width:30mm}
.contracts td:nth-child(2),.documents td:last-child{width:100%;min-width:0}
.documents td:nth-child(3){min-width:42mm}
small[lang=en]{display:none}
.spark{width:19mm;height:4mm}
a{text-decoration:none}
.badge{border:1px solid currentColor;padding:0 .5em}
thead{display:table-header-group}
tr,.tile,.facts div{break-inside:avoid}
thead{break-after:avoid}
tbody tr:first-child{break-before:avoid}
h2,h3,caption,summary,article>p{break-after:avoid}
td>a,td>bdi:only-child,th>bdi,.documents td small{white-space:nowrap}
.documents td:last-child a,.findings td:last-child bdi,.inbox td>bdi:only-child,.changed td:nth-child(4)>bdi:only-child{white-space:normal}
.history path,.spark path,.bar,.credit,.track{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)css";

}  // namespace moisson::report
