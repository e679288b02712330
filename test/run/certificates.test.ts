import { expect, it } from 'vitest';
import { silentReporter } from '../../src/dashboard/reporter.ts';
import { readyDevices } from '../../src/run/certificates.ts';
import { settingsOf } from '../support/transport-settings.ts';

it('asks for certificates where devices show them, and not where the account’s keys sign for all', async () => {
  const backend = { target: settingsOf({}).target, embedded: false };
  const ready = (auth: 'certificate' | 'sigv4') =>
    readyDevices({ transport: 'iot', auth }, backend, ['A'], silentReporter(), new AbortController().signal);
  await expect(ready('certificate')).rejects.toThrow('1 of 1 devices have no certificate for test, first A');
  await expect(ready('sigv4')).resolves.toBeUndefined();
});
