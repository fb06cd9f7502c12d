// A person with a browser of their own. Every page of ours that they come to is held to rules and kept as a picture.

const axe = require('axe-core');

class Person {
  static async at(browser, size, house, picture) {
    const { name, ...options } = size;
    const context = await browser.newContext(options);
    const person = new Person(context, await context.newPage(), house, picture);
    person.watches(person.page);
    return person;
  }

  constructor(context, page, house, picture) {
    Object.assign(this, { context, page, house, picture, clicks: 0, complaints: [], callback: undefined });
  }

  watches(page) {
    const known = this.house.addresses;
    page.on('request', (request) => {
      const url = request.url();
      if (!known.some((base) => url.startsWith(`${base}/`))) this.complaints.push(`a foreign address was asked: ${url}`);
      if (url.startsWith(`${this.house.service}/authorize/callback`)) this.callback = url;
    });
    page.on('pageerror', (error) => this.complaints.push(`the page failed: ${error.message}`));
    page.on('console', (line) => {
      // A page with a status of its own, such as 400, is told as an error too.
      const isStatus = line.text().startsWith('Failed to load resource');
      if (line.type() === 'error' && !isStatus) this.complaints.push(`the console says: ${line.text()}`);
    });
  }

  async opens(url) {
    await this.page.goto(url);
  }

  async presses(name) {
    this.clicks += 1;
    await this.page.getByRole('button', { name }).click();
    await this.page.waitForLoadState();
  }

  // The page must have this heading; it is looked at with all the rules, and kept.
  async sees(heading, name) {
    const { page } = this;
    const told = await page.locator('h1').allInnerTexts();
    if (told.length !== 1 || !told[0].startsWith(heading)) {
      throw new Error(`${name}: wanted the page “${heading}”, got “${told.join('”, “')}” at ${page.url()}`);
    }
    await this.keeps(this.picture(name));
    const isWider = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    if (isWider) this.complaints.push('the page is wider than the screen');
    await page.evaluate(axe.source);
    const { violations, passes } = await page.evaluate(() => axe.run());
    if (!passes.some((one) => one.id === 'color-contrast')) this.complaints.push('its colours could not be looked at');
    for (const { id, help, nodes } of violations) {
      this.complaints.push(`${id}: ${help} (${nodes.map((node) => node.target.join(' ')).join(', ')})`);
    }
    if (this.complaints.length > 0) throw new Error(`${name}: ${this.complaints.join('; ')}`);
  }

  // A browser without a screen now and then cannot draw on a busy machine; that is no fault of the page.
  async keeps(path, tries = 3) {
    const drawn = this.page.screenshot({ path, fullPage: true });
    await (tries > 1 ? drawn.catch(() => this.keeps(path, tries - 1)) : drawn);
  }

  // The same for a page that tells of trouble: it must say what to do next.
  async isTold(heading, name) {
    await this.sees(heading, name);
    const next = await this.page.locator('.next').innerText({ timeout: 1000 });
    if (!/^(Open|If|Sign|Start|Ask|Wait|Try) /.test(next)) throw new Error(`${name}: no next step, but “${next}”`);
  }

  // Does the work, but does not follow the provider's last redirect; gives where it leads.
  async keepsBack(work) {
    let kept;
    await this.context.route('**/*', async (route) => {
      const answer = await route.fetch({ maxRedirects: 0 });
      const to = answer.headers().location;
      if (!to?.startsWith(`${this.house.service}/authorize/callback`)) return route.fulfill({ response: answer });
      kept = to;
      return route.fulfill({ status: 200, contentType: 'text/plain', body: 'kept back' });
    });
    await work();
    await this.context.unroute('**/*');
    if (!kept) throw new Error(`the provider did not answer, but showed ${this.page.url()}`);
    return kept;
  }

  async leaves() {
    await this.context.close();
  }
}

module.exports = { Person };
