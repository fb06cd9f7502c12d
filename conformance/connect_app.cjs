// The sample app of examples/, as a process of its own: installed in the simulated Jira and Confluence, told of a changed
// issue and a changed page, and shown in a frame by a real browser.

const { spawn } = require('node:child_process');
const { createServer } = require('node:net');
const { setTimeout: pause } = require('node:timers/promises');
const { chromium } = require('playwright-core');

const { APP: program, ATLASSIAN_URL: atlassian, CHROMIUM: executablePath } = process.env;
const key = 'com.example.commenter';
const person = { authorization: `Basic ${Buffer.from('ada@example.com:token-ada').toString('base64')}` };

let [passed, failed] = [0, 0];
function check(name, good, seen) {
  if (good) passed += 1;
  else failed += 1;
  console.log(good ? `  ok      ${name}` : `  FAILED  ${name}: ${JSON.stringify(seen)}`);
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function json(url, body, method = body === undefined ? 'GET' : 'POST') {
  const headers = { 'content-type': 'application/json', ...person };
  const answer = await fetch(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await answer.text();
  return text === '' ? {} : JSON.parse(text);
}

// Asks until the answer is as wanted; an app works in its own time.
async function until(ask, wanted) {
  let seen;
  for (let tries = 0; tries < 100; tries += 1) {
    seen = await ask().catch((error) => error.message);
    if (wanted(seen)) return seen;
    await pause(100);
  }
  return seen;
}

async function walk(site, base) {
  const control = (deed, body) => json(`${site}/_sim/connect${deed && `/${deed}`}`, body);
  const descriptor = `${base}/atlassian-connect.json`;
  await until(() => json(descriptor), (seen) => seen?.key === key);
  for (const product of ['jira', 'confluence']) {
    const refused = await control('install', { descriptor, product, spoil: 'signature' });
    check(`a forged install in ${product} is refused`, refused.made?.[0]?.answer?.status === 401, refused);
    const installed = await control('install', { descriptor, product });
    check(`installed in ${product}`, installed.made?.[0]?.answer?.status === 204, installed);
  }
  const { products } = await control('');
  const account = products[0].apps[0].account_id;

  await json(`${site}/_sim/edit`, { as: 'bob', item: 'ACME-1', fields: { summary: 'Changed' } });
  const comments = `${site}/rest/api/3/issue/ACME-1/comment`;
  const mine = (seen) => seen.comments?.filter((one) => one.author.accountId === account) ?? [];
  const issue = await until(() => json(comments), (seen) => mine(seen).length > 0);
  check('the changed issue has its comment', mine(issue).length === 1, issue);

  const { results } = await json(`${site}/wiki/api/v2/pages?title=Runbook`);
  const { id, title, version } = results[0];
  const body = { representation: 'storage', value: '<p>New.</p>' };
  const page = `${site}/wiki/api/v2/pages/${id}`;
  await json(page, { id, title, body, status: 'current', version: { number: version.number + 1 } }, 'PUT');
  const said = await until(() => json(`${page}/footer-comments?body-format=storage`), (seen) => seen.results?.length > 0);
  const words = said.results?.[0]?.body?.storage?.value;
  check('the changed page has its comment', words === '<p>The page was changed.</p>' && said.results.length === 1, said);

  const forged = await control('send', { app: key, below: '/webhook', body: { issue: { id: '10000' } }, spoil: 'query' });
  check('a forged webhook is refused', forged.answer.status === 401, forged);
}

async function look(site) {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(`${site}/_sim/connect/page/jira/${key}/panel?as=ada&issue.key=ACME-1`);
    const frame = page.frameLocator('iframe');
    const hello = await frame.locator('#hello').textContent({ timeout: 20_000 });
    check('the page is shown in a frame', hello === `Installed in ${site}`, hello);
    await page.locator('main:not(.waiting)').waitFor({ timeout: 20_000 });
    check('the spinner is gone', !(await page.locator('#spinner').isVisible()) && !(await page.locator('#failure').isVisible()));
    const inside = page.frames()[1];
    check('the token is not left in the address', !inside.url().includes('jwt='), inside.url());
    const token = await inside.evaluate(() => AP.context.getToken());
    const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
    check('a context token', claims.qsh === 'context-qsh' && claims.context.jira.issue.key === 'ACME-1', claims);
    const me = await inside.evaluate(async () => JSON.parse((await AP.request('/rest/api/3/myself')).body));
    check('a request in the name of whoever looks', me.displayName === 'Ada Byron', me);
    await inside.evaluate(() => AP.resize('100%', '321'));
    check('resized', (await page.locator('iframe').boundingBox()).height === 321);
    await inside.evaluate(() => AP.theming.initializeTheming());
    await page.locator('#theme').click();
    const dark = await until(() => inside.evaluate(() => document.documentElement.dataset.colorMode), (mode) => mode === 'dark');
    check('the theme reaches the app', dark === 'dark', dark);
    // A page of another origin gets no answer from the bridge.
    const foreign = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const own = document.createElement('iframe');
          own.srcdoc = '<script>parent.postMessage({ type: "ready" }, "*"); onmessage = () => parent.postMessage("heard", "*")</' + 'script>';
          own.sandbox = 'allow-scripts';
          addEventListener('message', (event) => event.data === 'heard' && resolve('heard'));
          setTimeout(() => resolve('nothing'), 500);
          document.body.append(own);
        }),
    );
    check('a frame of another origin is not answered', foreign === 'nothing', foreign);
  } finally {
    await browser.close();
  }
}

async function main() {
  const state = await json(`${atlassian}/_sim/state`);
  const site = state.sites.find((one) => one.name === 'acme').url;
  const listen = `127.0.0.1:${await freePort()}`;
  const base = `http://${listen}/connect`;
  const own = { LISTEN: listen, BASE_URL: base, SITE: site, KEY_HOST: atlassian, ALL_JS: `${atlassian}/all.js` };
  const app = spawn(program, { env: { ...process.env, ...own }, stdio: ['ignore', 'inherit', 'inherit'] });
  try {
    await walk(site, base);
    await look(site);
  } finally {
    app.kill('SIGKILL');
  }
}

main()
  .catch((error) => {
    failed += 1;
    console.log(`  FAILED  ${error.stack}`);
  })
  .finally(() => {
    console.log(`the sample app: ${passed} checks passed, ${failed} failed`);
    process.exit(failed === 0 ? 0 : 1);
  });
