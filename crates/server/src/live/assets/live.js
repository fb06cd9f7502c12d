// Keeps the live page up to date. Regions arrive as HTML that the server rendered and escaped; what differs is put
// in place, so that focus, selection and scroll position stay where they are.
'use strict';

const pulse = document.getElementById('pulse');

function say(state, words) {
  if (pulse.dataset.state === state) return;
  pulse.dataset.state = state;
  pulse.querySelector('.say').textContent = words;
}

// Makes `have` look like `want` with as few changes as possible. Rows are found again by their key.
function morph(have, want) {
  if (have.isEqualNode(want)) return;
  if (have.nodeName !== want.nodeName) return have.replaceWith(want);
  if (have.nodeType !== Node.ELEMENT_NODE) {
    have.data = want.data;
    return;
  }
  for (const { name } of [...have.attributes]) if (!want.hasAttribute(name)) have.removeAttribute(name);
  for (const { name, value } of want.attributes) if (have.getAttribute(name) !== value) have.setAttribute(name, value);
  morphChildren(have, want);
}

function morphChildren(have, want) {
  const keyed = new Map();
  for (const child of have.children) if (child.dataset.key) keyed.set(child.dataset.key, child);
  const kept = new Set();
  let cursor = have.firstChild;
  for (const next of [...want.childNodes]) {
    const key = next.dataset?.key;
    while (cursor && kept.has(cursor)) cursor = cursor.nextSibling;
    let match = key ? keyed.get(key) : cursor && !cursor.dataset?.key ? cursor : null;
    if (!match) {
      if (key && keyed.size) next.classList.add('fresh');
      kept.add(next);
      have.insertBefore(next, cursor);
      continue;
    }
    if (match === cursor) cursor = cursor.nextSibling;
    else have.insertBefore(match, cursor);
    kept.add(match);
    if (match.nodeName === next.nodeName) morph(match, next);
    else {
      kept.add(next);
      match.replaceWith(next);
    }
  }
  for (const child of [...have.childNodes]) if (!kept.has(child)) child.remove();
}

function show({ region, html }) {
  const place = document.querySelector(`[data-region="${region}"]`);
  if (!place) return;
  const template = document.createElement('template');
  template.innerHTML = html;
  label(template.content);
  morphChildren(place, template.content);
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' });
const steps = [[60, 'second'], [60, 'minute'], [24, 'hour'], [7, 'day'], [4.35, 'week'], [12, 'month'], [Infinity, 'year']];

function ago(date) {
  let amount = Math.min(0, Math.round((date - Date.now()) / 1000));
  if (amount > -5) return 'just now';
  for (const [size, unit] of steps) {
    if (Math.abs(amount) < size) return relative.format(Math.round(amount), unit);
    amount /= size;
  }
}

// Times are absolute in the HTML; here they become "4 min ago", with the local time behind.
function label(root) {
  for (const time of root.querySelectorAll('time')) {
    const date = new Date(time.dateTime);
    time.textContent = ago(date);
    time.title = date.toLocaleString();
  }
}

function listen() {
  const source = new EventSource(document.body.dataset.stream);
  source.addEventListener('open', () => say('live', 'live'));
  source.addEventListener('region', (event) => show(JSON.parse(event.data)));
  source.addEventListener('error', () => {
    say('lost', 'connecting again');
    // The browser tries again by itself, except after an answer that is no stream.
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
  });
}

label(document);
setInterval(() => label(document), 5000);
listen();
