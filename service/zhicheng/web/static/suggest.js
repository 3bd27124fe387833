// Suggestions under every question box: a combobox with a listbox (WAI-ARIA 1.2), filled from the address in data-suggest.
const PAUSE = 120;

for (const input of document.querySelectorAll('input[data-suggest]:not([role])')) {
  const list = document.createElement('ul');
  const said = document.createElement('span');
  const language = document.documentElement.lang.startsWith('en') ? 'en' : 'zh';
  let chosen = -1, timer = 0, asked = '';
  list.id = `${input.id}-suggestions`;
  list.className = 'suggestions';
  list.hidden = true;
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', input.labels[0]?.textContent ?? '');
  said.className = 'unseen';
  said.setAttribute('role', 'status');
  input.after(list, said);
  for (const [name, value] of Object.entries({role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': list.id})) input.setAttribute(name, value);

  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  const choose = (n) => {
    const options = [...list.children];
    chosen = (n + options.length) % options.length;
    options.forEach((option, i) => option.setAttribute('aria-selected', String(i === chosen)));
    input.setAttribute('aria-activedescendant', options[chosen].id);
    options[chosen].scrollIntoView({block: 'nearest'});
  };
  const take = (option) => {
    input.value = option.textContent;
    close();
    input.focus();
    if (option.dataset.kind !== 'name') input.form.requestSubmit();
    else ask();
  };
  const show = (found) => {
    list.replaceChildren(...found.map(({text, kind}, n) => {
      const option = document.createElement('li');
      Object.assign(option, {id: `${list.id}-${n}`, textContent: text});
      option.dataset.kind = kind;
      option.setAttribute('role', 'option');
      option.setAttribute('aria-selected', 'false');
      option.addEventListener('pointerdown', (event) => { event.preventDefault(); take(option); });
      return option;
    }));
    chosen = -1;
    list.hidden = !found.length;
    input.setAttribute('aria-expanded', String(found.length > 0));
    said.textContent = found.length ? input.dataset.said.replace('{n}', found.length) : '';
  };
  const ask = async () => {
    const text = asked = input.value;
    if (!text.trim()) return close();
    try {
      const reply = await fetch(`${input.dataset.suggest}?${new URLSearchParams({q: text.slice(0, 100), lang: language})}`);
      const {suggestions} = reply.ok ? await reply.json() : {suggestions: []};
      if (asked === text && document.activeElement === input) show(suggestions);
    } catch { close(); } // without suggestions the box works as ever
  };

  input.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE); });
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (event) => {
    if (event.isComposing || list.hidden) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      choose(event.key === 'ArrowDown' ? chosen + 1 : chosen < 0 ? -1 : chosen - 1);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      close();
    } else if (event.key === 'Enter' && chosen >= 0) {
      event.preventDefault();
      take(list.children[chosen]);
    }
  });
}
