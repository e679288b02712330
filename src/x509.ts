/** Signing requests and certificates (RFC 2986, RFC 5280): built and read for the few forms that IoT fleets use. */
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { isIP } from 'node:net';
import * as der from './der.ts';

const OID = {
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/** What AWS IoT takes in a signing request (CreateCertificateFromCsr): RSA or ECDSA with a hash of the SHA-2 family. */
const HASH_BY_SIGNATURE = new Map(
  [
    ['1.2.840.113549.1.1.11', 'sha256'],
    ['1.2.840.113549.1.1.12', 'sha384'],
    ['1.2.840.113549.1.1.13', 'sha512'],
    ['1.2.840.10045.4.3.2', 'sha256'],
    ['1.2.840.10045.4.3.3', 'sha384'],
    ['1.2.840.10045.4.3.4', 'sha512'],
  ].map(([dotted, hash]) => [der.oid(dotted!).toString('hex'), hash!]),
);

const ECDSA_SHA256 = der.sequence(der.oid('1.2.840.10045.4.3.2'));

/** An EC P-256 key in the forms that certificates and files need. */
export interface EcKey {
  readonly privateKey: KeyObject;
  /** The public half, DER. */
  readonly spki: Buffer;
  /** PKCS #8. */
  readonly privateKeyPem: string;
}

// What stands around the digits of a P-256 key (RFC 5480, RFC 5915, RFC 5958); all its parts have one length.
const SPKI_HEAD = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');
const PKCS8_HEAD = Buffer.from('308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420', 'hex');
const PKCS8_PUBLIC = Buffer.from('a14403420004', 'hex');
const SEC1_BYTES = 121;
const SEC1_PRIVATE = 7;
const SEC1_PUBLIC = 57;

/**
 * A new key. OpenSSL takes four times as long to write a key out in these forms as to make it, so the digits are taken
 * from SEC 1, which it writes fast. (JWK would be faster still, but on Node 20.20.2 exporting it hangs for good about
 * once in 50,000 keys, when the garbage collector comes in between.)
 */
export function newEcKey(): EcKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const sec1 = privateKey.export({ type: 'sec1', format: 'der' });
  if (sec1.length !== SEC1_BYTES) throw new Error(`a P-256 key has ${SEC1_BYTES} bytes in SEC 1, not ${sec1.length}`);
  const digits = sec1.subarray(SEC1_PRIVATE, SEC1_PRIVATE + 32);
  const point = sec1.subarray(SEC1_PUBLIC);
  const pkcs8 = Buffer.concat([PKCS8_HEAD, digits, PKCS8_PUBLIC, point]);
  return { privateKey, spki: Buffer.concat([SPKI_HEAD, point]), privateKeyPem: toPem('PRIVATE KEY', pkcs8) };
}

/** The name `CN=commonName`, DER. */
export function nameOf(commonName: string): Buffer {
  return der.sequence(der.set(der.sequence(der.oid(OID.commonName), der.utf8String(commonName))));
}

/** A signing request for an EC key, DER. `spki` is its public half as `export({ type: 'spki', format: 'der' })` gives it. */
export function createCsr(subject: Buffer, spki: Buffer, privateKey: KeyObject): Buffer {
  const info = der.sequence(der.integer(Buffer.from([0])), subject, spki, der.context(0, Buffer.alloc(0)));
  return der.sequence(info, ECDSA_SHA256, der.bitString(sign('sha256', info, privateKey)));
}

export interface CsrFacts {
  /** The name asked for, DER. */
  readonly subject: Buffer;
  /** The public key, DER. */
  readonly spki: Buffer;
  readonly publicKey: KeyObject;
}

/** Reads a signing request, DER. @throws Error where it is malformed, or is not signed by the key that it names. */
export function readCsr(bytes: Buffer): CsrFacts {
  const [info, algorithm, signature] = der.members(der.read(bytes), 3);
  const [, subject, spki] = der.members(info!, 3);
  const hash = HASH_BY_SIGNATURE.get(der.members(algorithm!, 1)[0]!.raw.toString('hex'));
  if (hash === undefined) throw new Error('the request is signed with an algorithm that is not supported');
  const publicKey = createPublicKey({ key: spki!.raw, format: 'der', type: 'spki' });
  if (signature!.tag !== der.TAG.bitString || !verify(hash, info!.raw, publicKey, signature!.content.subarray(1)))
    throw new Error('the request is not signed by the key that it names');
  return { subject: subject!.raw, spki: spki!.raw, publicKey };
}

