/** DescribeStacks as CloudFormation answers it, in the query protocol: a form in, XML out (API version 2010-05-15). */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeStack {
  readonly status: string;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface CloudFormation {
  readonly endpoint: string;
  /** What was asked, without keys. */
  readonly asked: { action: string | null; stack: string | null; scope: string | undefined }[];
  close(): Promise<void>;
}

const xml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export async function serveStacks(stacks: Readonly<Record<string, FakeStack>>): Promise<CloudFormation> {
  const asked: CloudFormation['asked'] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const form = new URLSearchParams(body);
    const [action, name] = [form.get('Action'), form.get('StackName')];
    asked.push({
      action,
      stack: name,
      scope: /\/([a-z]+\/aws4_request)/.exec(request.headers.authorization ?? '')?.[1],
    });
    const reply = (status: number, body: string) => {
      response.writeHead(status, { 'content-type': 'text/xml' });
      response.end(`<?xml version="1.0"?>${body}`);
    };
    const error = (code: string, message: string) =>
      reply(
        400,
        `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${xml(message)}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
      );
    if (request.method !== 'POST' || action !== 'DescribeStacks' || form.get('Version') !== '2010-05-15')
      return error('InvalidAction', `${request.method} ${action} ${form.get('Version')}`);
    const stack = name === null ? undefined : stacks[name];
    if (!stack) return error('ValidationError', `Stack with id ${name} does not exist`);
    const outputs = Object.entries(stack.outputs).map(
      ([key, value]) =>
        `<member><OutputKey>${key}</OutputKey><OutputValue>${xml(value)}</OutputValue><Description>d</Description></member>`,
    );
    reply(
      200,
      `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member><StackName>${name}</StackName><StackId>arn:aws:cloudformation:eu-west-1:123456789012:stack/${name}/1</StackId><CreationTime>2026-11-24T12:00:00.000Z</CreationTime><StackStatus>${stack.status}</StackStatus><DisableRollback>false</DisableRollback><Outputs>${outputs.join('')}</Outputs></member></Stacks></DescribeStacksResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DescribeStacksResponse>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
