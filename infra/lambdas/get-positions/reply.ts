/** Answers of the query API: JSON, for a page from anywhere. */

export interface HttpReply {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function reply(statusCode: number, body: object): HttpReply {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'access-control-allow-origin': '*' },
    body: JSON.stringify(body),
  };
}

export function ok(body: object): HttpReply {
  return reply(200, body);
}

export function refused(statusCode: number, message: string): HttpReply {
  return reply(statusCode, { message });
}

/** What the tracker refused, in HTTP's words; what is no answer of a tracker is for the log, and a 502. */
export function failed(error: unknown): HttpReply {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  switch (name) {
    case 'ResourceNotFoundException':
      return refused(404, message);
    case 'ThrottlingException':
      return refused(429, message);
    case 'ValidationException':
      // ListDevicePositions has no other word for a tracker that does not exist.
      return refused(message.startsWith('Tracker not found') ? 404 : 400, message);
    default:
      console.error(`${name}: ${message}`);
      return refused(502, 'The tracker could not be asked');
  }
}