/** Who signs: a name and an EC P-256 key. */
export interface Issuer {
  readonly name: Buffer;
  readonly key: KeyObject;
  readonly keyIdentifier: Buffer;
}

export interface CertificateRequest {
  readonly issuer: Issuer;
  readonly subject: Buffer;
  readonly spki: Buffer;
  /** Epoch ms. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** What the key may do: `authority` signs certificates, `server` answers TLS for `hosts`, `device` is a client. */
  readonly role: 'authority' | 'server' | 'device';
  readonly hosts?: readonly string[];
}

/** A certificate, DER. */
export function createCertificate(request: CertificateRequest): Buffer {
  const { issuer, subject, spki, notBefore, notAfter } = request;
  const serial = randomBytes(16);
  serial[0]! &= 0x7f;
  const tbs = der.sequence(
    der.context(0, der.integer(Buffer.from([2]))),
    der.integer(serial),
    ECDSA_SHA256,
    issuer.name,
    der.sequence(der.time(notBefore), der.time(notAfter)),
    subject,
    spki,
    der.context(3, der.sequence(...extensions(request))),
  );
  return der.sequence(tbs, ECDSA_SHA256, der.bitString(sign('sha256', tbs, issuer.key)));
}

function extensions({ issuer, spki, role, hosts }: CertificateRequest): Buffer[] {
  const isAuthority = role === 'authority';
  const list = [
    extension(OID.basicConstraints, der.sequence(...(isAuthority ? [der.boolean(true)] : [])), true),
    // keyCertSign and cRLSign are bits 5 and 6, digitalSignature is bit 0.
    extension(
      OID.keyUsage,
      isAuthority ? der.bitString(Buffer.from([0x06]), 1) : der.bitString(Buffer.from([0x80]), 7),
      true,
    ),
    extension(OID.subjectKeyIdentifier, der.octetString(keyIdentifierOf(spki))),
    extension(OID.authorityKeyIdentifier, der.sequence(der.tagged(0x80, issuer.keyIdentifier))),
  ];
  if (role === 'server') {
    list.push(extension(OID.extendedKeyUsage, der.sequence(der.oid(OID.serverAuth))));
    list.push(extension(OID.subjectAltName, der.sequence(...(hosts ?? []).map(generalName))));
  }
  return list;
}

function extension(dotted: string, value: Buffer, critical = false): Buffer {
  return der.sequence(der.oid(dotted), ...(critical ? [der.boolean(true)] : []), der.octetString(value));
}

function generalName(host: string): Buffer {
  const version = isIP(host);
  if (version === 0) return der.tagged(0x82, Buffer.from(host, 'ascii'));
  return der.tagged(0x87, version === 4 ? Buffer.from(host.split('.').map(Number)) : ipv6Bytes(host));
}

function ipv6Bytes(host: string): Buffer {
  const [head = '', tail] = host.split('::');
  const groups = (text: string | undefined) => (text ? text.split(':') : []);
  const left = groups(head);
  const right = groups(tail);
  const zeros = Array<string>(tail === undefined ? 0 : 8 - left.length - right.length).fill('0');
  const bytes = Buffer.alloc(16);
  [...left, ...zeros, ...right].forEach((group, i) => {
    bytes.writeUInt16BE(Number.parseInt(group, 16), i * 2);
  });
  return bytes;
}

/** What names a key in a certificate: the SHA-1 of its bits (RFC 5280, 4.2.1.2). */
export function keyIdentifierOf(spki: Buffer): Buffer {
  const bits = der.members(der.read(spki), 2)[1]!.content.subarray(1);
  return createHash('sha1').update(bits).digest();
}

/** How AWS IoT names a certificate: 64 hex digits that follow from its bytes. */
export function certificateIdOf(certificate: Buffer): string {
  return createHash('sha256').update(certificate).digest('hex');
}

export type PemLabel = 'CERTIFICATE' | 'CERTIFICATE REQUEST' | 'PRIVATE KEY' | 'PUBLIC KEY';

export function toPem(label: PemLabel, bytes: Buffer): string {
  const lines = bytes.toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

/** The bytes of the first PEM block of that label. @throws Error where there is none. */
export function fromPem(label: PemLabel, text: string): Buffer {
  const begin = `-----BEGIN ${label}-----`;
  const start = text.indexOf(begin);
  const end = text.indexOf(`-----END ${label}-----`, start);
  if (start < 0 || end < 0) throw new Error(`the text holds no PEM block "${label}"`);
  const body = text.slice(start + begin.length, end).replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body)) throw new Error(`the PEM block "${label}" is not base64`);
  return Buffer.from(body, 'base64');
}
