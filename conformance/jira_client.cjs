// Ordinary work with `jira-client`, which speaks version 2 to both faces.

const fs = require('fs');
const os = require('os');
const path = require('path');

const JiraApi = require('jira-client');
const { calls, isCloud, secret, url, user } = require('./calls.cjs');

const { call, end } = calls('jira-client');
const { protocol, hostname, port } = new URL(url);
const me = new JiraApi({ protocol: protocol.replace(':', ''), host: hostname, port, username: user, password: secret });

async function issues() {
  const account = await call('myself', () => me.getCurrentUser(), (one) => one.displayName === 'Ada Byron');
  await call('projects', () => me.listProjects(), (all) => all.some((one) => one.key === 'ACME'));
  await call('project', () => me.getProject('ACME'), (one) => one.name === 'Acme');
  await call('components', () => me.listComponents('ACME'), (all) => all.length === 2);
  await call('versions', () => me.getVersions('ACME'), (all) => all.length === 2);
  const fields = { project: { key: 'ACME' }, issuetype: { name: 'Task' }, summary: 'Made with jira-client' };
  const made = await call('create', () => me.addNewIssue({ fields }), (one) => one.key.startsWith('ACME-'));
  const other = await call('create another', () => me.addNewIssue({ fields }), (one) => one.id);
  await call('edit', () => me.updateIssue(made.key, { fields: { summary: 'Edited' } }));
  await call('read', () => me.findIssue(made.key), (one) => one.fields.summary === 'Edited');
  const assign = isCloud
    ? () => me.updateAssigneeWithId(made.key, account.accountId)
    : () => me.updateAssignee(made.key, 'ada');
  await call('assign', assign);
  const ways = await call('transitions', () => me.listTransitions(made.key), (one) => one.transitions.length);
  const [way] = ways.transitions;
  await call('transition', () => me.transitionIssue(made.key, { transition: { id: way.id } }));
  const moved = (one) => one.fields.status.name === way.to.name;
  await call('status after it', () => me.findIssue(made.key), moved);
  const comment = await call('comment', () => me.addComment(made.key, 'Said with jira-client'), (one) => one.id);
  await call('edit the comment', () => me.updateComment(made.key, comment.id, 'Said otherwise'));
  await call('comments', () => me.getComments(made.key), (page) => page.comments[0].body === 'Said otherwise');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'conformance-'));
  const file = path.join(folder, 'ten.txt');
  fs.writeFileSync(file, '0123456789');
  const attach = () => me.addAttachmentOnIssue(made.key, fs.createReadStream(file));
  const attached = await call('attach', attach, (all) => all[0].size === 10);
  fs.rmSync(folder, { recursive: true });
  const whole = (content) => String(content) === '0123456789';
  // It asks `/secure/attachment`, which is no address of Cloud's documents.
  if (!isCloud) await call('read the attachment', () => me.downloadAttachment(attached[0]), whole);
  await call('link types', () => me.listIssueLinkTypes(), (one) => one.issueLinkTypes.length);
  const ends = { inwardIssue: { key: made.key }, outwardIssue: { key: other.key } };
  await call('link', () => me.issueLink({ type: { name: 'Blocks' }, ...ends }));
  await call('watch', () => me.addWatcher(made.key, isCloud ? account.accountId : 'ada'));
  await call('log work', () => me.addWorklog(made.key, { timeSpentSeconds: 3600 }), (one) => one.id);
  await call('changes', () => me.getIssueChangelog(made.key), (page) => page.total >= 2);
  return [made.key, other.key];
}

async function searches() {
  const jql = 'project = ACME ORDER BY key';
  const page = (startAt) => me.searchJira(jql, { startAt, maxResults: 30, fields: ['summary'] });
  await call('search', () => page(0), (found) => found.issues.length === 30 && found.total > 80);
  await call('search further', () => page(60), (found) => found.startAt === 60 && found.issues.length > 0);
}

async function boards(key) {
  const found = await call('boards', () => me.getAllBoards(), (page) => page.values[0].name === 'ACME board');
  const board = found.values[0].id;
  const planned = await call('sprints', () => me.getAllSprints(board), (page) => page.values.length >= 3);
  const sprint = planned.values.find((one) => one.state === 'future').id;
  await call('move into a sprint', () => me.addIssueToSprint(key, sprint));
  const inside = (page) => page.issues.some((one) => one.key === key);
  await call('issues of the sprint', () => me.getBoardIssuesForSprint(board, sprint), inside);
  await call('issues of the board', () => me.getIssuesForBoard(board), (page) => page.issues.length);
  await call('backlog', () => me.getIssuesForBacklog(board), (page) => page.issues.length);
  await call('back to the backlog', () => me.moveToBacklog([key]));
  await call('rank', () => me.rankIssues({ issues: [key], rankBeforeIssue: 'ACME-1' }));
}

async function main() {
  const keys = await issues();
  await searches();
  await boards(keys[0]);
  for (const key of keys) await call('delete', () => me.deleteIssue(key));
}

main().then(end, (error) => {
  console.log(`  FAILED               ${error.stack}`);
  process.exit(1);
});
