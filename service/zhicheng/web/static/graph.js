// Walks the graph without loading the page anew: what a link in the picture shows takes the place of the network, and the focus stays where it was.
const network = document.getElementById('network');
const status = document.getElementById('network-status');
const centred = () => {
  const figure = network.querySelector('.network'), box = figure.querySelector('.centre .box').getBBox();
  figure.scrollLeft = box.x + box.width / 2 - figure.clientWidth / 2;
};

const show = async (address, key) => {
  const old = network.querySelector('.network'), before = network.querySelector(`[data-swap="${CSS.escape(key)}"] rect`)?.getBBox();
  const place = [old.scrollLeft, old.scrollTop];
  network.setAttribute('aria-busy', 'true');
  try {
    const reply = await fetch(address, {headers: {Accept: 'text/html'}});
    if (!reply.ok) throw new Error(reply.status);
    const page = new DOMParser().parseFromString(await reply.text(), 'text/html');
    network.replaceChildren(...page.getElementById('network').childNodes);
    document.title = page.title;
    for (const link of document.querySelectorAll('header a[hreflang], link[rel=alternate][hreflang], link[rel=canonical]')) {
      const other = page.querySelector(link.matches('header a') ? 'header a[hreflang]' : `link[rel=${link.rel}]${link.hreflang ? `[hreflang="${link.hreflang}"]` : ''}`);
      if (other) link.setAttribute('href', other.getAttribute('href'));
    }
    const figure = network.querySelector('.network'), same = network.querySelector(`[data-swap="${CSS.escape(key)}"]`);
    const after = same?.querySelector('rect').getBBox();
    if (before && after) [figure.scrollLeft, figure.scrollTop] = [place[0] + after.x - before.x, place[1] + after.y - before.y];
    else centred();
    (same ?? figure).focus({preventScroll: Boolean(same)});
    status.textContent = network.dataset.said.replace('{n}', network.querySelectorAll('.network .box').length);
    return true;
  } catch {
    status.textContent = network.dataset.failed;
    return false;
  } finally {
    network.removeAttribute('aria-busy');
  }
};

network.addEventListener('click', async (event) => {
  const link = event.target.closest('a[data-swap]');
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const address = link.getAttribute('href');
  if (await show(address, link.dataset.swap)) history.pushState(null, '', address);
  else location.assign(address);
});
addEventListener('popstate', () => { if (!location.hash || !network.querySelector(CSS.escape(location.hash))) show(location.href, ''); });
centred();
