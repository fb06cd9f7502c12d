'use strict';
const pulse = document.getElementById('pulse');
let version = document.body.dataset.version;

function say(state, words) {
  if (pulse.dataset.state === state) return;
  pulse.dataset.state = state;
  pulse.querySelector('.say').textContent = words;
}

// Puts what the server rendered in place, row by row, so that selection and focus stay where they are.
function renew(have, want) {
  if (have.innerHTML === want.innerHTML) return;
  const lists = [have.querySelector(':scope > ol'), want.querySelector(':scope > ol')];
  const [old, fresh] = have.matches('ol, ul') ? [have, want] : lists;
  if (!old || !fresh || !fresh.querySelector(':scope > [data-key]')) {
    have.replaceChildren(...want.childNodes);
    return;
  }
  const known = new Map([...old.children].map((row) => [row.dataset.key, row]));
  const rows = [...fresh.children].map((row) => {
    const former = known.get(row.dataset.key);
    if (former && former.outerHTML === row.outerHTML) return former;
    if (!former && known.size) row.classList.add('fresh');
    return row;
  });
  old.replaceChildren(...rows);
  if (old !== have) for (const part of have.children) {
    const other = part !== old && want.children[[...have.children].indexOf(part)];
    if (other && part.outerHTML !== other.outerHTML) part.replaceWith(other.cloneNode(true));
  }
}

async function refresh() {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const have of document.querySelectorAll('[data-region]')) {
    const want = page.querySelector(`[data-region="${have.dataset.region}"]`);
    if (want && !have.contains(document.activeElement?.closest('input, select, textarea'))) renew(have, want);
  }
  version = page.body.dataset.version;
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function watch() {
  let since = '';
  for (;;) {
    if (document.hidden) {
      await new Promise((seen) => document.addEventListener('visibilitychange', seen, { once: true }));
    }
    try {
      const answer = await fetch(`${document.body.dataset.wait}${since}`);
      if (!answer.ok) throw new Error(answer.status);
      const now = await answer.text();
      say('live', 'live');
      if (now !== version) await refresh();
      since = `?since=${version}`;
      await pause(300);
    } catch {
      say('lost', 'no answer, asking again');
      since = '';
      await pause(2000);
    }
  }
}

// Clocks go on between refreshes.
function tick() {
  for (const time of document.querySelectorAll('time[data-now]')) {
    time.since ??= performance.now();
    const at = Number(time.dataset.now) + (performance.now() - time.since) * Number(time.dataset.speed);
    time.textContent = new Date(at).toISOString().slice(0, 19).replace('T', ' ');
  }
}

setInterval(tick, 1000);
watch();
