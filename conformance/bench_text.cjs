// The other half of `cargo xtask bench text`: how fast Atlassian's transformers and jira2md convert the same texts.
//
// One line of JSON in: {seconds, inputs: {name: [text, ...]}}. Out: for each name {rate, refused}: passes over all texts a second, but
// for those (by index) at which the library fails. With 0 seconds only those are found.

const { defaultSchema } = require('@atlaskit/adf-schema/schema-default');
const { JSONTransformer } = require('@atlaskit/editor-json-transformer');
const { WikiMarkupTransformer } = require('@atlaskit/editor-wikimarkup-transformer');
const jira2md = require('jira2md');

const wiki = new WikiMarkupTransformer(defaultSchema);
const adf = new JSONTransformer(defaultSchema);
// From text to text, as over a wire.
const conversions = {
  wiki_adf: (text) => JSON.stringify(adf.encode(wiki.parse(text))),
  adf_wiki: (text) => wiki.encode(adf.parse(JSON.parse(text))),
  wiki_markdown: (text) => jira2md.to_markdown(text),
  markdown_wiki: (text) => jira2md.to_jira(text),
};

function fails(convert, text) {
  try {
    return typeof convert(text) !== 'string';
  } catch {
    return true;
  }
}

// Threads that collect garbage meanwhile are not held against it: the lesser of time and processor time counts.
function rate(convert, texts, seconds) {
  const pass = () => {
    for (const text of texts) convert(text);
  };
  // What the engine compiles while it goes on is not what is measured.
  const warm = performance.now();
  while (performance.now() - warm < seconds * 500) pass();
  const [begun, used] = [performance.now(), process.cpuUsage()];
  let passes = 0;
  while (performance.now() - begun < seconds * 1000) {
    pass();
    passes += 1;
  }
  const { user, system } = process.cpuUsage(used);
  return passes / Math.min((performance.now() - begun) / 1e3, (user + system) / 1e6);
}

const { seconds, inputs } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const told = {};
for (const [name, texts] of Object.entries(inputs)) {
  const convert = conversions[name];
  const refused = texts.flatMap((text, index) => (fails(convert, text) ? [index] : []));
  const rest = texts.filter((_, index) => !refused.includes(index));
  told[name] = { rate: seconds > 0 ? rate(convert, rest, seconds) : 0, refused };
}
console.log(JSON.stringify(told));
