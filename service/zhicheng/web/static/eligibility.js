// Adds and removes entries without a reload, opens conditions in place, and keeps what is blank out of the address.
const form = document.querySelector('form.profile');

for (const rows of form?.querySelectorAll('.rows') ?? []) {
  const none = form.querySelector(`input[type=checkbox][name="${rows.dataset.member}"]`);
  const entries = () => [...rows.querySelectorAll(':scope > .entry-row')];
  const model = (rows.querySelector('template')?.content.firstElementChild ?? entries().at(-1)).cloneNode(true);
  const places = () => [...form.elements].map((e) => e.name.match(new RegExp(`^${rows.dataset.member}\\.(\\d+)\\.`))?.[1]).filter(Boolean).map(Number);
  const number = () => entries().forEach((row, n) => { row.querySelector('.number-of').textContent = n + 1; });
  const removable = (row) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = rows.dataset.less;
    button.className = 'less';
    button.setAttribute('aria-label', `${rows.dataset.less}: ${row.querySelector('legend').textContent}`);
    button.addEventListener('click', () => {
      const near = entries()[entries().indexOf(row) - 1];
      row.remove();
      number();
      (near?.querySelector('select, input') ?? form.querySelector(`button.add[value="${rows.dataset.member}"]`)).focus();
    });
    row.append(button);
  };
  entries().forEach(removable);
  form.querySelector(`button.add[value="${rows.dataset.member}"]`).addEventListener('click', (event) => {
    event.preventDefault();
    const place = Math.max(-1, ...places()) + 1;
    const row = model.cloneNode(true);
    for (const part of row.querySelectorAll('*')) {
      for (const name of ['id', 'for', 'name']) if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace(/\.(N|\d+)\./, `.${place}.`));
    }
    for (const control of row.querySelectorAll('select, input')) {
      if (control.type === 'radio') control.checked = !control.value;
      else if (control.type === 'checkbox') control.checked = false;
      else control.value = '';
    }
    rows.append(row);
    number();
    removable(row);
    if (none) none.checked = false;
    row.querySelector('select, input').focus();
  });
  rows.addEventListener('change', () => { if (none) none.checked = false; });
}

form?.addEventListener('submit', () => {
  for (const control of form.elements) if (control.name && !control.value.trim()) control.disabled = true;
});
addEventListener('pageshow', () => { for (const control of form?.elements ?? []) control.disabled = false; });

for (const link of document.querySelectorAll('a.open-conditions')) {
  link.addEventListener('click', async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const shown = link.closest('.result').querySelector('.conditions');
    if (shown) { shown.hidden = !shown.hidden; link.setAttribute('aria-expanded', String(!shown.hidden)); return; }
    try {
      const reply = await fetch(link.href, {headers: {Accept: 'text/html'}});
      const found = new DOMParser().parseFromString(await reply.text(), 'text/html').querySelector('.conditions');
      found.removeAttribute('id');
      link.closest('.result').append(found);
      link.setAttribute('aria-expanded', 'true');
    } catch { location.assign(link.href); }
  });
}
document.getElementById('faults')?.focus();
