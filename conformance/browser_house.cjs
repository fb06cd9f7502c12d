// The service and simulated providers, each a process of its own, as a person would start them; and what an admin enters.

const { execFile, spawn } = require('node:child_process');
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { createServer } = require('node:net');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { createInterface } = require('node:readline');
const { promisify } = require('node:util');

const bowline = process.env.BOWLINE;
const children = [];
const folder = mkdtempSync(join(tmpdir(), 'bowline-browser-'));

// How far the service's clock is ahead, in the file that libfaketime reads at every look.
const ahead = { file: kept('ahead', '+0'), seconds: 0 };
const shifted = {
  LD_PRELOAD: process.env.FAKETIME,
  FAKETIME_TIMESTAMP_FILE: ahead.file,
  FAKETIME_NO_CACHE: '1',
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
};

// Time goes by at the service alone.
function serviceWaits(minutes) {
  ahead.seconds += minutes * 60;
  writeFileSync(ahead.file, `+${ahead.seconds}`);
}

// Time goes by at a provider alone.
async function providerWaits(provider, minutes) {
  const body = JSON.stringify({ advance: `${minutes}m` });
  const answer = await fetch(`${provider}/_sim/clock`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`the provider's clock: ${await answer.text()}`);
}

// Starts the program; gives the first line it prints, which says where it listens.
async function start(...args) {
  const env = { ...environment(), ...(args[0] === 'serve' ? shifted : {}) };
  const child = spawn(bowline, ['--json', ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  throw new Error(`bowline ${args.join(' ')} does not say where it listens`);
}

// Runs a command that ends; gives what it prints.
async function run(...args) {
  const { stdout } = await promisify(execFile)(bowline, ['--json', ...args], { env: environment() });
  return JSON.parse(stdout);
}

const own = {};
function environment() {
  return { PATH: process.env.PATH, ...own };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function kept(name, text) {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

// A service with a registration and a connection for each of the three flows.
async function build() {
  const atlassian = await start('sim', 'atlassian');
  const [listen, jira] = [`127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
  Object.assign(own, {
    BOWLINE_DATA__DIR: join(folder, 'data'),
    BOWLINE_SERVER__LISTEN: listen,
    BOWLINE_NET__ALLOW: '127.0.0.1',
    BOWLINE_GRANTS__IDENTITY_URL: atlassian.listening,
    BOWLINE_GRANTS__CLOUD_API: atlassian.listening,
  });
  const service = (await start('serve')).listening;
  own.BOWLINE_SERVER = service;
  const secret = kept('client.txt', 'secret-bowline');
  const registered = (name, provider, ...more) =>
    run('oauth-client', 'create', name, '--provider', provider, '--client-id', 'bowline', ...more);
  await registered('cloud', 'atlassian_cloud', '--secret-file', secret);
  await registered('oauth2', 'jira_oauth2', '--issuer', jira, '--secret-file', secret);
  const link = await registered('oauth1', 'jira_oauth1', '--issuer', jira);
  const key = kept('consumer.pem', link.public_key);
  const at = jira.slice('http://'.length);
  await start('sim', 'jira', '--deployment', 'dc', '--listen', at, '--consumer-key-file', key);
  const site = atlassian.sites.find((one) => one.name === 'acme').url;
  const create = (name, tool, url) =>
    run('connection', 'create', name, '--tool', tool, '--url', url, '--oauth-client', name);
  await create('cloud', 'jira_cloud', site);
  await create('oauth2', 'jira_dc', jira);
  await create('oauth1', 'jira_dc', jira);
  const house = { atlassian: atlassian.listening, jira, service, site };
  return { addresses: Object.values(house), provider: { cloud: atlassian.listening, oauth1: jira, oauth2: jira }, ...house };
}

// A connection with a consent of Atlassian's that is not yet to any of its sites.
async function connectsToNoSite(name, house) {
  await run('connection', 'create', name, '--tool', 'jira_cloud', '--url', house.atlassian, '--oauth-client', 'cloud');
}

function end() {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

module.exports = {
  build, connectsToNoSite, end, folder, freePort, own, providerWaits, run, serviceWaits, start,
};
