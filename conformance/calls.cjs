// Calls of a client library, a line for each. What Jira itself refuses stands in refusals.json, with its source.

const every = require('./refusals.json');

const url = process.env.JIRA_URL;
const deployment = process.env.JIRA_DEPLOYMENT;
const isCloud = deployment === 'cloud';
// The simulator's people and their credentials are in the README of crates/sim.
const [user, secret] = isCloud ? ['ada@example.com', 'token-ada'] : ['ada', 'ada'];

// Gives a function that makes a call and one that ends the program.
function calls(client) {
  const own = every.filter((one) => one.client === client && one.deployment === deployment);
  const refused = new Map(own.map((one) => [one.call, one]));
  const seen = new Set();
  let failed = 0;

  function fail(name, why) {
    failed += 1;
    console.log(`  FAILED               ${name}: ${why}`);
  }

  // Does `work`; its value must satisfy `check`. Gives the value, or nothing after a refusal.
  async function call(name, work, check = () => true) {
    seen.add(name);
    const refusal = refused.get(name);
    let value;
    try {
      value = await work();
      if (refusal) fail(name, 'succeeded, though Jira refuses it');
      else if (check(value)) console.log(`  ok                   ${name}`);
      else fail(name, `answered ${JSON.stringify(value)?.slice(0, 300)}`);
    } catch (error) {
      const status = error.statusCode ?? error.status ?? error.response?.status;
      const why = String(error.message ?? JSON.stringify(error)).slice(0, 300);
      // A library that keeps the status to itself is known by what the answer says.
      const met = status ? status === refusal?.status : refusal?.says && why.includes(refusal.says);
      if (met) console.log(`  refused, as by Jira  ${name}: ${refusal.reason}`);
      else fail(name, `${status ?? ''} ${why}`);
    }
    return value;
  }

  // Ends the program, with 1 if any call failed or a listed refusal was not met.
  function end() {
    for (const name of refused.keys()) {
      if (!seen.has(name)) fail(name, 'is listed in refusals.json, but no call has this name');
    }
    process.exit(failed ? 1 : 0);
  }

  return { call, end };
}

module.exports = { calls, isCloud, secret, url, user };
