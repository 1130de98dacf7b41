// The cases of `tests/policy-cases.json`, which the tests of the engine read as well.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { parseIp } from '../src/address.js';
import { formatPattern, parsePattern, PatternError, Policy } from '../src/policy.js';
import { ask, engineWith, text } from './support.js';

const cases = JSON.parse(
  readFileSync(new URL('../../../tests/policy-cases.json', import.meta.url), 'utf8'),
);

// S-A6
test('each text is the pattern or the mistake of its case', () => {
  for (const { text: given, shown, error } of cases.patterns) {
    if (error === undefined) {
      assert.equal(formatPattern(parsePattern(given)), shown, given);
      // What is shown reads back.
      assert.equal(formatPattern(parsePattern(shown)), shown, given);
    } else {
      const isIt = (/** @type {any} */ thrown) =>
        thrown instanceof PatternError && thrown.problem === error;
      assert.throws(() => parsePattern(given), isIt, given);
    }
  }
});

// S-R13, S-R15
test('each name reaches the resolver in the form of its case or not at all', () => {
  for (const { given, asks, itself, error } of cases.questions) {
    /** @type {string[]} */
    const asked = [];
    const session = engineWith((lookup) => {
      asked.push(lookup.name);
      return ['93.184.216.34'];
    }).session();
    session.startup();
    const outcome = ask(session, { tag: 'host-by-name', val: text(given) });
    assert.deepEqual(asked, asks === undefined ? [] : [asks], given);
    assert.equal(outcome.tag === 'err', error !== undefined, given);
    if (error !== undefined) assert.equal(outcome.winsock, error, given);
    if (itself !== undefined) assert.equal(outcome.val.val.name, given);
  }
});

// S-R16, S-A5
test('each policy allows what its cases say', () => {
  for (const { rules, names = [], addresses = [], answers = [] } of cases.policies) {
    const policy = new Policy(rules);
    const shown = JSON.stringify(rules);
    for (const { name, allowed } of names) {
      assert.equal(policy.allowsName(name), allowed, `${shown}: ${name}`);
    }
    for (const { address, allowed } of addresses) {
      assert.equal(policy.allowsAddress(address), allowed, `${shown}: ${address}`);
    }
    for (const { name, address, allowed } of answers) {
      const lookup = { kind: 'addresses', name };
      const isAllowed = policy.allowsAnswer(lookup, parseIp(address));
      assert.equal(isAllowed, allowed, `${shown}: ${address} for ${name}`);
    }
  }
});

test('a rule that a policy does not have is an error', () => {
  for (const rules of [{ alow: [] }, { allow: 'a.test' }, { allow: [1] }, { 'allow-private': 1 }]) {
    assert.throws(() => new Policy(/** @type {any} */ (rules)), { code: 'ERR_WINSOCK_OPTION' });
  }
  assert.throws(() => new Policy({ connect: ['a.test:80'] }), /judges no connections/);
  const mistake = { problem: 'not-an-address', code: 'ERR_WINSOCK_PATTERN' };
  assert.throws(() => new Policy({ 'allow-answers': ['a.test'] }), mistake);
  assert.throws(() => new Policy({ 'deny-answers': ['*.test'] }), mistake);
});
