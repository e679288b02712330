import { describe, expect, test } from 'vitest';
import { certificates } from '../../src/doctor/certificates.ts';
import { clock } from '../../src/doctor/clock.ts';
import { credentials, region } from '../../src/doctor/credentials.ts';
import { doctorText } from '../../src/doctor/text.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const in_ = (minutes: number) => new Date(NOW + minutes * 60_000);

describe('the clock', () => {
  test.each([
    [{ source: 'unknown' }, false, 'ok'],
    [{ source: 'unknown' }, true, 'warning'],
    [{ source: 'chrony', offsetMs: 0.2, withinMs: 1.5 }, true, 'ok'],
    [{ source: 'chrony', offsetMs: -80, withinMs: 90 }, true, 'warning'],
    [{ source: 'chrony', offsetMs: -80, withinMs: 90 }, false, 'ok'],
    [{ source: 'ntpd', offsetMs: 400_000, withinMs: 400_001 }, false, 'problem'],
  ] as const)('%j, another machine’s backend %s: %s', (offset, remote, level) => {
    expect(clock(offset, remote).level).toBe(level);
  });
});

describe('credentials', () => {
  const need = (needed: boolean) => ({ needed, region: 'eu-west-1', now: NOW });
  test.each([
    [new Error('Could not load credentials from any providers'), true, 'problem', /none found/],
    [new Error('Could not load credentials from any providers'), false, 'ok', /needs none/],
    [{ source: 'a profile' }, true, 'ok', /found \(a profile\); they do not expire/],
    [{ source: 'SSO', expiration: in_(600) }, true, 'ok', /2026-11-24T22:00/],
    [{ source: 'SSO', expiration: in_(30) }, true, 'warning', /in 30 min/],
    [{ source: 'SSO', expiration: in_(30) }, false, 'ok', /SSO/],
    [{ source: 'SSO', expiration: in_(-1) }, true, 'problem', /they expire at/],
    [{ source: 'SSO', expiration: in_(-1) }, false, 'warning', /they expire at/],
  ] as const)('%j, needed %s: %s', (found, needed, level, detail) => {
    expect(credentials(found, need(needed))).toMatchObject({ level, detail: expect.stringMatching(detail) });
  });

  test('a region is wanted for AWS alone', () => {
    const levels = (needed: boolean, name?: string) =>
      region({ needed, region: name, now: NOW }).map(({ level }) => level);
    expect([levels(true), levels(false), levels(true, 'eu-west-1')]).toEqual([['problem'], [], ['ok']]);
  });
});

describe('certificates', () => {
  const asked = { devices: 100, now: NOW, provision: 'simctl provision --target x' };
  const good = { file: 'f', count: 100, mode: 0o100600, opened: 100, firstEnd: NOW + 365 * 86_400_000 };
  test.each([
    [undefined, ['problem']],
    [good, ['ok', 'ok', 'ok']],
    [{ ...good, count: 99 }, ['problem', 'ok', 'ok']],
    [{ ...good, mode: 0o100640 }, ['ok', 'problem', 'ok']],
    [{ ...good, firstEnd: NOW - 1 }, ['ok', 'ok', 'problem']],
    [{ ...good, firstEnd: NOW + 86_400_000 }, ['ok', 'ok', 'warning']],
    [{ ...good, count: 0, opened: 0, firstEnd: undefined }, ['problem', 'ok']],
  ])('%j: %j', (found, levels) => {
    expect(certificates(found, asked).map(({ level }) => level)).toEqual(levels);
  });

  test('who else may read them is shown, and how to end it', () => {
    expect(certificates({ ...good, mode: 0o100644 }, asked)[1]).toMatchObject({
      detail: 'others may: f has mode 0644',
      mend: 'chmod 600 f',
    });
  });
});

test('what is printed: a line a finding, the remedy below it, and a verdict', () => {
  const text = doctorText([
    { level: 'ok', what: 'Node', detail: 'v20' },
    { level: 'warning', what: 'clock', detail: 'off', mend: 'Set it.' },
    { level: 'problem', what: 'disk', detail: 'full', mend: 'Free some.' },
  ]);
  expect(text).toBe(
    '✓ Node   v20\n! clock  warning: off\n         → Set it.\n✗ disk   problem: full\n         → Free some.\n\n1 problem, 1 warning.',
  );
});
