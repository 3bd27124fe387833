// Sends feedback without leaving the page.
for (const form of document.querySelectorAll('form.feedback')) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    body.set(event.submitter.name, event.submitter.value);
    const reply = await fetch(form.action, {method: 'POST', body, headers: {Accept: 'application/json'}});
    form.parentElement.querySelector('[role=status]').textContent = reply.ok ? form.dataset.thanks : (await reply.json()).detail;
    if (reply.ok) form.remove();
  });
}
