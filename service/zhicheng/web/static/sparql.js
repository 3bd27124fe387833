// The editor: SPARQL with its parts told apart behind the text that is typed, and Ctrl+Enter to run it. The classes are those of Pygments.
const KEYWORDS = 'add all as asc ask base bind by clear construct copy count create default delete desc describe distinct drop exists filter from graph group having in insert into limit load minus move named not offset optional order prefix reduced select separator service silent to undef union using values where with a true false';
const PARTS = [
  ['c', /#[^\n]*/],
  ['s', /"""[^]*?"""|'''[^]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/],
  ['nl', /<[^<>"{}|^`\\\s]*>/],
  ['nv', /[?$]\w+/u],
  ['nn', /[\p{L}\w-]*:[\p{L}\w.%-]*/u],
  ['k', /[A-Za-z_]+/],
];
const GRAMMAR = new RegExp(PARTS.map(([, part]) => `(${part.source})`).join('|'), 'gu');
const words = new Set(KEYWORDS.split(' '));
const area = document.getElementById('query');
const behind = document.createElement('pre');
behind.className = 'sparql';
behind.setAttribute('aria-hidden', 'true');

const light = () => {
  const pieces = [], text = area.value;
  let end = 0;
  for (const found of text.matchAll(GRAMMAR)) {
    const name = PARTS[found.findIndex((group, n) => n && group !== undefined) - 1][0];
    if (name === 'k' && !words.has(found[0].toLowerCase())) continue;
    const piece = document.createElement('span');
    piece.className = name;
    piece.textContent = found[0];
    pieces.push(text.slice(end, found.index), piece);
    end = found.index + found[0].length;
  }
  behind.replaceChildren(...pieces, `${text.slice(end)}\n`);
};

area.before(behind);
area.parentElement.classList.add('lit');
area.addEventListener('input', light);
area.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); area.form.requestSubmit(); }
});
document.querySelector('.keys').hidden = false;
light();
