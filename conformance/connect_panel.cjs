// The panel inside an issue, in a real browser: on a desktop and on a phone, light and dark, by people who may do this or that.
// What they do is read back from both simulators.

const { mkdirSync } = require('node:fs');
const { join } = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');
const axe = require('axe-core');
const { chromium } = require('playwright-core');
const { Person } = require('./browser_person.cjs');
const { House, end, until } = require('./connect_panel_house.cjs');

const SIZES = [
  { name: 'desktop-light', viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  { name: 'desktop-dark', viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  { name: 'phone-light', viewport: { width: 390, height: 844 }, colorScheme: 'light', isMobile: true, hasTouch: true },
  { name: 'phone-dark', viewport: { width: 390, height: 844 }, colorScheme: 'dark', isMobile: true, hasTouch: true },
];
// The four sizes differ in looks alone, so only two of them are taken through everything.
const THOROUGH = ['desktop-light', 'phone-dark'];
const DARK = 'rgb(29, 33, 37)';
const pictures = process.env.PICTURES;

function must(good, what, seen) {
  if (!good) throw new Error(`${what}: ${JSON.stringify(seen)}`);
}

// Somebody in front of an issue.
class Viewer {
  constructor(person, house) {
    Object.assign(this, { person, house, page: person.page, cookies: [] });
    this.page.on('response', (answer) => {
      const cookie = answer.headers()['set-cookie'];
      if (cookie && answer.url().startsWith(house.urls.service)) this.cookies.push(cookie);
    });
  }

  async opens(issue, who = 'admin', theme = 'light') {
    await this.page.goto(this.house.panel(issue, who, theme));
    await this.isReady();
  }

  // The app's page inside the host's, once it has said something.
  async isReady() {
    await this.page.locator('main:not(.waiting)').waitFor({ timeout: 20_000 });
    this.panel = this.page.frameLocator('iframe');
    await this.panel.locator('#panel[aria-busy="false"]').waitFor({ timeout: 20_000 });
    this.inside = this.page.frames().find((frame) => frame.url().startsWith(this.house.urls.service));
  }

  text() {
    return this.panel.locator('#panel').innerText();
  }

  has(button) {
    return this.panel.getByRole('button', { name: button, exact: true }).isVisible();
  }

  async presses(button) {
    await this.panel.getByRole('button', { name: button, exact: true }).click();
    await this.panel.locator('#panel[aria-busy="false"]').waitFor({ timeout: 20_000 });
  }

  // Both pages by the rules for people who cannot see or click well; no cookie, nothing wider than its frame, no token in sight.
  async isGood(name) {
    const { page, inside, person } = this;
    await person.keeps(person.picture(name));
    for (const frame of [page.mainFrame(), inside]) {
      await frame.evaluate(axe.source);
      await frame.evaluate(() => axe.configure({ allowedOrigins: ['<unsafe_all_origins>'] }));
      const isWider = await frame.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
      must(!isWider, `${name}: a page is wider than its frame`);
    }
    const { violations, passes } = await page.evaluate(() => axe.run());
    const told = violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map((node) => node.target.join(' > '))})`);
    must(told.length === 0, name, told);
    const looked = passes.find((one) => one.id === 'color-contrast')?.nodes.some((node) => node.target.length > 1);
    must(looked, `${name}: the colours inside the frame could not be looked at`);
    must(!inside.url().includes('jwt='), `${name}: the token is in the address`, inside.url());
    const cookies = await person.context.cookies();
    must(cookies.length === 0 && this.cookies.length === 0, `${name}: a cookie was set`, [cookies, this.cookies]);
    must(person.complaints.length === 0, name, person.complaints);
  }

  colour() {
    return this.inside.evaluate(() => getComputedStyle(document.body).backgroundColor);
  }
}

// An issue that is shared, by the way of people: the keys of both items.
async function shared(viewer, who) {
  const { house } = viewer;
  const issue = house.story();
  await viewer.opens(issue, who);
  await viewer.presses('Share');
  const share = await until('the share', () => house.share(issue), (share) => share?.state === 'active');
  // The panel finds what was made over there by itself.
  await viewer.panel.locator('#shares a').waitFor({ timeout: 20_000 });
  await viewer.opens(issue, who);
  return { issue, item: share.right.key };
}

const walks = {
  async seesAnIssueThatIsNotLinked(viewer) {
    await viewer.opens(viewer.house.story(), 'ada');
    const text = await viewer.text();
    must(text.includes('This issue is not linked'), 'what it says', text);
    must(await viewer.has('Share'), 'who may edit may share');
    must(!(await viewer.has('Tie')), 'tying is switched off');
    await viewer.isGood('panel-not-linked');
  },
  async seesTheColoursOfJira(viewer) {
    await viewer.opens(viewer.house.story(), 'ada', 'dark');
    await until('dark from the beginning', () => viewer.colour(), (colour) => colour === DARK);
    await viewer.isGood('panel-dark');
    await viewer.page.locator('#theme').click();
    await until('light after a click', () => viewer.colour(), (colour) => colour === 'rgb(255, 255, 255)');
    await viewer.isGood('panel-light');
  },
  async shares(viewer) {
    const { house } = viewer;
    const { issue, item } = await shared(viewer, 'ada');
    const text = await viewer.text();
    must(text.includes(`${item} in Targetprocess`) && text.includes('active'), 'what it says', text);
    const link = await viewer.panel.locator('#shares a').getAttribute('href');
    must(link.startsWith(house.urls.targetprocess), 'where its link leads', link);
    const [here, there] = [await house.issue(issue), await house.item(item)];
    must(here.title === there.title, 'the item over there', [here.title, there.title]);
    must(!(await viewer.has('Share')), 'there is nothing left to share');
    await viewer.isGood('panel-linked');
  },
  async sharesByTheKeyboard(viewer) {
    const { house } = viewer;
    const issue = house.story();
    await viewer.opens(issue, 'ada');
    await viewer.panel.locator('select[name=profile]').focus();
    await viewer.page.keyboard.press('Tab');
    await viewer.page.keyboard.press('Enter');
    await until('the share', () => house.share(issue), (share) => share?.state === 'active');
  },
  async syncsNow(viewer) {
    const { house } = viewer;
    const { issue, item } = await shared(viewer, 'ada');
    await house.edit('targetprocess', { as: 'bob', item: Number(item), fields: { Name: `Asked for, ${item}` } });
    await pause(1_500);
    const before = (await house.issue(issue)).title;
    must(before !== `Asked for, ${item}`, 'nobody tells of this edit, so it waits', before);
    await viewer.presses('Sync now');
    await until('the issue', () => house.issue(issue), (seen) => seen.title === `Asked for, ${item}`);
    await viewer.isGood('panel-synced');
  },
  async unlinks(viewer) {
    const { house } = viewer;
    const { issue, item } = await shared(viewer, 'ada');
    must(!(await viewer.has('Unlink')), 'who does not administer the project cannot untie');
    await viewer.opens(issue, 'admin');
    await viewer.presses('Unlink');
    const text = await viewer.text();
    must(text.includes('This issue is not linked') && (await viewer.has('Share')), 'what it says', text);
    const title = (await house.item(item)).title;
    await house.edit('site', { as: 'bob', item: issue, fields: { summary: 'Nobody over there hears of this' } });
    await house.edit('targetprocess', { as: 'bob', item: Number(item), fields: { Description: '<div>Still there</div>' } });
    await pause(1_500);
    const [here, there] = [await house.issue(issue), await house.item(item)];
    must(there.title === title && here.title === 'Nobody over there hears of this', 'both stay as they are', [here, there]);
    await viewer.isGood('panel-unlinked');
  },
  async isRefusedWhatThePanelDoesNotOffer(viewer) {
    const { house } = viewer;
    const { issue } = await shared(viewer, 'ada');
    // A script may ask all the same.
    const token = await viewer.inside.evaluate(() => AP.context.getToken());
    const share = await house.share(issue);
    const body = JSON.stringify({ issue: (await house.issue(issue)).id, share: share.id });
    const headers = { authorization: `JWT ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${house.urls.service}/connect/context/unlink`, { method: 'POST', headers, body });
    must(answer.status === 403, 'the answer', answer.status);
    must((await house.share(issue)).state === 'active', 'the share stays');
  },
  async waitsForALateScript(viewer) {
    const { page, house } = viewer;
    let go;
    const gone = new Promise((resolve) => (go = resolve));
    await page.route('**/all.js', async (route) => {
      await gone;
      await route.continue();
    });
    await page.goto(house.panel(house.story(), 'ada'), { waitUntil: 'commit' });
    await page.locator('#spinner').waitFor({ state: 'visible' });
    await pause(1_000);
    must(await page.locator('#spinner').isVisible(), 'the spinner turns until the handshake');
    go();
    await viewer.isReady();
    must(!(await page.locator('#spinner').isVisible()), 'the spinner is gone');
    await viewer.isGood('panel-late');
  },
  async isNotShownWithoutTheScript(viewer) {
    const { page, house, person } = viewer;
    // Time passes when it is told to, however long this machine takes for anything.
    await page.clock.install({ time: 0 });
    await page.clock.pauseAt(1_000);
    await page.route('**/all.js', (route) => route.abort());
    await page.goto(house.panel(house.story(), 'ada'));
    await page.clock.runFor(19_000);
    must(await page.locator('#spinner').isVisible(), 'the spinner turns on');
    must(!(await page.locator('iframe').isVisible()), 'the page is not shown');
    await page.clock.runFor(2_000);
    must(await page.locator('#failure').isVisible(), 'Jira gives up');
    const failed = person.complaints.filter((line) => line.startsWith('the page failed'));
    must(failed.length === 0, 'the panel itself copes', failed);
  },
};

async function main() {
  mkdirSync(pictures, { recursive: true });
  const house = await House.build();
  const args = ['--no-sandbox', '--disable-dev-shm-usage'];
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args });
  let [walked, failed] = [0, 0];
  for (const size of SIZES) {
    const some = Object.entries(walks).slice(0, THOROUGH.includes(size.name) ? undefined : 2);
    for (const [name, walk] of some) {
      const picture = (page) => join(pictures, `${page}-${size.name}.png`);
      const person = await Person.at(browser, size, house.urls, picture);
      walked += 1;
      await walk(new Viewer(person, house)).then(
        () => console.log(`  ok      ${size.name}: ${name}`),
        (error) => {
          failed += 1;
          console.log(`  FAILED  ${size.name}: ${name}: ${error.message}`);
        },
      );
      await person.leaves();
    }
  }
  await browser.close();
  console.log(`${walked - failed} of ${walked} walks of a browser through the panel ended as they should; pictures in ${pictures}`);
  if (failed > 0) process.exitCode = 1;
}

main()
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(end);
