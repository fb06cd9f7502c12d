// The other half of `cargo xtask bench connect`: how many requests npm `atlassian-jwt` verifies in a second of this process.
//
// It does what a page's route has to: takes the token out of the URL, checks signature and algorithm, reads the claims, compares
// their times, and the hash of the request. One line of JSON in: {url, base, secret, now, seconds}; the rate out.

const jwt = require('atlassian-jwt');

const { url, base, secret, now, seconds } = JSON.parse(require('fs').readFileSync(0, 'utf8'));

function verify() {
  const request = jwt.fromMethodAndUrl('GET', url);
  const claims = jwt.decodeSymmetric(request.query.jwt, secret, 'HS256', false);
  if (claims.exp + 30 <= now || claims.iat - 30 > now) throw new Error('times');
  if (claims.qsh !== jwt.createQueryStringHash(request, false, base)) throw new Error('hash');
}

const spent = (since) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};
// What the engine compiles while it goes on is not what is measured.
for (let count = 0; count < 5000; count += 1) verify();
const begun = process.cpuUsage();
let count = 0;
while (spent(begun) < seconds) {
  for (let some = 0; some < 100; some += 1) verify();
  count += 100;
}
console.log(count / spent(begun));
