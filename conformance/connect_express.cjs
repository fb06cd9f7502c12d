// Atlassian's own framework for Connect apps, installed, updated, re-keyed and told by the simulated Atlassian: what the
// simulator signs the framework must verify, what is spoiled it must refuse, and its own calls the simulator must accept.

const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { createServer } = require('node:net');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const atlassian = process.env.ATLASSIAN_URL;
const key = 'com.example.express';
const folder = mkdtempSync(join(tmpdir(), 'bowline-express-'));

// The framework asks this host for install keys, and lets hosts of these names install it.
process.env.CONNECT_KEYS_CDN_URL = atlassian;
process.env.AC_HOST_WHITELIST = '127.0.0.1,localhost';
process.env.NODE_ENV = 'production';

const express = require('express');
const parser = require('body-parser');
const ace = require('atlassian-connect-express');

let failed = 0;
let passed = 0;
function check(name, good, seen) {
  if (good) passed += 1;
  else failed += 1;
  console.log(good ? `  ok      ${name}` : `  FAILED  ${name}: ${JSON.stringify(seen)}`);
}

// Installations as the framework keeps them, in memory.
const kept = new Map();
ace.store.register('map', () => ({
  get: async (name, clientKey) => kept.get(`${clientKey} ${name}`) ?? null,
  set: async (name, value, clientKey) => void kept.set(`${clientKey} ${name}`, value) ?? value,
  del: async (name, clientKey) => kept.delete(`${clientKey} ${name}`),
  saveInstallation: async (value, clientKey) => void kept.set(`${clientKey} clientInfo`, value) ?? value,
}));

const descriptor = (base) => ({
  key,
  name: 'Express',
  baseUrl: base,
  authentication: { type: 'jwt' },
  lifecycle: { installed: '/installed', uninstalled: '/uninstalled' },
  scopes: ['READ', 'WRITE'],
  apiMigrations: { 'signed-install': true, 'context-qsh': true },
  modules: {
    webhooks: [
      { event: 'jira:issue_updated', url: '/issue-changed' },
      { event: 'page_updated', url: '/page-changed' },
    ],
    generalPages: [{ key: 'panel', name: { value: 'Panel' }, url: '/panel?issue={issue.key}&text=a%20b%2Cc' }],
  },
});

function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const events = [];
const waiters = [];
function happened(event, body) {
  events.push({ event, body });
  waiters.splice(0).forEach((tell) => tell());
}
async function next() {
  const late = setTimeout(() => {
    throw new Error('no event in time');
  }, 20_000);
  while (events.length === 0) await new Promise((tell) => waiters.push(tell));
  clearTimeout(late);
  return events.shift();
}

