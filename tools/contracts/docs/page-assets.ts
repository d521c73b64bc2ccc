/** Style and script of the page; the page is complete without the script, which only filters. */

export const STYLE = `
:root{color-scheme:light dark;--ink:light-dark(#1c2024,#e3e6e9);--paper:light-dark(#fff,#16191c);
--soft:light-dark(#5b646d,#9aa4ad);--line:light-dark(#d9dee3,#343a40);--block:light-dark(#f4f6f8,#1f2428);
--link:light-dark(#0b57a4,#8ab8f0)}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:0 1rem 4rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);
background:var(--paper)}
a{color:var(--link)}
header{position:sticky;top:0;background:var(--paper);border-bottom:1px solid var(--line);padding:.5rem 0;z-index:1}
h1{font-size:1.4rem;margin:.2rem 0}h2{font-size:1.1rem;margin:2rem 0 .2rem}
h2,details{scroll-margin-top:12rem}
p{margin:.3rem 0}
form{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:center}
input,select{font:inherit;padding:.2rem .4rem;color:inherit;background:var(--block);border:1px solid var(--line);
border-radius:4px}
input{width:18rem;max-width:100%}
details{border:1px solid var(--line);border-radius:6px;margin:.4rem 0;padding:0 .7rem}
details[open]{padding-bottom:.7rem}
summary{cursor:pointer;padding:.4rem 0}
summary span,small,output{color:var(--soft)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.wide,pre{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--line)}
code,pre{font:.88em/1.45 ui-monospace,monospace;overflow-wrap:anywhere}
pre{background:var(--block);padding:.6rem;border-radius:4px;overflow-wrap:normal}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;z-index:2;background:var(--paper)}
@media(max-width:40rem){header{position:static}h2,details{scroll-margin-top:1rem}}
@media print{form,.skip{display:none}header{position:static}}
`;

export const SCRIPT = `
const by = (id) => document.getElementById(id);
const [search, service, topic] = ['search', 'service', 'topic'].map(by);
const sections = [...document.querySelectorAll('section')].map((section) => ({
  section,
  messages: [...section.querySelectorAll('details')].map((details) => ({
    details,
    text: (section.dataset.topic + ' ' + details.textContent).toLowerCase(),
  })),
}));
const has = (element) => !service.value || element.dataset.services.split(' ').includes(service.value);
function filter() {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let count = 0;
  for (const { section, messages } of sections) {
    const here = !topic.value || section.dataset.topic === topic.value;
    let shown = 0;
    for (const { details, text } of messages) {
      const fits = here && has(details) && words.every((word) => text.includes(word));
      details.hidden = !fits;
      if (fits) shown += 1;
    }
    const named = messages.length === 0 && words.every((word) => section.dataset.topic.includes(word));
    section.hidden = !(shown > 0 || (here && has(section) && named));
    count += shown;
  }
  by('count').textContent = count + (count === 1 ? ' message' : ' messages');
  by('none').hidden = sections.some(({ section }) => !section.hidden);
}
function reveal() {
  const target = by(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.closest('[hidden]')) { search.value = service.value = topic.value = ''; filter(); }
  if (target.tagName === 'DETAILS') target.open = true;
  target.scrollIntoView();
}
search.addEventListener('input', filter);
service.addEventListener('change', filter);
topic.addEventListener('change', filter);
document.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault();
  const first = [...document.querySelectorAll('details')].find(({ hidden }) => !hidden);
  if (first) { first.open = true; first.querySelector('summary').focus(); }
});
addEventListener('hashchange', reveal);
addEventListener('keydown', (event) => {
  const typing = event.target.closest('input, select');
  if (event.key === '/' && !typing) { event.preventDefault(); search.focus(); }
  if (event.key === 'Escape' && typing === search) { search.value = ''; filter(); }
});
filter();
reveal();
`;
