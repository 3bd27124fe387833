// <script src="…/static/embed.js" data-region="tianjin" data-lang="en" data-accent="1d4f73"></script>: the questions and answers in a frame as high as they need.
const script = document.currentScript;
const home = new URL('../faq/embed', script.src);
for (const [name, value] of Object.entries(script.dataset)) home.searchParams.set(name, value);
const frame = document.createElement('iframe');
Object.assign(frame, {src: home.href, title: script.dataset.lang === 'en' ? 'Questions and answers' : '政策问答', loading: 'lazy'});
Object.assign(frame.style, {width: '100%', border: '0', height: '40rem'});
addEventListener('message', (event) => {
  const height = event.data?.zhichengHeight;
  if (event.source === frame.contentWindow && event.origin === home.origin && height > 0) frame.style.height = `${height}px`;
});
script.after(frame);
