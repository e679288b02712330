/** The page's style: light and dark by the reader's setting, light on paper. No font, image or script is fetched. */

const LIGHT = `--paper:#fff;--card:#fff;--ink:#16202c;--soft:#5a6675;--line:#dfe4ea;--faint:#f3f5f8;--good:#0b7a43;--good-bg:#e7f6ee;--bad:#b3261e;--bad-bg:#fdecea;--warn:#8a5800;--warn-bg:#fff4dc;
--s1:#1f6fd1;--s2:#d9730d;--s3:#1a8f6a;--s4:#9a45bd;--s5:#c8334f;--s6:#7a6a12;--s7:#66727f`;
const DARK = `--paper:#10151b;--card:#171e26;--ink:#e6ebf1;--soft:#9aa7b5;--line:#2b3541;--faint:#1c242d;--good:#5fd39a;--good-bg:#12301f;--bad:#ff8a80;--bad-bg:#3a1715;--warn:#f3c56b;--warn-bg:#35280d;
--s1:#6aaeff;--s2:#ffa24d;--s3:#4fd1a5;--s4:#d08cf0;--s5:#ff7a90;--s6:#d8c257;--s7:#9aa7b5`;

const MARKS = [1, 2, 3, 4, 5, 6, 7]
  .map((n) => `.l.s${n}{stroke:var(--s${n})}.c.s${n}{fill:var(--s${n})}.k${n}{background:var(--s${n})}`)
  .join('');

export const STYLE = `
:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-print-color-adjust:exact;print-color-adjust:exact}
main{max-width:1180px;margin:0 auto;padding:32px 24px 64px}
h1{font-size:15px;font-weight:600;color:var(--soft);margin:0 0 16px;letter-spacing:.01em}
h2{font-size:19px;line-height:1.3;margin:44px 0 4px;letter-spacing:-.01em}
h3{font-size:14px;margin:0 0 8px;color:var(--soft);font-weight:600;overflow-wrap:anywhere}
p{margin:4px 0 12px;max-width:78ch}.soft,figcaption,.note{color:var(--soft)}
.side{display:grid;gap:20px;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));align-items:start}
.one{grid-template-columns:minmax(0,1fr)}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:0 28px;align-items:start}.columns>section{min-width:0}.columns>.wide{grid-column:1/-1}
.panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,330px),1fr));gap:0 16px}
.verdict{border-radius:10px;padding:18px 22px;border:1px solid;overflow-wrap:anywhere}
.verdict strong{display:block;font-size:22px;line-height:1.25;letter-spacing:-.01em}.verdict p{margin:6px 0 0;color:var(--ink)}
.good{background:var(--good-bg);border-color:var(--good);color:var(--good)}.bad{background:var(--bad-bg);border-color:var(--bad);color:var(--bad)}.warn{background:var(--warn-bg);border-color:var(--warn);color:var(--warn)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(132px,1fr));margin:16px 0 0;border:1px solid var(--line);border-radius:10px;overflow:hidden;background:var(--card)}
.facts div{box-shadow:0 0 0 .5px var(--line);padding:10px 14px}.facts dt{font-size:12px;color:var(--soft)}.facts dd{margin:0;font-size:20px;font-variant-numeric:tabular-nums;letter-spacing:-.01em}.facts small{display:inline-block;line-height:1.2;font-size:12px;color:var(--soft);white-space:nowrap}.facts+p{font-size:13px;margin-top:8px}
figure{margin:12px 0 0;min-width:0;border:1px solid var(--line);border-radius:10px;padding:14px 16px 10px;background:var(--card);break-inside:avoid}
figcaption{font-size:13px;margin-bottom:6px;overflow-wrap:anywhere}
svg{display:block;width:100%;height:auto;font:11px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;font-variant-numeric:tabular-nums}
.grid path{stroke:var(--line);fill:none}.grid .axis,.grid .tick{stroke:var(--soft)}.grid text{fill:var(--soft)}.grid .y,.grid .title{text-anchor:end}.grid .y-title{font-style:italic}.grid .title{font-style:italic}.grid .x{text-anchor:middle}
.l{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}.c{stroke:none}
${MARKS}
.l.s2{stroke-dasharray:7 4}.l.s4{stroke-dasharray:2 4}.l.track{stroke-dasharray:none}
.mark path{fill:var(--s4);fill-opacity:.14}.mark text{fill:var(--s4);text-anchor:middle}
.limit{stroke:var(--bad);stroke-dasharray:5 4;fill:none}.limit-text{fill:var(--bad);text-anchor:end;paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
.track{fill:none;stroke-width:1.6;stroke-opacity:.55;stroke-linejoin:round;stroke-linecap:round}.end{stroke:var(--card);stroke-width:1}
.ruler{stroke:var(--soft);fill:none;stroke-width:2}.ruler-text{fill:var(--soft);font-size:22px}
.map svg{max-height:640px}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 16px;margin:0 0 6px;padding:0;font-size:13px}.legend i{display:inline-block;width:14px;height:3px;border-radius:2px;vertical-align:middle;margin-right:6px}
details{margin-top:6px;font-size:13px}summary{cursor:pointer;color:var(--soft);padding:2px 0}summary:focus-visible{outline:2px solid var(--s1);outline-offset:2px}
.scroll{overflow:auto}figure .scroll{max-height:340px}
table{border-collapse:collapse;width:100%;font-size:13px;font-variant-numeric:tabular-nums}th,td{text-align:right;padding:5px 10px;border-bottom:1px solid var(--line);vertical-align:top}th:first-child,td:first-child{text-align:left;padding-left:0}thead th{color:var(--soft);font-weight:600;white-space:nowrap}tbody th{font-weight:400}.words tbody th{overflow-wrap:anywhere}
.side:not(.one) th,.side:not(.one) td{padding:5px 6px}.side:not(.one) table{font-size:12px}.side:not(.one) :is(th,td):first-child{padding-left:0}.words td,.words th{text-align:left}.words td:last-child{overflow-wrap:anywhere}.words th:first-child{width:34%}.panels+.scroll{margin-top:12px}
footer{margin-top:48px;border-top:1px solid var(--line);padding-top:12px;font-size:13px;color:var(--soft)}
@media (max-width:600px){figure svg{font-size:15px}main{padding:20px 14px 40px}.verdict strong{font-size:19px}}
@page{margin:14mm}
@media print{:root{color-scheme:light;${LIGHT}}body{font-size:11px}main{max-width:none;padding:0}details:not([open]){display:none}h2{break-after:avoid;margin-top:24px}.scroll{overflow:visible;max-height:none!important}.side:not(.one){grid-template-columns:repeat(auto-fit,minmax(300px,1fr))}.wide .side:not(.one){grid-template-columns:minmax(0,1fr)}.columns{grid-template-columns:1fr 1fr;gap:0 18px}.panels{grid-template-columns:repeat(3,1fr)}table,.side:not(.one) table{font-size:9.5px}th,td,.side:not(.one) th,.side:not(.one) td{padding:3px 5px}tr,.verdict,.facts{break-inside:avoid}}
`;
