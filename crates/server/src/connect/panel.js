// The panel inside an issue. It keeps nothing: each call fetches a new token of the person who looks.
(function () {
  'use strict';
  const issue = new URL(location.href).searchParams.get('issue');
  const byId = (id) => document.getElementById(id);
  const note = (text) => { byId('note').textContent = text; byId('note').hidden = !text; };

  // Without Jira's script there is no token; Jira then shows no page either, but says that the app does not answer.
  if (typeof AP === 'undefined') {
    note('A script of Jira did not arrive. Load the page again.');
    byId('panel').setAttribute('aria-busy', 'false');
    return;
  }

  const token = () => new Promise((resolve) => AP.context.getToken(resolve));

  async function call(method, path, body) {
    const headers = { Authorization: 'JWT ' + await token() };
    if (body) headers['Content-Type'] = 'application/json';
    const query = method === 'GET' ? '?issue=' + encodeURIComponent(issue) : '';
    const sent = body ? JSON.stringify(Object.assign({ issue: issue }, body)) : undefined;
    const answer = await fetch('../context/' + path + query, { method: method, headers: headers, body: sent });
    if (answer.ok) return answer.status === 202 ? null : answer.json();
    const problem = await answer.json().catch(() => ({}));
    throw new Error(problem.detail || problem.title || 'Bowline answered ' + answer.status + '.');
  }

  function element(name, text, kind) {
    const made = document.createElement(name);
    made.textContent = text;
    if (kind) made.className = kind;
    return made;
  }

  function button(text, act) {
    const made = element('button', text);
    made.type = 'button';
    made.addEventListener('click', () => run(act));
    return made;
  }

  function counterpart(share) {
    const there = share.counterpart;
    if (!there) return element('span', 'not created yet', 'quiet');
    const link = element('a', there.key + ' in ' + there.tool);
    link.href = there.url;
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
    return link;
  }

  function row(share, may) {
    const item = document.createElement('li');
    item.append(counterpart(share));
    item.append(element('div', share.profile + ' · ' + share.state, 'quiet'));
    item.append(element('div', 'Last synced ' + new Date(share.updated_at).toLocaleString(), 'quiet'));
    if (share.troubled) item.append(element('div', share.reason || 'Something could not be carried over.', 'warn'));
    if (may.sync) item.append(button('Sync now', () => call('POST', 'sync', { share: share.id })));
    if (may.unlink) item.append(button('Unlink', () => call('POST', 'unlink', { share: share.id })));
    return item;
  }

  function show(state) {
    byId('shares').replaceChildren(...state.shares.map((share) => row(share, state.may)));
    const profiles = state.profiles.map((profile) => element('option', profile));
    byId('share').elements.profile.replaceChildren(...profiles);
    byId('share').hidden = !(state.may.share && profiles.length);
    byId('tie').hidden = !(state.may.connect && profiles.length);
    note(state.shares.length ? '' : 'This issue is not linked to an item in another tool.');
  }

  // An item that is being made over there is looked for again, ever more seldom: each look asks Jira what this person may.
  let looks = 0;
  function lookAgain(state) {
    if (looks >= 5 || state.shares.every((share) => share.counterpart)) return;
    looks += 1;
    setTimeout(() => refresh().catch(() => {}), 500 * 2 ** looks);
  }

  async function refresh() {
    const state = await call('GET', 'state');
    show(state);
    lookAgain(state);
    byId('panel').setAttribute('aria-busy', 'false');
    if (AP.resize) AP.resize();
  }

  async function run(act) {
    looks = 0;
    byId('panel').setAttribute('aria-busy', 'true');
    try {
      await act();
      await refresh();
    } catch (error) {
      note(error.message);
      byId('panel').setAttribute('aria-busy', 'false');
    }
  }

  function chosen() { return byId('share').elements.profile.value; }

  byId('share').addEventListener('submit', (event) => {
    event.preventDefault();
    run(() => call('POST', 'share', { profile: chosen() }));
  });
  byId('tie').addEventListener('submit', (event) => {
    event.preventDefault();
    run(() => call('POST', 'connect', { profile: chosen(), item: event.target.elements.item.value.trim() }));
  });
  // Jira then says by an attribute of the page which colours the person has.
  if (AP.theming && AP.theming.initializeTheming) AP.theming.initializeTheming();
  run(() => Promise.resolve());
})();
