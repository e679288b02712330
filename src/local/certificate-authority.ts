/** The stand-in's certificate authority: signs the broker's certificate and those of devices. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import {
  type CertificateRequest,
  createCertificate,
  fromPem,
  type Issuer,
  keyIdentifierOf,
  nameOf,
  newEcKey,
  readCsr,
  toPem,
} from '../x509.ts';

/** What an authority is made of again. */
export interface AuthorityKeys {
  readonly certificatePem: string;
  /** PKCS #8. */
  readonly privateKeyPem: string;
}

export interface Authority {
  /** The authority's own certificate: what clients trust. */
  readonly caPem: string;
  /** A TLS server certificate for localhost, 127.0.0.1, ::1 and `hosts`, with a new key. */
  serverCredentials(hosts?: readonly string[]): { certPem: string; keyPem: string };
  /**
   * A device certificate for the key of a signing request, PEM.
   * @throws CsrError where the request is malformed, not signed by its own key, or its key too weak.
   */
  issueFromCsr(csrPem: string, options?: { days?: number }): string;
  /** The same for a public key in hand (DER), where no request is needed; good until `notAfter`, epoch ms. */
  issue(spki: Buffer, commonName: string, notAfter?: number): string;
}

/** The signing request is at fault, not the authority. */
export class CsrError extends Error {}

const DAY_MS = 86_400_000;
/** AWS IoT's own certificates end here. */
const END_OF_2049 = Date.UTC(2049, 11, 31, 23, 59, 59);
/** Clocks differ a little between machines. */
const SKEW_MS = 5 * 60_000;

const NAME = nameOf('simctl stand-in authority');

/** Keys for a new authority. `now` gives epoch ms. */
export function newAuthorityKeys(now: () => number): AuthorityKeys {
  const { privateKey: key, privateKeyPem, spki } = newEcKey();
  const issuer: Issuer = { name: NAME, key, keyIdentifier: keyIdentifierOf(spki) };
  const dates = { notBefore: now() - SKEW_MS, notAfter: END_OF_2049 };
  const certificate = createCertificate({ issuer, subject: NAME, spki, role: 'authority', ...dates });
  return { certificatePem: toPem('CERTIFICATE', certificate), privateKeyPem };
}

/** An authority with these keys, by default new ones. `now` gives epoch ms. */
export async function createAuthority({
  now,
  keys = newAuthorityKeys(now),
}: {
  now: () => number;
  keys?: AuthorityKeys;
}): Promise<Authority> {
  const key = createPrivateKey(keys.privateKeyPem);
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const issuer: Issuer = { name: NAME, key, keyIdentifier: keyIdentifierOf(spki) };
  const certify = (request: Pick<CertificateRequest, 'subject' | 'spki' | 'role' | 'hosts'>, notAfter = END_OF_2049) =>
    toPem('CERTIFICATE', createCertificate({ issuer, notBefore: now() - SKEW_MS, notAfter, ...request }));

  return {
    caPem: keys.certificatePem,
    serverCredentials(hosts = []) {
      const server = newEcKey();
      const all = [...new Set(['localhost', '127.0.0.1', '::1', ...hosts])];
      return {
        certPem: certify({ subject: nameOf('simctl stand-in'), spki: server.spki, role: 'server', hosts: all }),
        keyPem: server.privateKeyPem,
      };
    },
    issueFromCsr(csrPem, { days } = {}) {
      const { subject, spki: deviceKey } = checkCsr(csrPem);
      const notAfter = days === undefined ? END_OF_2049 : now() + days * DAY_MS;
      return certify({ subject, spki: deviceKey, role: 'device' }, notAfter);
    },
    issue: (deviceKey, commonName, notAfter) =>
      certify({ subject: nameOf(commonName), spki: deviceKey, role: 'device' }, notAfter),
  };
}

/** AWS IoT takes RSA keys of 2048 bits or more and keys of these curves (CreateCertificateFromCsr). */
const CURVES = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

function checkCsr(csrPem: string): { subject: Buffer; spki: Buffer } {
  try {
    const facts = readCsr(fromPem('CERTIFICATE REQUEST', csrPem));
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = facts.publicKey;
    const strong =
      type === 'rsa' ? (details?.modulusLength ?? 0) >= 2048 : type === 'ec' && CURVES.has(details?.namedCurve ?? '');
    if (!strong) throw new Error('the key must be RSA of 2048 bits or more, or EC of P-256, P-384 or P-521');
    return facts;
  } catch (error) {
    throw new CsrError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
