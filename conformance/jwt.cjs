// Query string hashes as Bowline takes them, held against npm `atlassian-jwt`.
//
// Makes URLs with hostile encodings, repeated parameters and base paths, has the example `qsh` of crate `connect` hash them in
// both directions, and compares. What is known to differ stands in `jwt.json`, and has to differ just as it says there.

const { execFileSync } = require('child_process');
const path = require('path');

const jwt = require('atlassian-jwt');

const [program, count, seed] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const listed = require(path.join(__dirname, 'jwt.json'));

// Mulberry32: the same seed makes the same URLs.
let state = seed >>> 0;
function dice(bound) {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
}
const one = (list) => list[dice(list.length)];
const some = (most, make) => Array.from({ length: dice(most + 1) }, make);

const LETTERS = [...'abcXYZ019-._~', ...'!$\'()*,;:@/?[]{}|^`"<>\\ +&=%#', 'ü', 'ß', '日', '😀', '\uffee', '\u00a0', '\n'];
// What may stand as it is in a path and is neither changed by the library (`'`) nor takes segments out (`.`).
const IN_PATH = [...'abcXYZ019-_~!$&()*+,;=:@', '%C3%BC', '%c3%bc', '%20', '%26', '%3B', '%F0%9F%98%80', '/', '/'];

const text = (most) => some(most, () => one(LETTERS)).join('');
const every = (plain) => [...Buffer.from(plain)].map((byte) => '%' + byte.toString(16).padStart(2, '0')).join('');
// Ways in which programs write a text into a query.
function written(plain) {
  return one([
    () => encodeURIComponent(plain),
    () => encodeURIComponent(plain).replace(/%20/g, '+'),
    () => encodeURIComponent(plain).replace(/[!'()*]/g, (sign) => '%' + sign.charCodeAt(0).toString(16).toUpperCase()),
    () => every(plain),
    () => encodeURI(plain).replace(/[#&+=;]/g, encodeURIComponent),
  ])();
}

function query() {
  const pairs = some(6, () => {
    // A parameter has a name: those without one differ, `jwt.json`.
    const name = written(one(LETTERS) + text(3));
    return one([name, `${name}=`, `${name}=${written(text(5))}`, `${name}=${written(text(5))}`]);
  });
  if (pairs.length && dice(3) === 0) pairs.push(`${one(pairs).split('=')[0]}=${written(text(3))}`);
  if (dice(3) === 0) pairs.splice(dice(pairs.length + 1), 0, `jwt=${written(text(5))}`, ...(dice(2) ? [''] : []));
  return pairs.length ? `?${pairs.join('&')}` : one(['', '', '?']);
}

function request() {
  const [base, direction] = [one(['', '/wiki', '/a/b', '/c%20d']), one(['jira-to-app', 'app-to-jira'])];
  // A base ends where a segment ends: what is inside one differs, `jwt.json`. `.` is a letter here only.
  const inside = some(10, () => one(direction === 'app-to-jira' ? [...IN_PATH, '%25'] : IN_PATH)).join('');
  const origin = 'https://acme.atlassian.net';
  const url = origin + base + (inside || dice(2) ? `/${inside}` : '') + query();
  return { method: one(['GET', 'POST', 'PUT', 'delete', 'HEAD']), url, base_url: origin + base + one(['', '/']), direction };
}

function theirs({ method, url, base_url: base }) {
  try {
    // They take the base off as it is given; a slash at its end would take the first of the path along.
    return jwt.createCanonicalRequest(jwt.fromMethodAndUrl(method, url), false, base.replace(/\/$/, ''));
  } catch (error) {
    return 'refused';
  }
}

function ours(requests) {
  const input = requests.map((request) => JSON.stringify(request) + '\n').join('');
  const told = execFileSync(program, { input, maxBuffer: 1 << 28 }).toString().trim().split('\n').map((line) => JSON.parse(line));
  if (told.length !== requests.length) throw new Error(`${told.length} answers to ${requests.length} requests`);
  return told;
}

// Names in the order of their encoded forms, which the host has and the library has not: `jwt.json`.
const byEncoded = (canonical) => {
  const [method, place, ...pairs] = canonical.split('&');
  return [method, place, ...pairs.sort((a, b) => (a.split('=')[0] < b.split('=')[0] ? -1 : 1))].join('&');
};

function judged(request, answer) {
  const expected = theirs(request);
  if (answer.error) return `we refuse (${answer.error}), they have ${expected}`;
  if (request.direction === 'app-to-jira') {
    return answer.canonical === byEncoded(expected) ? null : `ours ${answer.canonical}\n  theirs ${expected}`;
  }
  const hash = jwt.createQueryStringHash(jwt.fromMethodAndUrl(request.method, request.url), false, request.base_url.replace(/\/$/, ''));
  const fits = answer.forms.some((form) => require('crypto').createHash('sha256').update(form).digest('hex') === hash);
  return fits ? null : `theirs ${expected}\n  is not among ${answer.forms.join('\n    ')}`;
}

const requests = Array.from({ length: count }, request);
const wrong = [];
ours(requests).forEach((answer, at) => {
  const reason = judged(requests[at], answer);
  if (reason) wrong.push(`request ${at}: ${JSON.stringify(requests[at])}\n  ${reason}`);
});
ours(listed).forEach((answer, at) => {
  const known = listed[at];
  const found = { ours: answer.canonical ?? 'refused', theirs: theirs(known) };
  for (const who of ['ours', 'theirs']) {
    if (found[who] !== known[who]) wrong.push(`known difference ${known.name}: ${who} is ${found[who]}, not ${known[who]}`);
  }
  if (found.ours === found.theirs) wrong.push(`known difference ${known.name}: there is none any more`);
});
if (wrong.length) {
  console.error(wrong.slice(0, 20).join('\n'));
  console.error(`${wrong.length} of ${count} URLs from seed ${seed} and ${listed.length} known differences are wrong`);
  process.exit(1);
}
console.log(`${count} URLs from seed ${seed} have the hash of atlassian-jwt 2.0.3; ${listed.length} known differences are as listed`);
