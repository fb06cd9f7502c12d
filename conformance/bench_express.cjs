// The other server of `cargo xtask bench connect`: an app of Atlassian's own framework that takes webhooks and keeps nothing.
//
// It is made as the framework's guide makes one. The sites are installed from a file: [{client_key, secret, base_url}].
// `node bench_express.cjs SITES`; the first line out says where it listens.

const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

process.env.NODE_ENV = 'production';
const express = require('express');
const parser = require('body-parser');
const ace = require('atlassian-connect-express');

const kept = new Map();
for (const { client_key, secret, base_url } of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
  const info = { key: 'bowline', clientKey: client_key, sharedSecret: secret, baseUrl: base_url, productType: 'jira' };
  kept.set(`${client_key} clientInfo`, info);
}
ace.store.register('map', () => ({
  get: async (name, clientKey) => kept.get(`${clientKey} ${name}`) ?? null,
  set: async (name, value, clientKey) => void kept.set(`${clientKey} ${name}`, value) ?? value,
  del: async (name, clientKey) => kept.delete(`${clientKey} ${name}`),
  saveInstallation: async (value, clientKey) => void kept.set(`${clientKey} clientInfo`, value) ?? value,
}));

// The port has to be known before the framework is, which reads its descriptor from the working folder.
const server = express();
const listening = server.listen(0, '127.0.0.1', () => {
  const { port } = listening.address();
  const base = `http://127.0.0.1:${port}`;
  const folder = mkdtempSync(join(tmpdir(), 'bowline-bench-express-'));
  process.chdir(folder);
  const descriptor = {
    key: 'bowline',
    name: 'Bowline',
    baseUrl: base,
    authentication: { type: 'jwt' },
    lifecycle: { installed: '/installed' },
    scopes: ['READ'],
    apiMigrations: { 'signed-install': true, 'context-qsh': true },
    modules: { webhooks: [{ event: 'jira:issue_updated', url: '/webhook' }] },
  };
  writeFileSync('atlassian-connect.json', JSON.stringify(descriptor));
  const quiet = { info() {}, warn() {}, error() {}, debug() {} };
  const production = { port, localBaseUrl: base, store: { adapter: 'map' }, product: 'jira' };
  const addon = ace(server, { config: { production } }, quiet);
  rmSync(folder, { recursive: true, force: true });
  server.use(parser.json());
  server.use(addon.middleware());
  addon.on('jira:issue_updated', () => {});
  console.log(JSON.stringify({ listening: base }));
});
