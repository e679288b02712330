import * as iot from '@aws-sdk/client-iot';
import { beforeEach, expect } from 'vitest';
import { newCsr, OWN_TOPIC_ONLY } from './devices.ts';
import { startIot } from './stand-in-iot.ts';

/** A control plane of its own for each test of a file, so that none depends on another, and what is asked of it. */
export function controlPlane() {
  let server: Awaited<ReturnType<typeof startIot>>;
  beforeEach(async () => {
    server = await startIot();
    return () => server.close();
  });
  const send: iot.IoTClient['send'] = ((command: never) => server.client.send(command)) as never;
  return {
    get server() {
      return server;
    },
    send,
    thing: (thingName: string, more = {}) => send(new iot.CreateThingCommand({ thingName, ...more })),
    certificate: async (setAsActive = true) =>
      send(new iot.CreateCertificateFromCsrCommand({ certificateSigningRequest: newCsr('device').csr, setAsActive })),
    policy: (policyName: string, policyDocument = OWN_TOPIC_ONLY) =>
      send(new iot.CreatePolicyCommand({ policyName, policyDocument })),
  };
}

/** What the SDK throws for an error answer. */
export function refusal(name: string, status: number, message?: RegExp) {
  return {
    name,
    $metadata: expect.objectContaining({ httpStatusCode: status }),
    ...(message ? { message: expect.stringMatching(message) } : {}),
  };
}
