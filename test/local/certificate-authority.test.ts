import 'reflect-metadata';
import { createPublicKey, generateKeyPairSync, type webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsrError, createAuthority } from '../../src/local/certificate-authority.ts';
import { certificateIdOf, createCsr, fromPem, nameOf, newEcKey, readCsr, toPem } from '../../src/x509.ts';

const NOW = Date.UTC(2026, 10, 24);
const authority = await createAuthority({ now: () => NOW });

function ecCsr(commonName: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return { privateKey, publicKey, spki, csr: createCsr(nameOf(commonName), spki, privateKey) };
}

describe('createAuthority', () => {
  it('signs itself, as an authority', () => {
    const ca = new X509Certificate(authority.caPem);
    expect(ca.ca).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
    expect(ca.subject).toBe('CN=simctl stand-in authority');
  });

  it('gives a server certificate for the loopback names and the hosts asked for', () => {
    const { certPem, keyPem } = authority.serverCredentials(['broker.example', '10.1.2.3', 'fd00::7']);
    const certificate = new X509Certificate(certPem);
    for (const host of ['localhost', 'broker.example']) expect(certificate.checkHost(host)).toBe(host);
    for (const ip of ['127.0.0.1', '::1', '10.1.2.3', 'fd00::7']) expect(certificate.checkIP(ip)).toBeDefined();
    expect(certificate.checkHost('elsewhere.example')).toBeUndefined();
    expect(certificate.verify(new X509Certificate(authority.caPem).publicKey)).toBe(true);
    expect(keyPem).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });

  it('certifies the key and the name of a signing request', () => {
    const { csr, publicKey } = ecCsr('SLE-7115');
    const certificate = new X509Certificate(authority.issueFromCsr(toPem('CERTIFICATE REQUEST', csr), { days: 10 }));
    expect(certificate.subject).toBe('CN=SLE-7115');
    expect(certificate.publicKey.equals(publicKey)).toBe(true);
    expect(certificate.checkIssued(new X509Certificate(authority.caPem))).toBe(true);
    expect(certificate.verify(new X509Certificate(authority.caPem).publicKey)).toBe(true);
    expect(Date.parse(certificate.validTo)).toBe(NOW + 10 * 86_400_000);
    expect(certificate.ca).toBe(false);
  });

  it('writes what another X.509 implementation reads', async () => {
    const { csr } = ecCsr('SLE-7115');
    const request = new x509.Pkcs10CertificateRequest(toPem('CERTIFICATE REQUEST', csr));
    expect(request.subject).toBe('CN=SLE-7115');
    expect(await request.verify()).toBe(true);
    const certificate = new x509.X509Certificate(authority.issueFromCsr(request.toString('pem')));
    expect(certificate.subject).toBe('CN=SLE-7115');
    expect(certificate.notAfter.toISOString()).toBe('2049-12-31T23:59:59.000Z');
    expect(await certificate.verify({ publicKey: new x509.X509Certificate(authority.caPem).publicKey })).toBe(true);
    const serverNames = new x509.X509Certificate(authority.serverCredentials().certPem).getExtension(
      x509.SubjectAlternativeNameExtension,
    );
    expect(serverNames?.names.toJSON()).toEqual([
      { type: 'dns', value: 'localhost' },
      { type: 'ip', value: '127.0.0.1' },
      { type: 'ip', value: '::1' },
    ]);
  });

  it.each([
    ['EC P-384', { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' }],
    [
      'RSA 2048',
      { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
    ],
  ] as const)('takes a request made elsewhere with %s', async (_, algorithm) => {
    const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
    const request = await x509.Pkcs10CertificateRequestGenerator.create({
      name: 'CN=other, O=Elsewhere',
      keys,
      signingAlgorithm: algorithm,
    });
    const certificate = new X509Certificate(authority.issueFromCsr(request.toString('pem')));
    expect(certificate.subject).toBe('CN=other\nO=Elsewhere');
  });

  it('refuses a weak key', async () => {
    const algorithm = {
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: 1024,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: 'SHA-256',
    };
    const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
    const request = await x509.Pkcs10CertificateRequestGenerator.create({
      name: 'CN=weak',
      keys,
      signingAlgorithm: algorithm,
    });
    expect(() => authority.issueFromCsr(request.toString('pem'))).toThrow(/2048 bits or more/);
  });

  it('refuses a request that another key signed', () => {
    const { spki } = ecCsr('mine');
    const { privateKey } = ecCsr('theirs');
    const forged = createCsr(nameOf('mine'), spki, privateKey);
    expect(() => authority.issueFromCsr(toPem('CERTIFICATE REQUEST', forged))).toThrow(/not signed by the key/);
  });

  it('answers a damaged request with a refusal, or where the damage does not matter with the same key and name', () => {
    const { csr, publicKey } = ecCsr('SLE-7115');
    fc.assert(
      fc.property(fc.nat(csr.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, flip, cut) => {
        const damaged = Buffer.from(cut ? csr.subarray(0, at) : csr);
        if (!cut) damaged[at]! ^= flip;
        try {
          const issued = new X509Certificate(authority.issueFromCsr(toPem('CERTIFICATE REQUEST', damaged)));
          expect(issued.subject).toBe('CN=SLE-7115');
          expect(issued.publicKey.equals(publicKey)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(CsrError);
        }
      }),
      { numRuns: 300 },
    );
    expect(() => authority.issueFromCsr('not PEM')).toThrow(CsrError);
  });
});

describe('x509', () => {
  it('reads back what it wrote, for any name', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 200 }), (name) => {
        const { csr, spki } = ecCsr(name);
        const facts = readCsr(fromPem('CERTIFICATE REQUEST', toPem('CERTIFICATE REQUEST', csr)));
        expect(facts.subject.equals(nameOf(name))).toBe(true);
        expect(facts.spki.equals(spki)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('names a certificate by its bytes: 64 hex digits, the SHA-256 fingerprint', () => {
    const certificate = new X509Certificate(authority.caPem);
    expect(certificateIdOf(certificate.raw)).toBe(certificate.fingerprint256.replaceAll(':', '').toLowerCase());
  });

  it('writes new keys as OpenSSL does', () => {
    for (let i = 0; i < 50; i++) {
      const { privateKey, spki, privateKeyPem } = newEcKey();
      expect(privateKeyPem).toBe(privateKey.export({ type: 'pkcs8', format: 'pem' }));
      expect(spki.equals(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }))).toBe(true);
    }
  });
});
