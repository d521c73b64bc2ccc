/** The start page in one piece: no framework, nothing from elsewhere, readable in light and dark. */
import { SCRIPT } from './script.js';

const STYLE = `
:root { color-scheme: light dark;
  --ground: light-dark(#fbfbfa, #16181b); --card: light-dark(#fff, #1e2125); --line: light-dark(#dcdfe3, #363b42);
  --text: light-dark(#1b1f24, #e6e8ea); --soft: light-dark(#5b6470, #a3abb5); --accent: light-dark(#0b5fc0, #7ab4ff);
  --good: light-dark(#12702f, #61c97c); --bad: light-dark(#b3261e, #ff8a80); }
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem; background: var(--ground); color: var(--text);
  font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 70rem; margin: 0 auto; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; }
h1 { font-size: 1.35rem; margin: 0; } h2 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
#keys { margin-top: .75rem; } p { margin: 0; color: var(--soft); }
a { color: var(--accent); } a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
#figures { list-style: none; margin: 1rem 0 0; padding: 0; display: grid; gap: .75rem;
  grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); }
#figures li { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .7rem .9rem; }
#figures .name { color: var(--soft); } #figures .value { font-size: 1.5rem; font-variant-numeric: tabular-nums; }
#figures .bad .value { color: var(--bad); }
svg { display: block; width: 100%; height: 2.2rem; } polyline { fill: none; stroke: var(--accent); stroke-width: 1.5;
  vector-effect: non-scaling-stroke; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; background: var(--card); }
th, td { text-align: left; padding: .4rem .7rem; border: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; } .good { color: var(--good); } td.bad { color: var(--bad); }
.skip { position: absolute; left: -99rem; } .skip:focus { position: static; }
`;

export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Saga orchestrator on this machine</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#services">To the services</a>
<main>
<header><h1>Saga orchestrator</h1><p id="status" role="status">Looking around …</p></header>
<noscript><p>The figures need JavaScript; /state.json has them without.</p></noscript>
<h2 id="figures-title">Now</h2>
<ul id="figures" aria-labelledby="figures-title"></ul>
<h2 id="services">Services and sandboxes</h2>
<div class="scroll" role="region" aria-labelledby="services" tabindex="0">
<table>
<thead><tr><th scope="col">Name</th><th scope="col">State</th><th scope="col">What it is</th><th scope="col">Pages</th></tr></thead>
<tbody id="apps"></tbody>
</table>
</div>
<p id="keys" hidden>The APIs of order and orchestrator ask for a key in the header X-API-Key ("Authorize" on their pages). Keys lie in <code></code>.</p>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
