/** The stand-in's broker in a process of its own, which notes each PUBLISH before it is answered. Ends when its input does. */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { startBroker } from '../../src/local/broker.ts';
import { createAuthority } from '../../src/local/certificate-authority.ts';
import { createRegistry } from '../../src/local/iot/registry.ts';

const [, , port, csrs] = process.argv;
const now = () => Date.now();
const authority = await createAuthority({ now });
const registry = createRegistry({ region: 'eu-west-1', accountId: '123456789012', authority, now });
registry.policies.create(
  'all',
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: '*' }] }),
);
const certificates = Object.fromEntries(
  Object.entries(JSON.parse(csrs!) as Record<string, string>).map(([name, csr]) => {
    const certificate = registry.certificates.createFromCsr(csr, true);
    registry.things.create({ name, typeName: undefined, attributes: {}, billingGroupName: undefined });
    registry.attachThing(name, certificate.arn);
    registry.attachPolicy('all', certificate.arn);
    return [name, certificate.pem];
  }),
);
const say = (what: object) => writeSync(1, `${JSON.stringify(what)}\n`);
say({ caPem: authority.caPem, certificates });
// Nobody may come with what the one before it was called by.
await once(process.stdin, 'data');
await startBroker({
  host: 'localhost',
  port: Number(port),
  authority,
  registry,
  onPublish: ({ topic, clientId }) => say({ clientId, topic }),
});
say({ listening: true });
process.stdin.resume().on('end', () => process.exit(0));