// The app as the framework's own guide makes one, below a path as behind a proxy. It mounts a webhook's address as one
// segment, so that none here has a slash or a query of its own.
async function app() {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}/app`;
  process.chdir(folder);
  writeFileSync('atlassian-connect.json', JSON.stringify(descriptor(base)));
  const server = express();
  const quiet = { info() {}, warn() {}, error() {}, debug() {} };
  const production = { port, localBaseUrl: base, store: { adapter: 'map' }, product: 'jira' };
  const addon = ace(server, { config: { production } }, quiet);
  server.use(parser.json());
  server.use(addon.middleware());
  server.get('/app/panel', addon.authenticate(), (request, answer) => {
    answer.json({ who: request.context.userAccountId, issue: request.query.issue });
  });
  server.get('/app/data', addon.authenticate(true), (request, answer) => {
    answer.json({ who: request.context.userAccountId });
  });
  server.post('/app/uninstalled', addon.verifyInstallation(), (request, answer) => answer.status(204).send());
  for (const { event } of descriptor(base).modules.webhooks) addon.on(event, (name, body) => happened(name, body));
  const listening = await new Promise((resolve) => {
    const own = server.listen(port, '127.0.0.1', () => resolve(own));
  });
  return { addon, base, listening };
}

async function json(url, body, headers = {}) {
  const options = body === undefined ? { headers } : { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
  const answer = await fetch(url, options);
  const text = await answer.text();
  let value = text;
  try {
    value = JSON.parse(text);
  } catch {
    // A text stays one.
  }
  return { status: answer.status, value };
}

const stored = (clientKey) => kept.get(`${clientKey} clientInfo`);

async function main() {
  const { addon, base, listening } = await app();
  const state = await json(`${atlassian}/_sim/state`);
  const site = state.value.sites.find((one) => one.name === 'acme').url;
  const control = (deed, body) => json(`${site}/_sim/connect${deed && `/${deed}`}`, body);
  const product = async (name) => (await control('')).value.products.find((one) => one.product === name);
  const source = `${base}/atlassian-connect.json`;
  const host = (path) => new Promise((resolve, reject) => {
    const client = addon.httpClient({ clientKey: path.clientKey });
    client[path.method](path.options, (error, answer, body) => (error ? reject(error) : resolve({ status: answer.statusCode, body })));
  });

  // Installing: the right call is taken, and each spoiled one refused without a trace.
  const spoils = ['signature', 'key_id', 'algorithm', 'confusion', 'audience', 'issuer', 'expired', 'query', 'context', 'body', 'token'];
  for (const spoil of spoils) {
    const { status, value } = await control('install', { descriptor: source, spoil });
    const answered = value.made?.[0]?.answer?.status;
    check(`install refused: ${spoil}`, status === 400 && answered >= 400 && kept.size === 0, value);
  }
  const installed = await control('install', { descriptor: source });
  let jira = await product('jira');
  check('install', installed.status === 200 && stored(jira.client_key)?.sharedSecret === jira.apps[0].shared_secret, installed.value);
  const first = jira.apps[0].shared_secret;
  const updated = await control('update', { app: key });
  check('update', updated.status === 200 && stored(jira.client_key).sharedSecret === first, updated.value);
  for (const spoil of spoils) {
    const { status } = await control('rekey', { app: key, spoil });
    check(`new secret refused: ${spoil}`, status === 400 && stored(jira.client_key).sharedSecret === first);
  }
  const rekeyed = await control('rekey', { app: key });
  jira = await product('jira');
  const second = jira.apps[0].shared_secret;
  check('new secret', rekeyed.status === 200 && second !== first && stored(jira.client_key).sharedSecret === second, rekeyed.value);

  // Install keys: another one, and lines that end otherwise.
  await json(`${atlassian}/_sim/settings`, { install_keys: { rotate: true, crlf: true } });
  const turned = await control('update', { app: key });
  check('another install key, with CR LF', turned.status === 200, turned.value);

  // Webhooks.
  await json(`${site}/_sim/edit`, { as: 'bob', item: 'ACME-1', fields: { summary: 'Told to the framework' } });
  const told = await next();
  check('webhook', told.event === 'jira:issue_updated' && told.body.issue.fields.summary === 'Told to the framework', told);
  const hook = { app: key, below: '/issue-changed?key=ACME-1&more=%C3%BC+%27', body: { webhookEvent: 'jira:issue_updated' } };
  const sent = await control('send', hook);
  check('webhook with a query', sent.value.answer.status === 204, sent.value);
  await next();
  for (const spoil of ['signature', 'algorithm', 'issuer', 'expired', 'query', 'context', 'audience', 'token']) {
    const { value } = await control('send', { ...hook, spoil });
    check(`webhook refused: ${spoil}`, value.answer.status >= 400 && events.length === 0, value);
  }

  // Pages: the address of the frame, and the token that its script asks for.
  const page = await (await fetch(`${site}/_sim/connect/page/jira/${key}/panel?as=ada&issue.key=ACME-1`)).text();
  const frame = JSON.parse(page.split('id="frame">')[1].split('</script>')[0]);
  const shown = await json(frame.url);
  check('page', shown.status === 200 && shown.value.issue === 'ACME-1' && shown.value.who === frame.account_id, shown);
  const moved = await json(frame.url.replace('ACME-1', 'ACME-2'));
  check('page refused: another issue', moved.status === 401, moved);
  const { value: context } = await control('token', { app: key, as: 'ada' });
  const data = await json(`${base}/data`, undefined, { authorization: `JWT ${context.token}` });
  check('context token', data.status === 200 && data.value.who === frame.account_id, data);
  const misused = await json(`${base}/panel`, undefined, { authorization: `JWT ${context.token}` });
  check('context token refused for a URL', misused.status === 401, misused);

  // The framework's own calls, as the app.
  const me = await host({ clientKey: jira.client_key, method: 'get', options: { url: '/rest/api/3/myself', json: true } });
  check('call as the app', me.status === 200 && me.body.accountId === jira.apps[0].account_id, me);
  const issue = '/rest/api/3/issue/ACME-1?fields=summary,status&properties=a%20b&fields=labels';
  const read = await host({ clientKey: jira.client_key, method: 'get', options: { url: issue, json: true } });
  check('call with a query', read.status === 200 && read.body.fields.summary === 'Told to the framework', read);
  const write = { url: '/rest/api/3/issue/ACME-1', json: { fields: { summary: 'By the framework' } } };
  check('write', (await host({ clientKey: jira.client_key, method: 'put', options: write })).status === 204);
  await next();
  const remove = await host({ clientKey: jira.client_key, method: 'del', options: { url: '/rest/api/3/issue/ACME-1' } });
  check('write refused without the scope', remove.status === 403, remove);

  // Confluence is a site of its own, below a path.
  await control('install', { descriptor: source, product: 'confluence' });
  const wiki = await product('confluence');
  check('install in Confluence', stored(wiki.client_key)?.baseUrl === `${site}/wiki`, kept.size);
  const pages = await host({ clientKey: wiki.client_key, method: 'get', options: { url: '/api/v2/pages?title=Runbook', json: true } });
  check('call to Confluence', pages.status === 200 && pages.body.results.length === 1, pages);
  const { id, title, version } = pages.body.results[0];
  const edit = { id, title, status: 'current', version: { number: version.number + 1 }, body: { representation: 'storage', value: '<p>x</p>' } };
  const put = await host({ clientKey: wiki.client_key, method: 'put', options: { url: `/api/v2/pages/${id}`, json: edit } });
  check('write to Confluence', put.status === 200, put);
  check('webhook of Confluence', (await next()).body.page.id === id);

  // A renamed site is the same, an imported one another.
  const renamed = site.replace('127.0.0.1', 'localhost');
  await control('rename', { base_url: renamed });
  check('rename', stored(jira.client_key).baseUrl === renamed && kept.size === 2, stored(jira.client_key));
  await json(`${renamed}/_sim/connect/import`, { product: 'jira' });
  check('import', kept.size === 3, kept.size);
  const gone = await control('uninstall', { app: key });
  check('uninstall', gone.value.made.at(-1).answer.status === 204, gone.value);

  listening.close();
  listening.closeAllConnections();
}

main()
  .catch((error) => {
    failed += 1;
    console.log(`  FAILED  ${error.stack}`);
  })
  .finally(() => {
    rmSync(folder, { recursive: true, force: true });
    console.log(`atlassian-connect-express 11.5.3: ${passed} checks passed, ${failed} failed`);
    process.exit(failed === 0 ? 0 : 1);
  });
