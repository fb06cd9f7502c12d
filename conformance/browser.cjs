// A real browser, signing in by each of the three flows on a desktop and on a phone, and doing it wrong in every way.

const { mkdirSync } = require('node:fs');
const { join } = require('node:path');
const { chromium } = require('playwright-core');
const { build, connectsToNoSite, end, providerWaits, run, serviceWaits } = require('./browser_house.cjs');
const { Person } = require('./browser_person.cjs');

const SIZES = [
  { name: 'desktop-light', viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  { name: 'desktop-dark', viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  { name: 'phone-light', viewport: { width: 390, height: 844 }, colorScheme: 'light', isMobile: true, hasTouch: true },
  { name: 'phone-dark', viewport: { width: 390, height: 844 }, colorScheme: 'dark', isMobile: true, hasTouch: true },
];
// What the pages of each provider call its two buttons.
const FLOWS = {
  cloud: { allow: 'Accept', deny: 'Cancel' },
  oauth2: { allow: 'Allow', deny: 'Deny' },
  oauth1: { allow: 'Allow', deny: 'Deny' },
};
// From the link to a connection that works.
const MOST_CLICKS = 5;
const UNKNOWN = 'This sign-in cannot be finished';
// A sign-in has ten minutes, and so have what the providers give for it.
const TOO_LONG = 11;
const pictures = process.env.PICTURES;

const link = async (flow) => (await run('connection', 'authorize', flow, '--invite')).url;

// Goes to the provider, signs in there, and presses one of its buttons.
async function decides(person, flow, decision) {
  await person.opens(await link(flow));
  await decidesThere(person, flow, decision);
}

// The same from the page on which it begins.
async function decidesThere(person, flow, decision, site) {
  await person.presses('Sign in with');
  const name = person.page.locator('[name=os_username]');
  if (await name.count()) {
    await name.fill('ada');
    await person.page.locator('[name=os_password]').fill('ada');
    await person.presses('Log In');
  }
  if (site) await person.page.getByLabel(site).check();
  await person.presses(FLOWS[flow][decision]);
}

function isAt(person, path) {
  const { page, house } = person;
  if (page.url() !== `${house.service}${path}`) throw new Error(`at ${page.url()} instead of ${path}`);
}

// Elsewhere there is one site.
const ONLY = { choosesASite: 'cloud' };

// The four sizes differ in looks alone, so only two of them are taken through everything.
const THOROUGH = ['desktop-light', 'phone-dark'];

const walks = {
  async signsIn(person, flow) {
    const invitation = await link(flow);
    await person.opens(invitation);
    await person.sees('Connect', 'start');
    await decides(person, flow, 'allow');
    await person.sees('Connected', 'connected');
    isAt(person, '/authorize/result');
    const text = await person.page.locator('main').innerText();
    if (!text.includes('Ada Byron signed in')) throw new Error(`it does not say who signed in: ${text}`);
    if (person.clicks > MOST_CLICKS) throw new Error(`${person.clicks} clicks`);
    const test = await run('connection', 'test', flow);
    if (!test.ok) throw new Error(`the connection does not work: ${JSON.stringify(test)}`);
  },
  async answersTwice(person, flow) {
    await decides(person, flow, 'allow');
    await person.opens(person.callback);
    await person.isTold(UNKNOWN, 'replayed');
    await person.opens(`${person.house.service}/authorize/result`);
    await person.sees('Connected', 'still-connected');
  },
  async refuses(person, flow) {
    await decides(person, flow, 'deny');
    await person.isTold('The access was not allowed', 'refused');
    isAt(person, '/authorize/result');
  },
  async holdsAWrongLink(person, flow) {
    const wrong = new URL(await link(flow));
    wrong.searchParams.set('invitation', 'A'.repeat(43));
    await person.opens(wrong.href);
    await person.isTold('This link', 'wrong-link');
  },
  async answersTwiceAtOnce(person, flow) {
    const callback = await person.keepsBack(() => decides(person, flow, 'allow'));
    const tabs = [person.page, await person.context.newPage()];
    await Promise.all(tabs.map((tab) => tab.goto(callback)));
    const headings = await Promise.all(tabs.map((tab) => tab.locator('h1').innerText()));
    if (headings.sort().join() !== ['Connected', UNKNOWN].join()) throw new Error(headings.join());
  },
  async isAnsweredInAnotherBrowser(person, flow, another) {
    const callback = await person.keepsBack(() => decides(person, flow, 'allow'));
    const stranger = await another();
    await stranger.opens(callback);
    await stranger.isTold(UNKNOWN, 'foreign');
    await stranger.opens(await link(flow));
    await stranger.presses('Sign in with');
    await stranger.opens(callback);
    await stranger.isTold(UNKNOWN, 'foreign-with-own');
    await stranger.leaves();
    await person.opens(callback);
    await person.sees('Connected', 'after-a-stranger');
  },
  async isAnsweredWithoutState(person, flow) {
    const callback = new URL(await person.keepsBack(() => decides(person, flow, 'allow')));
    callback.searchParams.delete('state');
    callback.searchParams.delete('oauth_token');
    await person.opens(callback.href);
    await person.isTold(UNKNOWN, 'without-state');
    callback.searchParams.set('state', 'A'.repeat(43));
    await person.opens(callback.href);
    await person.isTold(UNKNOWN, 'other-state');
  },
  async isAnsweredWithAnError(person, flow) {
    const callback = new URL(await person.keepsBack(() => decides(person, flow, 'allow')));
    callback.searchParams.delete('code');
    callback.searchParams.delete('oauth_verifier');
    callback.searchParams.set('error', 'server_error');
    callback.searchParams.set('error_description', 'The <b>provider</b> fell over');
    await person.opens(callback.href);
    await person.isTold('The sign-in could not be begun there', 'error');
    if (await person.page.locator('main b').count()) throw new Error('markup of the provider is on the page');
  },
  async choosesASite(person, flow, another, size) {
    const name = `several-${size}`;
    await connectsToNoSite(name, person.house);
    await person.opens((await run('connection', 'authorize', name, '--invite')).url);
    // The consent adds a site to those that this account let the app use before.
    await decidesThere(person, flow, 'allow', 'globex');
    await person.sees('Which Jira?', 'several');
    await person.presses('globex');
    await person.sees('Connected', 'chosen');
    const test = await run('connection', 'test', name);
    if (!test.ok) throw new Error(`the connection does not work: ${JSON.stringify(test)}`);
    if (person.clicks > MOST_CLICKS) throw new Error(`${person.clicks} clicks`);
  },
  async isAnsweredLate(person, flow) {
    const callback = await person.keepsBack(() => decides(person, flow, 'allow'));
    serviceWaits(TOO_LONG);
    await providerWaits(person.house.provider[flow], TOO_LONG);
    await person.opens(callback);
    await person.isTold(UNKNOWN, 'late');
    await decides(person, flow, 'allow');
    await person.sees('Connected', 'after-a-late-one');
  },
  async isAnsweredWithWhatHasEnded(person, flow) {
    const callback = await person.keepsBack(() => decides(person, flow, 'allow'));
    await providerWaits(person.house.provider[flow], TOO_LONG);
    await person.opens(callback);
    serviceWaits(TOO_LONG);
    await person.isTold('The sign-in could not be completed', 'ended');
    await decides(person, flow, 'allow');
    await person.sees('Connected', 'after-an-ended-one');
  },
};

async function main() {
  mkdirSync(pictures, { recursive: true });
  const house = await build();
  const args = ['--no-sandbox', '--disable-dev-shm-usage'];
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args });
  let [walked, failed] = [0, 0];
  for (const size of SIZES) {
    for (const flow of Object.keys(FLOWS)) {
      const picture = (page) => join(pictures, `${flow}-${page}-${size.name}.png`);
      const another = () => Person.at(browser, size, house, picture);
      const all = Object.entries(walks).filter(([name]) => (ONLY[name] ?? flow) === flow);
      const some = all.slice(0, THOROUGH.includes(size.name) ? undefined : 4);
      for (const [name, walk] of some) {
        const person = await another();
        walked += 1;
        await walk(person, flow, another, size.name).then(
          () => console.log(`  ok      ${size.name}, ${flow}: ${name}`),
          (error) => {
            failed += 1;
            console.log(`  FAILED  ${size.name}, ${flow}: ${name}: ${error.message}`);
          },
        );
        await person.leaves();
      }
    }
  }
  await browser.close();
  console.log(`${walked - failed} of ${walked} walks of a browser ended as they should; pictures in ${pictures}`);
  if (failed > 0) process.exitCode = 1;
}

main()
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(end);
