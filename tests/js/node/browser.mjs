// Uses the page of `examples/browser` in a browser, as a visitor does: `node browser.mjs CHROMIUM
// URL CASES.json [SCREENSHOT.png]`. Prints the rows as JSON at the end, and the cases of the policy
// that this browser judges otherwise.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [chromium, url, cases, screenshot] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), 'winsock-async-'));
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // No name of the page's or of the browser's own leaves this machine.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  `--user-data-dir=${profile}`,
  '--remote-debugging-pipe',
  '--window-size=1100,640',
  'about:blank',
];
const browser = spawn(chromium, flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
const [, , , commands, replies] = browser.stdio;

/** What waits for replies, by the number of the command. */
const waiting = new Map();
let last = 0;
let text = '';
replies.on('data', (bytes) => {
  text += bytes;
  const messages = text.split('\0');
  text = messages.pop();
  for (const { id, result, error } of messages.map((message) => JSON.parse(message))) {
    const reply = waiting.get(id);
    waiting.delete(id);
    if (error) reply?.reject(new Error(error.message));
    else reply?.resolve(result);
  }
});
browser.on('exit', (code) => {
  for (const { reject } of waiting.values()) reject(new Error(`the browser has ended: ${code}`));
});

function send(method, params = {}, sessionId) {
  last += 1;
  commands.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
  return new Promise((resolve, reject) => waiting.set(last, { resolve, reject }));
}

const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
const call = (method, params) => send(method, params, sessionId);

/** Evaluates an expression in the page, and waits for its promise. */
async function evaluate(expression) {
  const { result, exceptionDetails } = await call('Runtime.evaluate', {
    expression,
    awaitPromise: true,
    returnByValue: true,
  });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? 'an exception');
  return result.value;
}

/** Waits until a condition holds in the page, which may hold after any change of it. */
function until(condition) {
  return evaluate(`new Promise((resolve) => {
    const check = () => (${condition}) && (observer.disconnect(), resolve());
    const observer = new MutationObserver(check);
    observer.observe(document, { attributes: true, childList: true, subtree: true });
    check();
  })`);
}

async function click(selector) {
  await evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
}

async function type(selector, value) {
  await evaluate(`document.querySelector(${JSON.stringify(selector)}).focus();
    document.activeElement.select()`);
  await call('Input.insertText', { text: value });
}

/** Runs in the page: the browser's URLs bring names into IDNA's form. */
async function judge({ patterns, questions, policies }) {
  const { formatPattern, parsePattern, Policy } = await import('/winsock-async/policy.js');
  const { canonicalHost } = await import('/winsock-async/names.js');
  const wrong = [];
  for (const { text, shown, error } of patterns) {
    try {
      if (formatPattern(parsePattern(text)) !== shown) wrong.push(text);
    } catch ({ problem }) {
      if (problem !== error) wrong.push(text);
    }
  }
  for (const { given, asks } of questions) {
    const host = canonicalHost(given);
    if ((host?.kind === 'name' ? host.name : undefined) !== asks) wrong.push(given);
  }
  for (const { rules, names = [] } of policies) {
    const policy = new Policy(rules);
    const other = names.filter(({ name, allowed }) => policy.allowsName(name) !== allowed);
    wrong.push(...other.map(({ name }) => name));
  }
  return { cases: patterns.length + questions.length, wrong };
}

const rows = `[...document.querySelectorAll('#rows li')].map((row) => ({
  name: row.dataset.name,
  owner: row.dataset.owner,
  state: row.className,
  result: row.querySelector('.result').textContent,
}))`;
const ended = (...names) =>
  `${JSON.stringify(names)}.every((name) => document.querySelector(
    '#rows li[data-name="' + name + '"]:not(.pending)'))`;

try {
  await call('Page.enable');
  await call('Page.navigate', { url });
  await until(`'ready' in (document.body?.dataset ?? {})`);

  const policy = await evaluate(`(${judge})(${readFileSync(cases, 'utf8')})`);

  // The page's own session: answers, errors, a cancel by its button, and the host's deadline.
  await type('#names', 'quick.test slow-200.test missing.test busy.test never.test stuck.test');
  await type('#deadline', '5000');
  await click('#look-up');
  await until(ended('quick.test', 'slow-200.test', 'missing.test', 'busy.test'));
  await click('#rows li[data-name="stuck.test"] button');
  await until(ended('stuck.test', 'never.test'));
  const page = await evaluate(rows);

  // The guest: it cancels what is pending before the host's deadline.
  await click('#clear');
  await type('#names', 'quick.test slow-200.test missing.test never.test');
  await type('#timeout', '3000');
  await click('#run');
  await until(`document.querySelector('#output').textContent.includes('never.test') &&
    !document.querySelector('#run').disabled`);
  const guest = await evaluate(rows);
  const output = await evaluate(`document.querySelector('#output').textContent`);
  const message = await evaluate(`document.querySelector('#message').textContent`);

  if (screenshot) {
    const names = ['quick', 'slow-400', 'slow-900', 'missing', 'busy', 'never', 'stuck'];
    await type('#names', names.map((name) => `${name}.test`).join('\n'));
    await click('#clear');
    await click('#look-up');
    await until(ended('slow-400.test'));
    await click('#rows li[data-name="stuck.test"] button');
    await until(ended('slow-900.test'));
    const { data } = await call('Page.captureScreenshot', { format: 'png' });
    writeFileSync(screenshot, Buffer.from(data, 'base64'));
  }
  console.log(JSON.stringify({ page, guest, output, message, policy }));
} finally {
  const ended = new Promise((resolve) => browser.once('exit', resolve));
  await send('Browser.close').catch(() => browser.kill());
  await ended;
  rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}
