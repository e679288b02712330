import { UsageError } from '../errors.ts';

export interface Broker {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
}

/** Reads `mqtt[s]://[user[:password]@]host[:port]`. @throws UsageError */
export function parseBroker(text: string | undefined): Broker {
  const hint = 'It looks like mqtt://localhost:1883, or mqtts://user:password@broker.example:8883.';
  if (text === undefined) throw new UsageError('the mqtt transport needs a broker', { hint: `Give --broker. ${hint}` });
  // Never repeated whole in a message: it may hold a password.
  if (!URL.canParse(text)) throw new UsageError('the --broker given is no URL', { hint });
  const url = new URL(text);
  if (url.protocol !== 'mqtt:' && url.protocol !== 'mqtts:')
    throw new UsageError(`--broker must begin with mqtt:// or mqtts://, not ${url.protocol}//`, { hint });
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (host === '') throw new UsageError('the --broker given names no host', { hint });
  if (url.pathname.length > 1 || url.search || url.hash)
    throw new UsageError(`--broker ends with the port; ${url.pathname}${url.search}${url.hash} has no meaning`, {
      hint,
    });
  const tls = url.protocol === 'mqtts:';
  return {
    host,
    port: url.port === '' ? (tls ? 8883 : 1883) : Number(url.port),
    tls,
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
  };
}

/** Whether a name or an address is this machine's own, on which connections never leave it. */
export function isLoopback(host: string): boolean {
  return /^(localhost|.+\.localhost|127(\.[0-9]+){3}|::1)$/i.test(host);
}
