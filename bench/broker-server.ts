/** The broker under test, in a process of its own: prints its port, then ends when its input does. */
import { readFileSync } from 'node:fs';
import { startBroker } from '../src/local/broker.ts';
import { createAuthority } from '../src/local/certificate-authority.ts';
import { createRegistry } from '../src/local/iot/registry.ts';

const [, , csrFile] = process.argv;
const now = () => Date.now();
const [region, accountId] = ['eu-west-1', '123456789012'];
const authority = await createAuthority({ now });
const registry = createRegistry({ region, accountId, authority, now });
const arn = `arn:aws:iot:${region}:${accountId}:`;
registry.policies.create(
  'own-topic',
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'iot:Connect', Resource: `${arn}client/\${iot:Connection.Thing.ThingName}` },
      { Effect: 'Allow', Action: 'iot:Publish', Resource: `${arn}topic/bench/\${iot:Connection.Thing.ThingName}` },
      // Of crowd.ts: many connections with one certificate.
      { Effect: 'Allow', Action: 'iot:Connect', Resource: `${arn}client/crowd-*` },
    ],
  }),
);
const certificates = (JSON.parse(readFileSync(csrFile!, 'utf8')) as string[]).map((csr, i) => {
  const certificate = registry.certificates.createFromCsr(csr, true);
  registry.things.create({ name: `bench-${i}`, typeName: undefined, attributes: {}, billingGroupName: undefined });
  registry.attachThing(`bench-${i}`, certificate.arn);
  registry.attachPolicy('own-topic', certificate.arn);
  return certificate.pem;
});
let taken = 0;
const broker = await startBroker({ host: 'localhost', port: 0, authority, registry, onPublish: () => taken++ });
process.stdout.write(`${JSON.stringify({ port: broker.port, caPem: authority.caPem, certificates })}\n`);
process.stdin.resume().on('end', async () => {
  await broker.close();
  process.exit(0);
});
