// The service installed in a simulated Jira, beside a simulated Targetprocess: what people of both see and do, and what an
// operator has set up.

const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');
const { end, folder, freePort, own, start } = require('./browser_house.cjs');

async function json(url, body, headers = {}) {
  const method = body === undefined ? 'GET' : 'POST';
  const text = body === undefined ? undefined : JSON.stringify(body);
  const answer = await fetch(url, { method, headers: { 'content-type': 'application/json', ...headers }, body: text });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url} answers ${answer.status}: ${said}`);
  return said === '' ? {} : JSON.parse(said);
}

// Asks until the answer is as wanted; things happen in their own time.
async function until(what, ask, wanted) {
  let seen;
  for (let tries = 0; tries < 200; tries += 1) {
    seen = await ask();
    if (wanted(seen)) return seen;
    await pause(100);
  }
  throw new Error(`${what}: ${JSON.stringify(seen)}`);
}

class House {
  static async build() {
    const atlassian = await start('sim', 'atlassian', '--issues', '200');
    const site = atlassian.sites.find((one) => one.name === 'acme').url;
    const targetprocess = (await start('sim', 'targetprocess', '--stories', '12', '--bugs', '4')).listening;
    Object.assign(own, {
      BOWLINE_DATA__DIR: join(folder, 'data'),
      BOWLINE_SERVER__LISTEN: `127.0.0.1:${await freePort()}`,
      BOWLINE_NET__ALLOW: '127.0.0.1',
      BOWLINE_CONNECT__ENABLED: 'true',
      BOWLINE_CONNECT__TENANT: 'default',
      BOWLINE_CONNECT__SITE_ORIGINS: site,
      BOWLINE_CONNECT__INSTALL_KEY_HOSTS: atlassian.listening,
      BOWLINE_CONNECT__ALL_JS: `${atlassian.listening}/all.js`,
      // What is carried over without a webhook is carried over because somebody asked for it.
      BOWLINE_SYNC__SWEEP_EVERY: '1h',
    });
    const service = (await start('serve')).listening;
    const house = new House({ atlassian: atlassian.listening, site, targetprocess, service });
    await house.setUp();
    return house;
  }

  constructor(urls) {
    // Every address that a page may ask.
    this.urls = urls;
    const token = readFileSync(join(folder, 'data', 'admin.token'), 'utf8').trim();
    this.operator = { authorization: `Bearer ${token}` };
  }

  async setUp() {
    const descriptor = `${this.urls.service}/connect/atlassian-connect.json`;
    const { made } = await json(`${this.urls.site}/_sim/connect/install`, { descriptor });
    if (made.some((call) => call.answer?.status !== 204)) throw new Error(`not installed: ${JSON.stringify(made)}`);
    await this.api('connections', {
      name: 'targetprocess',
      tool: 'targetprocess',
      base_url: this.urls.targetprocess,
      sign_in: { method: 'access_token' },
      secret: 'token-admin',
    });
    const [jira] = (await this.api('connections')).items.filter((one) => one.sign_in.method === 'connect');
    const document = readFileSync(process.env.PROFILE, 'utf8').replace('"jira"', JSON.stringify(jira.name));
    await this.api('profiles', { document });
    const { items } = await json(`${this.urls.site}/_sim/items`);
    this.stories = items.filter((item) => item.type === 'Story' && item.key.startsWith('ACME-')).map((item) => item.key);
  }

  api(path, body) {
    return json(`${this.urls.service}/api/v1/${path}`, body, this.operator);
  }

  // A story that nothing was done with yet.
  story() {
    const story = this.stories.shift();
    if (!story) throw new Error('there are no more stories');
    return story;
  }

  panel(issue, who, theme = 'light') {
    const { site } = this.urls;
    return `${site}/_sim/connect/page/jira/bowline/issue-panel?as=${who}&issue.key=${issue}&theme=${theme}`;
  }

  issue(key) {
    return json(`${this.urls.site}/_sim/item/${key}`);
  }

  item(id) {
    return json(`${this.urls.targetprocess}/_sim/item/${id}`);
  }

  edit(where, body) {
    return json(`${this.urls[where]}/_sim/edit`, body);
  }

  // The latest share of an issue, as the operator sees it.
  async share(issue) {
    const { items } = await this.api('shares?limit=100');
    return items.find((share) => share.left?.key === issue);
  }
}

module.exports = { House, end, json, until };
