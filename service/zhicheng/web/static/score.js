// The running total: what is entered is sent to the score API while it is typed; nothing is kept. Without this the form works all the same.
const PAUSE = 250;
const form = document.getElementById('rubric');
const english = document.documentElement.lang.startsWith('en');
const total = document.getElementById('total');
const spread = document.getElementById('spread');
const stale = document.querySelector('.outcome .stale');
const own = (line) => [...line.querySelectorAll('input, select')];
const member = (input) => input.name.slice(input.name.lastIndexOf('.') + 1);
const NUMBER = /^[+-]?\d{1,15}(\.\d{1,15})?$/;
let timer = 0, asked = 0;

const value = (input) => {
  const text = input.value.normalize('NFKC').trim();
  if (input.tagName === 'SELECT') return text === 'true';
  return NUMBER.test(text) ? Number(text) : input.value;
};

// The entries, each with the line it stands in: a pointer of the API names it by its number.
const entries = () => {
  const found = [];
  for (const line of form.querySelectorAll('[data-line]')) {
    const filled = own(line).filter((input) => (input.type === 'checkbox' ? input.checked : input.value.trim()));
    if (!filled.length) continue;
    const given = filled.filter((input) => input.type !== 'checkbox').map((input) => [member(input), value(input)]);
    found.push({line, entry: {indicator: line.closest('[data-leaf]').dataset.leaf, ...Object.fromEntries(given)}});
  }
  return found;
};

const clear = (input) => {
  document.getElementById(`${input.id}-fault`)?.remove();
  input.removeAttribute('aria-invalid');
  const about = (input.getAttribute('aria-describedby') ?? '').split(' ').filter((id) => id && !id.endsWith('-fault')).join(' ');
  if (about) input.setAttribute('aria-describedby', about);
  else input.removeAttribute('aria-describedby');
};

// Show a fault beside the member that its pointer names. One that is only missing is not told while its line is being filled in.
const tell = ({pointer, detail}, found) => {
  const [, , n, name] = pointer.split('/');
  const input = found[n] && own(found[n].line).find((candidate) => member(candidate) === name);
  if (!input || (!input.value.trim() && found[n].line.contains(document.activeElement))) return;
  const said = document.createElement('span');
  said.className = 'fault';
  said.id = `${input.id}-fault`;
  said.lang = 'en';
  said.textContent = detail;
  input.after(said);
  input.setAttribute('aria-invalid', 'true');
  input.setAttribute('aria-describedby', [input.getAttribute('aria-describedby'), said.id].filter(Boolean).join(' '));
};

const reckon = async () => {
  const turn = ++asked;
  const found = entries();
  const reply = await fetch(form.dataset.score, {method: 'POST', headers: {'Content-Type': 'application/json', Accept: 'application/json'}, body: JSON.stringify({entries: found.map(({entry}) => entry)})}).catch(() => null);
  if (turn !== asked) return;
  const said = await reply?.json().catch(() => null);
  form.querySelectorAll('[name*="."]').forEach(clear);
  if (!reply?.ok) {
    total.textContent = '–';
    spread.hidden = true;
    for (const fault of said?.errors ?? (said?.pointer ? [said] : [])) tell(fault, found);
    return;
  }
  total.textContent = said.total;
  const points = Object.fromEntries(said.indicators.map(({id, score}) => [id, score]));
  form.querySelectorAll('[data-points]').forEach((place) => { place.textContent = points[place.dataset.points] ?? 0; });
  const {minimum, maximum} = said.range;
  spread.hidden = minimum === maximum;
  [minimum, maximum].forEach((end, n) => { spread.querySelectorAll('b')[n].textContent = end; });
};

form.addEventListener('input', (event) => {
  if (stale) stale.hidden = false;
  // Where a rank is given, one item is meant until another number is.
  const line = event.target.closest('[data-line]');
  const count = line && own(line).find((input) => member(input) === 'count');
  if (count && count !== event.target && event.target.value.trim() && !count.value) count.value = '1';
  clearTimeout(timer);
  timer = setTimeout(reckon, PAUSE);
});

form.addEventListener('click', (event) => {
  const button = event.target.closest('button[name="more"]');
  if (!button) return;
  event.preventDefault();
  const lines = button.parentElement.querySelectorAll('[data-line]');
  const added = lines[lines.length - 1].cloneNode(true);
  added.querySelectorAll('.fault').forEach((fault) => fault.remove());
  const renamed = (id) => id.replace(/-\d+-([a-z]+(?:-range)?)$/, `-${lines.length}-$1`);
  for (const part of added.querySelectorAll('[id]')) part.id = renamed(part.id);
  for (const label of added.querySelectorAll('[for]')) label.htmlFor = renamed(label.htmlFor);
  for (const input of own(added)) {
    clear(input);
    input.value = '';
    if (input.hasAttribute('aria-describedby')) input.setAttribute('aria-describedby', renamed(input.getAttribute('aria-describedby')));
  }
  button.before(added);
  own(added)[0].focus();
  button.disabled = lines.length + 1 >= Number(button.dataset.most);
});

// Blank lines stay out of the address.
form.addEventListener('submit', () => {
  const blank = [...form.querySelectorAll('[data-line]')].filter((line) => own(line).every((input) => (input.type === 'checkbox' ? !input.checked : !input.value.trim()))).flatMap(own);
  blank.forEach((input) => { input.disabled = true; });
  setTimeout(() => blank.forEach((input) => { input.disabled = false; }));
});
addEventListener('pageshow', (event) => { if (event.persisted) reckon(); });
