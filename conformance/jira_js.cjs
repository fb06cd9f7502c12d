// Ordinary work with `jira.js`: its version 2 client on both faces, its version 3 client on Cloud.

const { AgileClient, Version2Client, Version3Client } = require('jira.js');
const { calls, isCloud, secret, url, user } = require('./calls.cjs');

const { call, end } = calls('jira.js');
const login = { host: url, authentication: { basic: { email: user, apiToken: secret } } };

async function issues(me) {
  await call('myself', () => me.myself.getCurrentUser(), (one) => one.displayName === 'Ada Byron');
  await call('projects by pages', () => me.projects.searchProjects(), (page) => page.values.length >= 2);
  await call('project', () => me.projects.getProject('ACME'), (one) => one.name === 'Acme');
  const types = (page) => (page.issueTypes ?? page.values).some((one) => one.name === 'Bug');
  await call('create metadata', () => me.issues.getCreateIssueMetaIssueTypes({ projectIdOrKey: 'ACME' }), types);
  const fields = { project: { key: 'ACME' }, issuetype: { name: 'Bug' }, summary: 'Made with jira.js' };
  const made = await call('create', () => me.issues.createIssue({ fields }), (one) => one.key.startsWith('ACME-'));
  const other = await call('create another', () => me.issues.createIssue({ fields }), (one) => one.id);
  const issueIdOrKey = made.key;
  await call('edit', () => me.issues.editIssue({ issueIdOrKey, fields: { summary: 'Edited', labels: ['client'] } }));
  const edited = (one) => one.fields.summary === 'Edited' && one.fields.labels[0] === 'client';
  await call('read', () => me.issues.getIssue({ issueIdOrKey }), edited);
  await call('edit metadata', () => me.issues.getEditIssueMeta({ issueIdOrKey }), (one) => one.fields.summary.required);
  const account = await me.myself.getCurrentUser();
  const person = isCloud ? { accountId: account.accountId } : { name: 'ada' };
  await call('assign', () => me.issues.assignIssue({ issueIdOrKey, ...person }));
  const open = () => me.issues.getTransitions({ issueIdOrKey });
  const [way] = (await call('transitions', open, (one) => one.transitions.length)).transitions;
  await call('transition', () => me.issues.doTransition({ issueIdOrKey, transition: { id: way.id } }));
  const moved = (one) => one.fields.status.name === way.to.name;
  await call('status after it', () => me.issues.getIssue({ issueIdOrKey }), moved);
  const attachment = { filename: 'ten.txt', file: Buffer.from('0123456789') };
  const attach = () => me.issueAttachments.addAttachment({ issueIdOrKey, attachment });
  await call('attach', attach, (all) => all[0].size === 10);
  await call('link types', () => me.issueLinkTypes.getIssueLinkTypes(), (one) => one.issueLinkTypes.length);
  const ends = { inwardIssue: { key: made.key }, outwardIssue: { key: other.key } };
  await call('link', () => me.issueLinks.linkIssues({ type: { name: 'Blocks' }, ...ends }));
  const linked = (one) => one.fields.issuelinks[0].outwardIssue.key === other.key;
  await call('links', () => me.issues.getIssue({ issueIdOrKey }), linked);
  await call('log work', () => me.issueWorklogs.addWorklog({ issueIdOrKey, timeSpentSeconds: 3600 }), (one) => one.id);
  await call('changes', () => me.issues.getChangeLogs({ issueIdOrKey }), (page) => page.total >= 2);
  return [made.key, other.key];
}

async function texts(me, issueIdOrKey, body) {
  const shown = (one) => JSON.stringify(one.body).includes('Said with jira.js');
  const text = { issueIdOrKey, body, comment: body };
  const comment = await call('comment', () => me.issueComments.addComment(text), shown);
  const change = { ...text, id: comment.id };
  await call('edit the comment', () => me.issueComments.updateComment(change), shown);
  await call('comments', () => me.issueComments.getComments({ issueIdOrKey }), (page) => page.total === 1);
}

async function searches(me) {
  const jql = 'project = ACME ORDER BY key';
  const offset = { jql, startAt: 60, maxResults: 30 };
  await call('search by offset', () => me.issueSearch.searchForIssuesUsingJql(offset), (found) => found.total > 80);
  await call('search page by page', async () => {
    const keys = new Set();
    let nextPageToken;
    do {
      const asked = { jql, nextPageToken, fields: ['summary'] };
      const page = await me.issueSearch.searchForIssuesUsingJqlEnhancedSearch(asked);
      page.issues.forEach((one) => keys.add(one.key));
      ({ nextPageToken } = page);
    } while (nextPageToken);
    return keys.size;
  }, (count) => count > 80);
}

async function boards(agile, key) {
  const found = await call('boards', () => agile.board.getAllBoards(), (page) => page.values[0].name === 'ACME board');
  const boardId = found.values[0].id;
  await call('sprints', () => agile.board.getAllSprints({ boardId }), (page) => page.values.length >= 3);
  const wanted = { name: 'With jira.js', originBoardId: boardId };
  const made = await call('create a sprint', () => agile.sprint.createSprint(wanted), (one) => one.state === 'future');
  const sprintId = made.id;
  await call('move into the sprint', () => agile.sprint.moveIssuesToSprintAndRank({ sprintId, issues: [key] }));
  const inside = (page) => page.issues.map((one) => one.key).join() === key;
  await call('issues of the sprint', () => agile.sprint.getIssuesForSprint({ sprintId }), inside);
  await call('issues of the board', () => agile.board.getIssuesForBoard({ boardId }), (page) => page.issues.length);
  await call('back to the backlog', () => agile.backlog.moveIssuesToBacklog({ issues: [key] }));
}

async function main() {
  const me = new Version2Client(login);
  const keys = await issues(me);
  if (isCloud) {
    const text = { type: 'paragraph', content: [{ type: 'text', text: 'Said with jira.js' }] };
    await texts(new Version3Client(login), keys[0], { type: 'doc', version: 1, content: [text] });
  } else {
    await texts(me, keys[0], 'Said with jira.js');
  }
  await searches(me);
  await boards(new AgileClient(login), keys[0]);
  for (const issueIdOrKey of keys) await call('delete', () => me.issues.deleteIssue({ issueIdOrKey }));
}

main().then(end, (error) => {
  console.log(`  FAILED               ${error.stack}`);
  process.exit(1);
});
