import { expect, test } from 'vitest';
import { clockText, readChrony, readClockOffset, readNtpd, readTimesyncd } from '../../src/run/clock-offset.ts';

const CHRONY = `Reference ID    : A9FEA97B (169.254.169.123)
Stratum         : 4
Ref time (UTC)  : Tue Mar 03 10:01:02 2026
System time     : 0.000250000 seconds slow of NTP time
Last offset     : +0.000003281 seconds
RMS offset      : 0.000004812 seconds
Frequency       : 7.231 ppm slow
Residual freq   : +0.001 ppm
Skew            : 0.021 ppm
Root delay      : 0.000400000 seconds
Root dispersion : 0.000150000 seconds
Update interval : 16.1 seconds
Leap status     : Normal
`;
const TIMESYNCD = `       Server: 185.125.190.57 (ntp.ubuntu.com)
Poll interval: 34min 8s (min: 32s; max 34min 8s)
         Leap: normal
      Version: 4
      Stratum: 2
    Reference: C944586A
    Precision: 1us (-25)
Root distance: 4.021ms (max: 5s)
       Offset: -1.019ms
        Delay: 41.432ms
       Jitter: 712us
 Packet count: 93
    Frequency: +19.203ppm
`;
const NTPD = 'leap=00, offset=0.750, rootdelay=12.000, rootdisp=23.500\n';

test('chrony: behind by a quarter of a millisecond', () => {
  expect(readChrony(CHRONY)).toEqual({ source: 'chrony', offsetMs: -0.25, withinMs: 0.6 });
  expect(readChrony(CHRONY.replace('slow of', 'fast of'))).toMatchObject({ offsetMs: 0.25, withinMs: 0.6 });
  expect(readChrony(CHRONY.replace('Normal', 'Not synchronised'))).toBeUndefined();
  expect(readChrony('506 Cannot talk to daemon\n')).toBeUndefined();
});

test('systemd-timesyncd: ahead by one millisecond', () => {
  expect(readTimesyncd(TIMESYNCD)).toEqual({ source: 'systemd-timesyncd', offsetMs: 1.019, withinMs: 25.756 });
  expect(readTimesyncd(TIMESYNCD.replace('-1.019ms', '+1min 2.5s'))).toMatchObject({ offsetMs: -62_500 });
  expect(readTimesyncd(TIMESYNCD.replace('-1.019ms', '+41us'))).toMatchObject({ offsetMs: -0.041 });
  expect(readTimesyncd('       Server: n/a\n Packet count: 0\n')).toBeUndefined();
});

test('ntpd: behind by three quarters of a millisecond', () => {
  expect(readNtpd(NTPD)).toEqual({ source: 'ntpd', offsetMs: -0.75, withinMs: 30.25 });
  expect(readNtpd(NTPD.replace('leap=00', 'leap=11'))).toBeUndefined();
  expect(readNtpd('ntpq: read: Connection refused\n')).toBeUndefined();
});

test('who is there is asked in turn; where nobody answers, it is unknown', async () => {
  const asked: string[] = [];
  const says = (answers: Record<string, string>) => async (name: string) => {
    asked.push(name);
    return answers[name];
  };
  expect(await readClockOffset(says({ timedatectl: 'Packet count: 0', ntpq: NTPD }))).toMatchObject({ source: 'ntpd' });
  expect(asked).toEqual(['chronyc', 'timedatectl', 'ntpq']);
  expect(await readClockOffset(says({ chronyc: CHRONY }))).toMatchObject({ source: 'chrony' });
  expect(await readClockOffset(says({}))).toEqual({ source: 'unknown' });
});

test('a report says what that means for its figures', () => {
  const [a, b] = [readChrony(CHRONY)!, readTimesyncd(TIMESYNCD)!];
  expect(clockText([a])).toContain('no further off than 0.60 ms (chrony): publish→store is true to ±0.60 ms');
  expect(clockText([a, b])).toContain('none of 2 is further off than 26 ms (chrony, systemd-timesyncd)');
  expect(clockText([a, { source: 'unknown' }])).toContain('how far 1 of 2 clocks are off is unknown');
  expect(clockText([{ source: 'unknown' }])).toContain('how far the clock is off is unknown');
});
